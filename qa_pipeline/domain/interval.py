"""Half-open intervals of time and the few set operations on them."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A half-open stretch of time, `start_ms` included, `end_ms` excluded."""

    start_ms: int
    end_ms: int

    def __post_init__(self) -> None:
        if self.start_ms > self.end_ms:
            raise ValueError(f"interval ends before it starts: {self.start_ms}..{self.end_ms}")

    @property
    def duration_ms(self) -> int:
        return self.end_ms - self.start_ms

    def overlap_ms(self, other: "Interval") -> int:
        """How long both last at the same time, in ms."""
        return max(0, min(self.end_ms, other.end_ms) - max(self.start_ms, other.start_ms))

    def contains(self, other: "Interval") -> bool:
        return self.start_ms <= other.start_ms and other.end_ms <= self.end_ms

    def padded(self, before_ms: int, after_ms: int) -> "Interval":
        """The interval widened on both sides, never before 0."""
        return Interval(max(0, self.start_ms - before_ms), self.end_ms + after_ms)


# thousands of intervals a call are sorted: without it each comparison is a Python call
_bounds = attrgetter("start_ms", "end_ms")


def union(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same time covered by sorted, disjoint, non-empty intervals."""
    merged: list[Interval] = []
    for item in sorted((i for i in intervals if i.end_ms > i.start_ms), key=_bounds):
        if merged and item.start_ms <= merged[-1].end_ms:
            merged[-1] = Interval(merged[-1].start_ms, max(merged[-1].end_ms, item.end_ms))
        else:
            merged.append(item)
    return tuple(merged)


def intersection(left: Iterable[Interval], right: Iterable[Interval]) -> tuple[Interval, ...]:
    """The time that lies in both coverings."""
    a, b = union(left), union(right)
    shared: list[Interval] = []
    i = j = 0
    while i < len(a) and j < len(b):
        start_ms = max(a[i].start_ms, b[j].start_ms)
        end_ms = min(a[i].end_ms, b[j].end_ms)
        if start_ms < end_ms:
            shared.append(Interval(start_ms, end_ms))
        if a[i].end_ms < b[j].end_ms:
            i += 1
        else:
            j += 1
    return tuple(shared)


def difference(left: Iterable[Interval], right: Iterable[Interval]) -> tuple[Interval, ...]:
    """The time covered by `left` and not by `right`."""
    holes = union(right)
    rest: list[Interval] = []
    for item in union(left):
        start_ms = item.start_ms
        for hole in holes:
            if hole.end_ms <= start_ms:
                continue
            if hole.start_ms >= item.end_ms:
                break
            if hole.start_ms > start_ms:
                rest.append(Interval(start_ms, hole.start_ms))
            start_ms = max(start_ms, hole.end_ms)
        if start_ms < item.end_ms:
            rest.append(Interval(start_ms, item.end_ms))
    return tuple(rest)


def total_ms(intervals: Iterable[Interval]) -> int:
    """The time covered at least once, in ms."""
    return sum(i.duration_ms for i in union(intervals))
