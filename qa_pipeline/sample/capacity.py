"""How many calls each inspector can hear on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.domain.review import Inspector, ReviewTask
from qa_pipeline.sample.candidate import QueueCandidate
from qa_pipeline.sample.probabilities import Groups, bounded_units
from qa_pipeline.sample.review_time import ReviewTimes
from qa_pipeline.settings import QueueSettings

_SURE = 1.65
"""Standard deviations of a draw's total length that are kept free (95 %, one side)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One inspector's day.

    `places` are calls still to be given, `started` tasks that stay. `capacity_ms`
    is the time budget and `started_ms` what the started tasks take of it, both in
    milliseconds of an inspector of usual pace; `pace` turns them into the own ones.
    """

    inspector: Inspector
    places: int
    started: int
    capacity_ms: float
    started_ms: float
    pace: float

    @property
    def inspector_id(self) -> str:
        return self.inspector.inspector_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The desks by inspector_id, how many tasks the day holds, and its limits in words."""

    desks: tuple[Desk, ...]
    n_tasks: int
    notes: tuple[str, ...]


def capacity_for(
    pool: Sequence[QueueCandidate],
    weights: NDArray[np.float64],
    inspectors: Sequence[Inspector],
    settings: QueueSettings,
    day: date,
    started: Sequence[ReviewTask],
    times: ReviewTimes,
) -> Capacity:
    """Places by count and by time; who is on leave keeps only what was started.

    Time is counted in calls of the mean length that the draw is expected to have:
    fewer places make the draw riskier and its calls longer, so it is repeated
    until it holds.
    """
    people = sorted(inspectors, key=lambda i: i.inspector_id)
    here = [i for i in people if day not in i.leave and i.capacity_minutes > 0]
    places = {i.inspector_id: max(0, i.capacity_calls) for i in here}
    by_count = wanted = min(sum(places.values()), len(pool))
    while wanted > 0:
        call_ms = _call_ms(pool, weights, wanted, settings)
        places = {i.inspector_id: _places(i, call_ms, times) for i in here}
        if sum(places.values()) >= wanted:
            break
        wanted = sum(places.values())
    desks = tuple(_desk(i, places.get(i.inspector_id, 0), started, times) for i in people)
    return Capacity(
        desks=desks,
        n_tasks=sum(d.places + d.started for d in desks),
        notes=_notes(day, here, places, by_count, wanted, len(pool)),
    )


def _places(inspector: Inspector, call_ms: float, times: ReviewTimes) -> int:
    own_ms = call_ms * times.pace(inspector.inspector_id)
    return min(inspector.capacity_calls, int(inspector.capacity_minutes * 60_000 / own_ms + 1e-9))


def _desk(
    inspector: Inspector, places: int, started: Sequence[ReviewTask], times: ReviewTimes
) -> Desk:
    own = [t for t in started if t.inspector_id == inspector.inspector_id]
    pace = times.pace(inspector.inspector_id)
    return Desk(
        inspector=inspector,
        places=max(0, places - len(own)),
        started=len(own),
        capacity_ms=inspector.capacity_minutes * 60_000 / pace if places else 0.0,
        started_ms=sum(t.expected_review_ms for t in own) / pace,
        pace=pace,
    )


def _call_ms(
    pool: Sequence[QueueCandidate],
    weights: NDArray[np.float64],
    n: int,
    settings: QueueSettings,
) -> float:
    """What a drawn call takes on average, with a margin for drawing long ones."""
    together = Groups(
        of_call=np.zeros(len(pool), dtype=np.int64),
        low=np.zeros(1),
        high=np.full(1, float(len(pool))),
    )
    chances = bounded_units(weights, together, n, settings.random_share).astype(np.float64)
    lengths = np.array([c.expected_review_ms for c in pool], dtype=np.float64)
    mean = float(np.average(lengths, weights=chances))
    spread = float(np.sqrt(np.average((lengths - mean) ** 2, weights=chances)))
    if n >= len(pool):
        spread = 0.0
    return max(1.0, mean + _SURE * spread / float(np.sqrt(n)))


def _notes(
    day: date,
    here: Sequence[Inspector],
    places: dict[str, int],
    by_count: int,
    by_time: int,
    supply: int,
) -> tuple[str, ...]:
    if not here:
        return (f"{day.isoformat()} 没有质检员在岗，未安排任务",)
    if by_time < by_count:
        return (f"按通数可安排 {by_count} 通，按复核时间只够 {by_time} 通",)
    room = sum(places.values())
    if 0 < supply < room:
        return (f"可安排 {room} 通，符合条件的通话只有 {supply} 通，已全部安排",)
    return ()
