"""Which columns of a stream are worth aligning a pattern with.

Sound families are kept as bits, one bit a column, so "at least k of these
syllables near one diagonal" is a few shifts and ands on long integers: all
places, any reading and small drifts are found in microseconds. (rapidfuzz's
partial ratio costs the same, knows one reading a character and finds one place.)
"""

from qa_pipeline.text.pattern import Pattern, Segment
from qa_pipeline.text.stream import UtteranceStream

_PAD = 64  # bits before column 0: the first syllables of a match may be missing
_SLACK = 3  # columns on either side for inserted characters
_SMALL = 48  # a stream this short is aligned whole


def _votes_needed(length: int, is_alone: bool) -> int:
    if length <= 2:
        return 1 if is_alone else length
    # at the least useful probability nearly half of the syllables may be of another family
    return max(2, (length + 1) // 2)


def _starts(segment: Segment, families: dict[int, int], needed: int, whole: int) -> int:
    """Bits (shifted by _PAD) of the columns where the segment may start."""
    drift = 1 if len(segment.families) <= 5 else 2
    at_least = [whole] + [0] * needed
    for offset, family in enumerate(segment.families):
        bits = families.get(family)
        if bits is None:
            continue
        seen = (bits << _PAD) >> offset
        for _ in range(drift):
            seen |= (seen << 1) | (seen >> 1)
        for votes in range(needed, 0, -1):
            at_least[votes] |= at_least[votes - 1] & seen
    return at_least[needed]


def candidate_ranges(
    pattern: Pattern, stream: UtteranceStream, first: int = 0, last: int | None = None
) -> tuple[tuple[int, int], ...]:
    """Disjoint ascending column ranges, within first..last, where the pattern may be.

    Empty when the stream shares too few syllables with it.
    """
    end = len(stream) if last is None else min(last, len(stream))
    families = stream.families
    longest_segment = max(len(s.families) for s in pattern.segments)
    needed_in_all = 1 if longest_segment <= 2 else 2
    if sum(1 for f in pattern.families if f in families) < min(
        needed_in_all, len(pattern.families)
    ):
        return ()
    if end - first <= _SMALL:
        return ((first, end),) if first < end else ()
    whole = (1 << (end + _PAD)) - 1
    ranges: list[tuple[int, int]] = []
    for segment in pattern.segments:
        length = len(segment.families)
        if length == 1 < longest_segment:
            continue
        is_alone = longest_segment <= 2 and len(pattern.literal_text) < 5
        bits = _starts(segment, families, _votes_needed(length, is_alone), whole)
        bits >>= max(0, first + _PAD - length - _SLACK)
        base = max(0, first + _PAD - length - _SLACK) - _PAD
        before = segment.farthest + _SLACK
        after = pattern.longest - segment.nearest + 2 * _SLACK
        while bits:
            low = (bits & -bits).bit_length() - 1
            bits &= bits - 1
            ranges.append((max(first, base + low - before), min(end, base + low + after)))
    return _merged(ranges)


def _merged(ranges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)
