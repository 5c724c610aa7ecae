"""Which calls today's probabilities refer to."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from qa_pipeline.sample.candidate import Exclusion, QueueCandidate
from qa_pipeline.settings import QueueSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The eligible calls in order of call_id, and how many were left out and why."""

    candidates: tuple[QueueCandidate, ...]
    excluded: tuple[tuple[str, int], ...]


def choose_frame(
    candidates: Iterable[QueueCandidate],
    settings: QueueSettings,
    day: date,
    *,
    reviewed: Collection[str] = frozenset(),
    earlier_frames: Collection[str] = frozenset(),
) -> Frame:
    """Every eligible call started before `day` 00:00 centre time that was in no earlier frame.

    A call without any time counts as started before. The first reason that holds
    is the one that is counted, in the order of `Exclusion`; a call that started
    on the day or later is not yet due, whatever else is wrong with it.
    """
    midnight = datetime.combine(day, time(), ZoneInfo(settings.centre_time_zone))
    counts: Counter[Exclusion] = Counter()
    eligible: dict[str, QueueCandidate] = {}
    for candidate in candidates:
        reason = candidate.unfit
        if candidate.started_at is not None and candidate.started_at >= midnight:
            reason = Exclusion.NOT_YET_DUE
        elif candidate.call_id in earlier_frames:
            reason = Exclusion.EARLIER_FRAME
        elif reason is None and candidate.call_id in reviewed:
            reason = Exclusion.ALREADY_REVIEWED
        if reason is None:
            eligible[candidate.call_id] = candidate
        else:
            counts[reason] += 1
    return Frame(
        candidates=tuple(eligible[call_id] for call_id in sorted(eligible)),
        excluded=tuple((_in_words(r, settings), counts[r]) for r in Exclusion if counts[r]),
    )


def _in_words(reason: Exclusion, settings: QueueSettings) -> str:
    if reason is Exclusion.TOO_SHORT:
        return f"{reason.value}（< {settings.min_eligible_ms / 1000:g} 秒）"
    return reason.value
