"""Where a call shows that a figure was kept, or best shows that it was not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa_pipeline.cases.turns import MAX_CLIP_MS
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.metrics import ConversationMetrics, Turn

HEARD_OUT_MS = 8_000
"""A customer's turn of this length takes patience not to cut short."""
EXPLAINED_MS = 10_000
"""An agent's turn long enough to hear how fast and how long it speaks."""
SOON_MS = 1_500
ROOM_MS = 20_000
"""Length of a turn from which on more patience is worth no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """A place that shows how it is done; `worth` (0..1) is how well it shows that."""

    interval: Interval
    why: str
    worth: float


def handled_well(
    metric: str, metrics: ConversationMetrics, turns: Sequence[Turn]
) -> Handled | None:
    """The place that shows best how the figure was kept; None where nothing shows it.

    A silence that was announced; a customer heard out without being talked over; a long
    turn of the agent's that gives the floor back. For how long it rang, for holds and
    the like there is nothing to hear.
    """
    find = _FINDERS.get(metric)
    return find(metrics, turns) if find else None


def telling_place(metrics: ConversationMetrics, turns: Sequence[Turn]) -> Interval | None:
    """The agent's longest turn without a pause: stands for a figure of the whole call."""
    return max(
        (t.interval for t in turns if t.role is Role.AGENT and not _pauses(metrics, t)),
        key=lambda interval: interval.duration_ms,
        default=None,
    )


def _pauses(metrics: ConversationMetrics, turn: Turn) -> bool:
    return any(s.interval.overlap_ms(turn.interval) > 0 for s in metrics.silences)


def _announced(metrics: ConversationMetrics, turns: Sequence[Turn]) -> Handled | None:
    """The longest silence that the agent announced, from the announcement on."""
    silences = [
        s
        for s in metrics.silences
        if s.excused_ms > 0 and s.announced_by and s.interval.duration_ms < MAX_CLIP_MS // 2
    ]
    if not silences:
        return None
    longest = max(silences, key=lambda s: s.interval.duration_ms)
    said = next((t for t in turns if longest.announced_by in t.utterance_ids), None)
    if said is None or said.role is not Role.AGENT:
        return None
    start_ms = max(said.interval.start_ms, longest.interval.end_ms - MAX_CLIP_MS // 2)
    if start_ms >= longest.interval.end_ms:
        return None
    seconds = longest.interval.duration_ms // 1000
    return Handled(
        interval=Interval(start_ms, longest.interval.end_ms),
        why=f"先告知客户，再等待 {seconds} 秒",
        worth=1.0,
    )


def _heard_out(metrics: ConversationMetrics, turns: Sequence[Turn]) -> Handled | None:
    """The agent's answer to the customer's longest turn, begun after it and not into it."""
    best: Handled | None = None
    for asked, answer in pairwise(turns):
        patient = asked.role is Role.CUSTOMER and answer.role is Role.AGENT
        length_ms = asked.interval.duration_ms
        if not patient or not HEARD_OUT_MS <= length_ms < MAX_CLIP_MS // 2:
            continue
        if answer.interval.start_ms < asked.interval.end_ms:
            continue
        if any(i.interval.overlap_ms(asked.interval) > 0 for i in metrics.interruptions):
            continue
        worth = min(1.0, 0.6 + 0.4 * length_ms / ROOM_MS)
        if best is None or worth > best.worth:
            why = f"听客户讲了 {length_ms // 1000} 秒，讲完再答"
            best = Handled(interval=answer.interval, why=why, worth=worth)
    return best


def _explained(metrics: ConversationMetrics, turns: Sequence[Turn]) -> Handled | None:
    """The agent's longest turn of 10 to 30 s that the customer answers."""
    best: Handled | None = None
    for said, answer in pairwise(turns):
        length_ms = said.interval.duration_ms
        gives_back = said.role is Role.AGENT and answer.role is Role.CUSTOMER
        if not gives_back or not EXPLAINED_MS <= length_ms < MAX_CLIP_MS // 2:
            continue
        if _pauses(metrics, said):
            continue
        worth = min(1.0, 0.6 + 0.4 * length_ms / ROOM_MS)
        if best is None or worth > best.worth:
            why = f"讲了 {length_ms // 1000} 秒，把话交还客户"
            best = Handled(interval=said.interval, why=why, worth=worth)
    return best


def _prompt(_metrics: ConversationMetrics, turns: Sequence[Turn]) -> Handled | None:
    """The soonest answer to a customer's turn."""
    best: Handled | None = None
    for asked, answer in pairwise(turns):
        waited_ms = answer.interval.start_ms - asked.interval.end_ms
        if asked.role is not Role.CUSTOMER or answer.role is not Role.AGENT:
            continue
        if not 0 <= waited_ms <= SOON_MS or asked.interval.duration_ms < 3000:
            continue
        worth = round(1.0 - 0.3 * waited_ms / SOON_MS, 3)
        if best is None or worth > best.worth:
            why = f"客户讲完 {waited_ms / 1000:.1f} 秒就应答"
            best = Handled(interval=answer.interval, why=why, worth=worth)
    return best


_FINDERS: Mapping[str, Callable[[ConversationMetrics, Sequence[Turn]], Handled | None]] = {
    "dead_air_ms": _announced,
    "non_talk_ms": _announced,
    "non_talk_over_5s_ms": _announced,
    "excused_silence_ms": _announced,
    "agent_interruptions": _heard_out,
    "agent_overlap_ratio": _heard_out,
    "agent_talk_ratio": _heard_out,
    "ignored_bids": _heard_out,
    "longest_monologue_ms": _explained,
    "speech_rate_cpm": _explained,
    "pitch_spread_st": _explained,
    "response_latency_median_ms": _prompt,
    "response_latency_p90_ms": _prompt,
}
