"""The tasks of a plan: probability, reason and place in the inspector's queue."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import count

from qa_pipeline.domain.review import ReviewTask
from qa_pipeline.sample.assign import Item, Rota
from qa_pipeline.sample.candidate import QueueCandidate
from qa_pipeline.sample.coverage import Standing, complaints_tell, standing_of
from qa_pipeline.sample.design import Design
from qa_pipeline.sample.hidden import GoldTask
from qa_pipeline.sample.history import History
from qa_pipeline.sample.reasons import BLIND, say_reason, say_standing
from qa_pipeline.settings import QueueSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """Why each drawn call was drawn, in words."""

    design: Design
    standing: dict[str | None, Standing]
    settings: QueueSettings
    has_reviews: bool
    complaints_tell: bool
    takes_all: bool
    mean_probability: float

    def of(self, candidate: QueueCandidate) -> str:
        said = say_reason(
            candidate.findings,
            by_risk=self.design.probability(candidate.call_id) >= self.mean_probability,
            all_drawn=self.takes_all,
        )
        agent = self.standing[candidate.agent_id]
        days = agent.days_unheard
        return "；".join(
            (
                said,
                *say_standing(
                    days_unheard=days if (days or 0) >= self.settings.say_unheard_days else None,
                    never_heard=agent.never_heard and self.has_reviews,
                    is_new=agent.is_new,
                    has_complaints=agent.has_complaints,
                    is_complaint=candidate.is_complaint and self.complaints_tell,
                ),
            )
        )


def reasons_for(
    pool: Sequence[QueueCandidate],
    design: Design,
    settings: QueueSettings,
    day: date,
    history: History,
) -> Reasons:
    """What every reason of the plan is told from."""
    return Reasons(
        design=design,
        standing=standing_of(pool, settings, day, history),
        settings=settings,
        has_reviews=history.has_reviews,
        complaints_tell=complaints_tell(pool),
        takes_all=design.takes_all,
        mean_probability=design.mean_probability,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What all tasks of a plan carry."""

    day: date
    design_id: str
    seed: int


def tasks_of(
    rota: Rota,
    gold: Iterable[GoldTask],
    started: Sequence[ReviewTask],
    reasons: Reasons,
    stamp: Stamp,
) -> tuple[ReviewTask, ...]:
    """Started tasks in their places, then each inspector's others, the riskiest first.

    A blind task stands among the others by its risk, so that its place tells nothing.
    """
    taken: dict[str, set[int]] = defaultdict(set)
    for task in started:
        taken[task.inspector_id].add(task.position)
    tasks = [_restamped(task, reasons.design, stamp) for task in started]
    tested = defaultdict(list)
    for one in gold:
        tested[one.desk].append(Item(candidate=one.candidate, blind=True))
    for index, desk in enumerate(rota.desks):
        golden = {item.candidate.call_id for item in tested[index]}
        mine = sorted([*rota.items[index], *tested[index]], key=_riskiest_first)
        free = (place for place in count(1) if place not in taken[desk.inspector_id])
        for place, item in zip(free, mine, strict=False):
            candidate = item.candidate
            outside = candidate.call_id in golden
            tasks.append(
                ReviewTask(
                    call_id=candidate.call_id,
                    inspector_id=desk.inspector_id,
                    day=stamp.day,
                    reason=BLIND if item.blind else reasons.of(candidate),
                    inclusion_probability=None
                    if outside
                    else reasons.design.probability(candidate.call_id),
                    design_id=stamp.design_id,
                    seed=stamp.seed,
                    expected_review_ms=round(candidate.expected_review_ms * desk.pace),
                    position=place,
                    blind=item.blind,
                )
            )
    return tuple(sorted(tasks, key=lambda t: (t.inspector_id, t.position, t.call_id)))


def _riskiest_first(item: Item) -> tuple[float, str]:
    return -item.candidate.risk, item.candidate.call_id


def _restamped(task: ReviewTask, design: Design, stamp: Stamp) -> ReviewTask:
    if task.inclusion_probability is None or task.call_id not in design.units:
        return task
    return replace(
        task,
        inclusion_probability=design.probability(task.call_id),
        design_id=stamp.design_id,
        seed=stamp.seed,
    )
