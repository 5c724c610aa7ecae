"""The time machine: what a draft rubric would change on calls that are stored."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from qa_pipeline.batch.meaning import Meaning
from qa_pipeline.batch.rejudging import judge_stored
from qa_pipeline.batch.trust import read_trust
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.review import Review
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import COUNTED, CriterionOutcome, CriterionScore, Scorecard
from qa_pipeline.rubric_files import route
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore

Answers = Mapping[tuple[str, str], CriterionOutcome]
"""The inspectors' last word by (call_id, criterion_id)."""

CALLS_A_PAGE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One call's percent before and under the draft; None when nothing was judged."""

    call_id: str
    before: float | None
    after: float | None

    @property
    def is_changed(self) -> bool:
        return self.before != self.after

    @property
    def difference(self) -> str:
        if self.before is None or self.after is None:
            return "—"
        return f"{self.after - self.before:+.1f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A human's answer that the machine's contradicts, before or under the draft."""

    call_id: str
    criterion_id: str
    human: CriterionOutcome
    before: CriterionOutcome | None
    after: CriterionOutcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """`criteria` are the criteria by the points that they move in sum, largest first.

    `settled` are human answers that only the draft agrees with, `unsettled` those
    that it contradicts anew; `disputes` are lines that agents contradicted on which the
    two judgements differ, `human` being the ruling or what was proposed.
    `not_measurable` counts for each criterion the calls on which the draft could not
    judge it, with the commonest reason (a metric that needs two channels on mono
    calls). Of `n_period` stored calls `n_seen` were looked at; where that is not all
    of them they are a random sample.
    """

    changes: tuple[Change, ...]
    criteria: tuple[tuple[str, float], ...]
    settled: tuple[Disagreement, ...] = ()
    unsettled: tuple[Disagreement, ...] = ()
    disputes: tuple[Disagreement, ...] = ()
    not_measurable: tuple[tuple[str, int, str], ...] = ()
    n_seen: int = 0
    n_period: int = 0

    @property
    def gain(self) -> int:
        return sum(1 for c in self.changes if (c.after or 0) > (c.before or 0))

    @property
    def lose(self) -> int:
        return sum(1 for c in self.changes if (c.after or 0) < (c.before or 0))


def preview_rubric(
    store: CallStore,
    settings: Settings,
    draft: Rubric,
    days: tuple[date | None, date | None] = (None, None),
    *,
    at_most: int | None = None,
    goes_on: Callable[[int, int], bool] | None = None,
) -> Preview:
    """Judge the stored calls of a period that the draft applies to, and keep nothing.

    Both days are included; None is open. With `at_most` no more calls than that are
    judged, in an order that depends on nothing but their ids; `goes_on` is told after
    each call how many were looked at and how many there are, and may end it.
    """
    since, until = _bounds(days, settings)
    call_ids = store.call_ids(since=since, until=until)
    if at_most is not None or goes_on is not None:
        call_ids = tuple(sorted(call_ids, key=_shuffled))
    disputed = {
        (d.call_id, d.criterion_id): d.ruling.outcome if d.ruling else d.proposed
        for d in store.disputes()
    }
    seen = _Seen(answers=_last_answers(store.reviews()), disputed=disputed)
    hints = read_trust(store, settings).hints(draft)
    meaning = Meaning(store=store)
    for judged in _calls(store, call_ids):
        seen.n_seen += 1
        before = judged.evaluation.scorecard
        _, by_default = route((draft,), judged.analyzed.call)
        if not by_default or before.rubric_id == draft.rubric_id:
            again = judge_stored(
                judged,
                draft,
                settings,
                by_default=False,
                hints=hints,
                meaning=meaning,
                baseline=store.baseline(judged.baseline_id) if judged.baseline_id else None,
            )
            seen.add(before, again.evaluation.scorecard)
        if at_most is not None and len(seen.changes) >= at_most:
            break
        if goes_on is not None and not goes_on(seen.n_seen, len(call_ids)):
            break
    return seen.preview(len(call_ids))


