"""How many calls each inspector can hear on a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qa_pipeline.domain.review import Inspector
from qa_pipeline.sample.candidate import QueueCandidate
from qa_pipeline.sample.probabilities import inclusion_units
from qa_pipeline.settings import QueueSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """Places left by inspector_id (0 when on leave), and what limits them in words."""

    room: Mapping[str, int]
    notes: tuple[str, ...]


def capacity_for(
    pool: Sequence[QueueCandidate],
    inspectors: Sequence[Inspector],
    settings: QueueSettings,
    day: date,
    started: Mapping[str, int],
) -> Capacity:
    """Places by count and by time, less the tasks that were started (by inspector_id).

    Time is counted in calls of the mean length that the draw is expected to have:
    fewer places make the draw riskier and its calls longer, so it is repeated
    until it holds.
    """
    here = [i for i in inspectors if day not in i.leave and i.capacity_minutes > 0]
    places = {i.inspector_id: max(0, i.capacity_calls) for i in here}
    by_count = wanted = min(sum(places.values()), len(pool))
    while wanted > 0:
        mean_ms = _mean_review_ms(pool, wanted, settings)
        places = {
            i.inspector_id: min(i.capacity_calls, int(i.capacity_minutes * 60_000 / mean_ms))
            for i in here
        }
        if sum(places.values()) >= wanted:
            break
        wanted = sum(places.values())
    notes = []
    if not here:
        notes.append(f"{day.isoformat()} 没有质检员在岗，未安排任务")
    elif wanted < by_count:
        notes.append(f"按通数可安排 {by_count} 通，按复核时间只够 {wanted} 通")
    room = {
        i.inspector_id: max(0, places.get(i.inspector_id, 0) - started.get(i.inspector_id, 0))
        for i in inspectors
    }
    return Capacity(room=room, notes=tuple(notes))


def _mean_review_ms(pool: Sequence[QueueCandidate], n: int, settings: QueueSettings) -> float:
    units = inclusion_units([c.risk for c in pool], n, settings.random_share)
    weighted = sum(u * c.expected_review_ms for u, c in zip(units, pool, strict=True))
    return max(1.0, weighted / sum(units))
