"""Places spoken turns on one clock, and reads the truth off the places."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .script_text import CallScript, Turn

MIN_OWN_GAP_MS = 60
SAMPLES_PER_MS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A turn with its speech and the interval in which it is heard."""

    turn: Turn
    samples: NDArray[np.float64]
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """An interval in which a label is truly visible."""

    label: str
    start_ms: int
    end_ms: int


def place_turns(script: CallScript, spoken: list[NDArray[np.float64]]) -> list[Placed]:
    """Start each turn its pause after the turn before, and nobody over himself."""
    placed: list[Placed] = []
    own_end_ms = {"agent": 0, "customer": 0}
    previous_end_ms = script.lead_in_ms
    for turn, samples in zip(script.turns, spoken, strict=True):
        earliest_ms = own_end_ms[turn.role] + MIN_OWN_GAP_MS
        start_ms = max(previous_end_ms + turn.pause_ms, earliest_ms)
        end_ms = start_ms + len(samples) // SAMPLES_PER_MS
        placed.append(Placed(turn=turn, samples=samples, start_ms=start_ms, end_ms=end_ms))
        own_end_ms[turn.role] = end_ms
        previous_end_ms = end_ms
    return placed


def find_spans(placed: list[Placed]) -> list[Span]:
    """Collect every labelled interval of a call in the order of time."""
    spans: list[Span] = []
    opened: dict[str, int] = {}
    for index, place in enumerate(placed):
        turn = place.turn
        spans += [_span(label, place.start_ms, place.end_ms) for label in turn.marks]
        opened.update(dict.fromkeys(turn.opens, place.start_ms))
        spans += [_span(label, opened.pop(label), place.end_ms) for label in turn.closes]
        if turn.silence_label:
            quiet_from_ms = max(other.end_ms for other in placed[:index])
            spans.append(_span(turn.silence_label, quiet_from_ms, place.start_ms))
        if turn.overlap_label:
            spans.append(_overlap(turn.overlap_label, place, placed))
    if opened:
        raise ValueError(f"opened but never closed: {sorted(opened)}")
    return sorted(spans, key=lambda span: (span.start_ms, span.label))


def _span(label: str, start_ms: int, end_ms: int) -> Span:
    """Name an interval, which must not be empty."""
    if end_ms <= start_ms:
        raise ValueError(f"empty interval for {label} at {start_ms} ms")
    return Span(label=label, start_ms=start_ms, end_ms=end_ms)


def _overlap(label: str, place: Placed, placed: list[Placed]) -> Span:
    """Find where the other speaker, who began first, is talked over."""
    earlier = [
        other
        for other in placed
        if other.turn.role != place.turn.role and other.start_ms < place.start_ms < other.end_ms
    ]
    end_ms = min(place.end_ms, max(other.end_ms for other in earlier))
    return _span(label, place.start_ms, end_ms)