@dataclass(slots=True, kw_only=True)
class _Seen:
    """What was seen so far."""

    answers: Answers
    disputed: Answers
    n_seen: int = 0
    changes: list[Change] = field(default_factory=list)
    moved: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    contradicted: list[Disagreement] = field(default_factory=list)
    disputes: list[Disagreement] = field(default_factory=list)
    unjudged: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, before: Scorecard, after: Scorecard) -> None:
        change = Change(call_id=after.call_id, before=before.percent, after=after.percent)
        self.changes.append(change)
        for criterion_id, points in _moved(before, after):
            self.moved[criterion_id] += points
        self.contradicted += _contradicted(before, after, self.answers)
        self.disputes += _contradicted(before, after, self.disputed)
        for score in after.scores:
            if score.outcome is CriterionOutcome.SYSTEM_NA:
                self.unjudged[score.criterion_id][score.abstained_because or ""] += 1

    def preview(self, n_period: int) -> Preview:
        listed = sorted(self.unjudged.items(), key=lambda i: (-i[1].total(), i[0]))
        return Preview(
            changes=tuple(sorted(self.changes, key=lambda c: c.call_id)),
            criteria=_by_size(self.moved),
            settled=_in_order(d for d in self.contradicted if d.after is d.human),
            unsettled=_in_order(d for d in self.contradicted if d.before is d.human),
            disputes=_in_order(self.disputes),
            not_measurable=tuple(
                (name, reasons.total(), reasons.most_common(1)[0][0]) for name, reasons in listed
            ),
            n_seen=self.n_seen,
            n_period=n_period,
        )


def _calls(store: CallStore, call_ids: Sequence[str]) -> Iterator[JudgedCall]:
    for start in range(0, len(call_ids), CALLS_A_PAGE):
        yield from store.judged_calls(call_ids=call_ids[start : start + CALLS_A_PAGE])


def _shuffled(call_id: str) -> bytes:
    return hashlib.sha256(call_id.encode()).digest()


def _in_order(found: Iterable[Disagreement]) -> tuple[Disagreement, ...]:
    return tuple(sorted(found, key=lambda d: (d.call_id, d.criterion_id)))


def _bounds(
    days: tuple[date | None, date | None], settings: Settings
) -> tuple[datetime | None, datetime | None]:
    zone = ZoneInfo(settings.queue.centre_time_zone)
    first, last = days
    since = datetime.combine(first, time(), zone) if first else None
    return since, datetime.combine(last + timedelta(days=1), time(), zone) if last else None


def _last_answers(reviews: Iterable[Review]) -> Answers:
    """Reviews come by time, so the last one stands."""
    return {
        (review.call_id, answer.criterion_id): answer.outcome
        for review in reviews
        for answer in review.answers
    }


def _contradicted(before: Scorecard, after: Scorecard, answers: Answers) -> list[Disagreement]:
    """Answers on which exactly one of the two judgements agrees with the human."""
    was, now = _counted(before.scores), _counted(after.scores)
    found = []
    for criterion_id in sorted(was | now):
        human = answers.get((after.call_id, criterion_id))
        old, new = was.get(criterion_id), now.get(criterion_id)
        if human in COUNTED and (old is human) is not (new is human):
            found.append(
                Disagreement(
                    call_id=after.call_id,
                    criterion_id=criterion_id,
                    human=human,
                    before=old,
                    after=new,
                )
            )
    return found


def _counted(scores: Iterable[CriterionScore]) -> dict[str, CriterionOutcome]:
    return {s.criterion_id: s.outcome for s in scores if s.outcome in COUNTED and not s.hint}


def _moved(before: Scorecard, after: Scorecard) -> list[tuple[str, float]]:
    was = {s.criterion_id: s.points_awarded - s.points_possible for s in before.scores}
    now = {s.criterion_id: s.points_awarded - s.points_possible for s in after.scores}
    return [(name, now.get(name, 0.0) - was.get(name, 0.0)) for name in was | now]


def _by_size(moved: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    named = ((name, round(points, 2)) for name, points in moved.items())
    return tuple(sorted((i for i in named if i[1]), key=lambda i: (-abs(i[1]), i[0])))
