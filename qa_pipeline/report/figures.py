"""The tables of a report, counted from rows."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.review import Decision, Review, ReviewTask, latest_decisions
from qa_pipeline.domain.scorecard import COUNTED, CriterionOutcome
from qa_pipeline.report.period import Period, day_of
from qa_pipeline.report.rates import Rate, mean_of, rate_of
from qa_pipeline.report.rows import ReportRow
from qa_pipeline.text.labels import BEHAVIOUR_TITLES

NOT_JUDGED = (CriterionOutcome.SYSTEM_NA, CriterionOutcome.NEEDS_HUMAN, CriterionOutcome.HUMAN_NA)

_NO_AGENT = "（未填工号）"
_FIGURES = re.compile(r"\d+\.\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """Calls of one day, team or agent; `passing` is over the calls that have a score."""

    name: str
    detail: str
    recorded: int
    passing: Rate
    mean_percent: float | None
    auto_failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionLine:
    """`failing` counts FAIL and PARTIAL over the calls in which it was judged."""

    rubric: str
    criterion_id: str
    title: str
    failing: Rate
    partial: int
    points_lost: float
    not_judged: int
    not_applicable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourLine:
    """`found_rate` is over all calls: could not judge counts as not found (DESIGN 8)."""

    name: str
    title: str
    found: int
    not_found: int
    could_not_judge: int
    found_rate: Rate
    abstained_rate: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class NotJudgedLine:
    """Why criteria have no answer: how many answers, in how many calls."""

    outcome: CriterionOutcome
    because: str
    answers: int
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HintLine:
    """A criterion that reviewers have taken the right to deduct from (`calibrate`).

    In `calls` calls it was only a hint, in `failing` of them it would have cost points.
    """

    rubric: str
    criterion_id: str
    title: str
    calls: int
    failing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    inspector_id: str
    tasks: int
    reviewed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDone:
    """Tasks planned for the period and how many of them have a review by now.

    `decisions` are those of the period's reviews; one that its inspector corrected
    within the period counts once, as it stands.
    """

    tasks: int
    reviewed: int
    by_inspector: tuple[QueueLine, ...]
    reviews: int
    decisions: tuple[tuple[Decision, int], ...]


def group_line(name: str, detail: str, rows: Sequence[ReportRow]) -> GroupLine:
    """The figures of one group of calls."""
    with_score = [r for r in rows if r.passed is not None]
    return GroupLine(
        name=name,
        detail=detail,
        recorded=len(rows),
        passing=rate_of(sum(1 for r in with_score if r.passed), len(with_score)),
        mean_percent=mean_of([r.percent for r in rows if r.percent is not None]),
        auto_failed=sum(r.auto_failed for r in rows),
    )


def day_lines(rows: Sequence[ReportRow], period: Period, time_zone: str) -> tuple[GroupLine, ...]:
    """One line a day of the period, also for days without calls."""
    by_day: dict[date, list[ReportRow]] = defaultdict(list)
    for row in rows:
        if row.started_at is not None:
            by_day[day_of(row.started_at, time_zone)].append(row)
    return tuple(group_line(d.isoformat(), "", by_day[d]) for d in period.days())


def team_lines(rows: Sequence[ReportRow]) -> tuple[GroupLine, ...]:
    """One line a team in order of name: an order, never a ranking."""
    return _grouped(rows, lambda r: (r.team or "（未填班组）", ""))


def agent_lines(rows: Sequence[ReportRow]) -> tuple[GroupLine, ...]:
    """One line an agent in order of id: an order, never a ranking."""
    lines = _grouped(rows, lambda r: (r.agent_id or _NO_AGENT, ""))
    names, teams = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for row in rows:
        for found, text in ((names, row.agent_name), (teams, row.team)):
            if text:
                found[row.agent_id or _NO_AGENT].add(text)

    def detail(agent: str) -> str:
        known = (*sorted(names[agent]), *sorted(teams[agent]))
        return " · ".join(known) if len(known) <= 2 else ""

    return tuple(replace(line, detail=detail(line.name)) for line in lines)


def _grouped(
    rows: Sequence[ReportRow], key: Callable[[ReportRow], tuple[str, str]]
) -> tuple[GroupLine, ...]:
    groups: dict[tuple[str, str], list[ReportRow]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return tuple(group_line(name, detail, groups[name, detail]) for name, detail in sorted(groups))


def criterion_lines(rows: Iterable[ReportRow]) -> tuple[CriterionLine, ...]:
    """One line a criterion, what failed most often first; hints count nowhere."""
    outcomes: dict[tuple[str, str], Counter[CriterionOutcome]] = defaultdict(Counter)
    lost: dict[tuple[str, str], float] = defaultdict(float)
    names: dict[tuple[str, str], tuple[str, str]] = {}
    for row in rows:
        for item in row.criteria:
            key = (row.rubric_id, item.criterion_id)
            names[key] = (row.rubric_title, item.title)
            if not item.hint:
                outcomes[key][item.outcome] += 1
                lost[key] += item.points_lost
    lines = [
        CriterionLine(
            rubric=names[key][0],
            criterion_id=key[1],
            title=names[key][1],
            failing=rate_of(
                count[CriterionOutcome.FAIL] + count[CriterionOutcome.PARTIAL],
                sum(count[o] for o in COUNTED),
            ),
            partial=count[CriterionOutcome.PARTIAL],
            points_lost=round(lost[key], 3),
            not_judged=sum(count[o] for o in NOT_JUDGED),
            not_applicable=count[CriterionOutcome.CONDITION_NOT_MET],
        )
        for key, count in outcomes.items()
    ]
    return tuple(
        sorted(lines, key=lambda c: (-c.failing.hits, -c.points_lost, c.rubric, c.criterion_id))
    )


def hint_lines(rows: Iterable[ReportRow]) -> tuple[HintLine, ...]:
    """One line a criterion that was a hint in some call, by rubric and criterion_id."""
    outcomes: dict[tuple[str, str, str], Counter[CriterionOutcome]] = defaultdict(Counter)
    for row in rows:
        for item in row.criteria:
            if item.hint:
                outcomes[row.rubric_title, item.criterion_id, item.title][item.outcome] += 1
    return tuple(
        HintLine(
            rubric=rubric,
            criterion_id=criterion_id,
            title=title,
            calls=count.total(),
            failing=count[CriterionOutcome.FAIL] + count[CriterionOutcome.PARTIAL],
        )
        for (rubric, criterion_id, title), count in sorted(outcomes.items())
    )


def behaviour_lines(rows: Sequence[ReportRow]) -> tuple[BehaviourLine, ...]:
    """One line for each of the five behaviours."""
    outcomes: dict[str, Counter[Outcome]] = defaultdict(Counter)
    for row in rows:
        for item in row.behaviours:
            outcomes[item.name][item.outcome] += 1
    lines = []
    for name, title in BEHAVIOUR_TITLES.items():
        count = outcomes[name]
        lines.append(
            BehaviourLine(
                name=name,
                title=title,
                found=count[Outcome.FOUND],
                not_found=count[Outcome.NOT_FOUND],
                could_not_judge=count[Outcome.CANNOT_TELL],
                found_rate=rate_of(count[Outcome.FOUND], count.total()),
                abstained_rate=rate_of(count[Outcome.CANNOT_TELL], count.total()),
            )
        )
    return tuple(lines)


def not_judged_lines(rows: Iterable[ReportRow]) -> tuple[NotJudgedLine, ...]:
    """Reasons, the most frequent first; those that differ only in a decimal are one."""
    answers: Counter[tuple[CriterionOutcome, str]] = Counter()
    calls: dict[tuple[CriterionOutcome, str], set[str]] = defaultdict(set)
    for row in rows:
        for item in row.criteria:
            if item.outcome in NOT_JUDGED:
                key = (item.outcome, _FIGURES.sub("…", item.abstained_because or ""))
                answers[key] += 1
                calls[key].add(row.call_id)
    ordered = sorted(answers, key=lambda k: (-answers[k], k))
    return tuple(
        NotJudgedLine(outcome=k[0], because=k[1], answers=answers[k], calls=len(calls[k]))
        for k in ordered
    )


def queue_done(
    tasks: Iterable[ReviewTask], reviews: Iterable[Review], period: Period, time_zone: str
) -> QueueDone:
    """What was planned for the period's days, and what inspectors have done of it."""
    planned = [t for t in tasks if t.day in period]
    given = list(reviews)
    heard = {(r.call_id, r.inspector_id) for r in given}
    by_inspector: dict[str, list[bool]] = defaultdict(list)
    for task in planned:
        by_inspector[task.inspector_id].append((task.call_id, task.inspector_id) in heard)
    made = [r for r in given if day_of(r.reviewed_at, time_zone) in period]
    decisions = Counter(d.decision for _, d in latest_decisions(made))
    return QueueDone(
        tasks=len(planned),
        reviewed=sum(sum(done) for done in by_inspector.values()),
        by_inspector=tuple(
            QueueLine(inspector_id=i, tasks=len(done), reviewed=sum(done))
            for i, done in sorted(by_inspector.items())
        ),
        reviews=len(made),
        decisions=tuple((d, decisions[d]) for d in Decision),
    )
