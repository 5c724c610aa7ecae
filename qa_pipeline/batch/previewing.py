"""The time machine: what a draft rubric would change on calls that are stored."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from qa_pipeline.batch.meaning import Meaning
from qa_pipeline.batch.rejudging import judge_stored
from qa_pipeline.batch.trust import read_trust
from qa_pipeline.domain.review import Review
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import COUNTED, CriterionOutcome, CriterionScore, Scorecard
from qa_pipeline.rubric_files import route
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore

Answers = Mapping[tuple[str, str], CriterionOutcome]
"""The inspectors' last word by (call_id, criterion_id)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One call's percent before and under the draft; None when nothing was judged."""

    call_id: str
    before: float | None
    after: float | None

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
    that it contradicts anew. `not_measurable` counts for each criterion the calls
    on which the draft could not judge it, with the commonest reason (a metric
    that needs two channels on mono calls).
    """

    changes: tuple[Change, ...]
    criteria: tuple[tuple[str, float], ...]
    settled: tuple[Disagreement, ...] = ()
    unsettled: tuple[Disagreement, ...] = ()
    not_measurable: tuple[tuple[str, int, str], ...] = ()

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
) -> Preview:
    """Judge the stored calls of a period that the draft applies to, and keep nothing.

    Both days are included; None is open.
    """
    answers = _last_answers(store.reviews())
    hints = read_trust(store, settings).hints(draft)
    meaning = Meaning(store=store)
    changes: list[Change] = []
    moved: dict[str, float] = defaultdict(float)
    contradicted: list[Disagreement] = []
    unjudged: dict[str, Counter[str]] = defaultdict(Counter)
    since, until = _bounds(days, settings)
    for judged in store.judged_calls(since=since, until=until):
        before = judged.evaluation.scorecard
        _, by_default = route((draft,), judged.analyzed.call)
        if by_default and before.rubric_id != draft.rubric_id:
            continue
        again = judge_stored(
            judged, draft, settings, by_default=False, hints=hints, meaning=meaning
        )
        after = again.evaluation.scorecard
        changes.append(Change(call_id=judged.call_id, before=before.percent, after=after.percent))
        for criterion_id, points in _moved(before, after):
            moved[criterion_id] += points
        contradicted += _contradicted(before, after, answers)
        for score in after.scores:
            if score.outcome is CriterionOutcome.SYSTEM_NA:
                unjudged[score.criterion_id][score.abstained_because or ""] += 1
    return Preview(
        changes=tuple(changes),
        criteria=_by_size(moved),
        settled=tuple(d for d in contradicted if d.after is d.human),
        unsettled=tuple(d for d in contradicted if d.before is d.human),
        not_measurable=tuple(
            (name, reasons.total(), reasons.most_common(1)[0][0])
            for name, reasons in sorted(unjudged.items(), key=lambda i: (-i[1].total(), i[0]))
        ),
    )


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
