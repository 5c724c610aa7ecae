"""Cutting one channel's speech into stretches that one person speaks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa_pipeline.domain.interval import Interval, union
from qa_pipeline.domain.transcript import Utterance

MIN_UNIT_MS = 400
_PAUSE_MS = 160
_WORDLESS_MS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A few words between possible speaker changes.

    Units are in time order and tile the speech. `utterance` is the index of the
    utterance whose words it holds, None for speech without words. `pause_ms` is
    the silence before it (0 inside a stretch without a pause).
    """

    interval: Interval
    utterance: int | None
    pause_ms: int


def pieces_of(speech: Sequence[Interval], utterances: Sequence[Utterance]) -> tuple[Interval, ...]:
    """Speech regions, cut where one utterance ends and the next begins."""
    borders = sorted(
        (left.interval.end_ms + right.interval.start_ms) // 2
        for left, right in pairwise(utterances)
        if left.interval.end_ms <= right.interval.start_ms + _PAUSE_MS
    )
    return tuple(piece for region in union(speech) for piece in _cut(region, borders, 120))


def units_of(speech: Sequence[Interval], utterances: Sequence[Utterance]) -> tuple[Unit, ...]:
    """The units of the speech; cuts lie between words or, where there are none, every 0.6 s."""
    units: list[Unit] = []
    last_end_ms: int | None = None
    for piece in pieces_of(speech, utterances):
        for part in _cut(piece, _cuts_within(piece, utterances), MIN_UNIT_MS // 2):
            pause_ms = 0 if last_end_ms is None else part.start_ms - last_end_ms
            units.append(
                Unit(interval=part, utterance=_owner(part, utterances), pause_ms=max(0, pause_ms))
            )
            last_end_ms = part.end_ms
    return tuple(units)


def _cut(region: Interval, cuts_ms: Sequence[int], least_ms: int) -> Iterator[Interval]:
    start_ms = region.start_ms
    for cut_ms in cuts_ms:
        if cut_ms - start_ms >= least_ms and region.end_ms - cut_ms >= least_ms:
            yield Interval(start_ms, cut_ms)
            start_ms = cut_ms
    if region.end_ms > start_ms:
        yield Interval(start_ms, region.end_ms)


def _cuts_within(piece: Interval, utterances: Sequence[Utterance]) -> list[int]:
    """Places between words where a unit of fair length may end."""
    words = sorted(
        word.interval
        for utterance in utterances
        if utterance.interval.overlap_ms(piece) > 0
        for word in utterance.words
        if word.interval.overlap_ms(piece) > 0
    )
    if not words:
        return list(range(piece.start_ms + _WORDLESS_MS, piece.end_ms, _WORDLESS_MS))
    cuts = []
    begun_ms = piece.start_ms
    for left, right in pairwise(words):
        cut_ms = (left.end_ms + right.start_ms) // 2
        has_pause = right.start_ms - left.end_ms >= _PAUSE_MS
        if has_pause or cut_ms - begun_ms >= MIN_UNIT_MS:
            cuts.append(cut_ms)
            begun_ms = cut_ms
    return cuts


def _owner(part: Interval, utterances: Sequence[Utterance]) -> int | None:
    shared = [(u.interval.overlap_ms(part), -i) for i, u in enumerate(utterances)]
    most, index = max(shared, default=(0, 0))
    return -index if most > 0 else None
