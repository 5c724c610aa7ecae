"""Confusion-weighted local alignment of one pattern with columns of a stream.

The whole pattern is laid over any part of the columns. One row an element, each
computed for all columns at once: a run of inserted columns is a running minimum
of (cost − cumulative insertion cost), so no row needs a loop.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.text.confusion import HOMOPHONE_COST, sound_costs, tone_costs
from qa_pipeline.text.pattern import Element, Gap, Literal, Pattern, Slot, SlotKind
from qa_pipeline.text.slots import digit_costs, find_spans
from qa_pipeline.text.stream import UtteranceStream

_JOIN_COST = 50.0  # between two candidate ranges: nothing may cross
_POLITE_COST = 0.1
_MISSING_SLOT_COST = 1.7
_MISSING_DIGIT_COST = 0.6
_MISSING_GAP_COST = 0.5
_EPSILON = 1e-6

Row = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Path:
    """One way through the stream: columns start..end (exclusive) and what each slot took.

    `gaps` are the columns that unnamed gaps took.
    """

    start: int
    end: int
    cost: float
    slots: tuple[tuple[str, int, int], ...] = ()
    gaps: tuple[tuple[int, int], ...] = ()


def _heard_as(wanted: tuple[int, int, int, int], stream: UtteranceStream) -> Row:
    """For every column what it costs to take it for the wanted character.

    `wanted` is (sound, tone, character, its polite twin). Phrases share most of
    their characters, so a stream keeps the answers.
    """
    costs = stream.heard_cache.get(wanted)
    if costs is None:
        sound, tone, char, polite = wanted
        readings = sound_costs()[sound][stream.sounds] + tone_costs()[tone][stream.tones]
        readings += stream.reading_costs
        costs = np.minimum(readings.min(axis=0) + HOMOPHONE_COST, 1.0)
        # an untrusted word excuses a near sound, not a wholly different one
        costs *= stream.trust + (1.0 - stream.trust) * costs
        costs[stream.chars == polite] = _POLITE_COST
        costs[stream.chars == char] = 0.0
        stream.heard_cache[wanted] = costs
    return costs


class Alignment:
    """The table of costs of one pattern over some column ranges of one stream.

    `ends` holds, for every position between columns, the least cost of a match
    that ends there.
    """

    def __init__(
        self, pattern: Pattern, stream: UtteranceStream, ranges: tuple[tuple[int, int], ...]
    ) -> None:
        self._pattern = pattern
        self._stream = stream
        self._columns = np.concatenate([np.arange(s, e) for s, e in ranges])
        pauses = stream.pause_costs[self._columns].copy()
        joins = np.cumsum([e - s for s, e in ranges])[:-1]
        pauses[joins] = _JOIN_COST
        self._pauses = pauses
        zero = np.zeros(1)
        self._pause_sum = np.concatenate([zero, np.cumsum(pauses)])
        self._skip_sum = np.concatenate(
            [zero, np.cumsum(stream.skip_costs[self._columns] + pauses)]
        )
        self._substitutions = self._substitution_costs()
        self._before: list[Row] = []  # after element i, no insertion yet
        self._after: list[Row] = [np.zeros(len(self._columns) + 1)]
        for element in pattern.elements:
            row = self._advance(element, self._after[-1], is_first=not self._before)
            self._before.append(row)
            self._after.append(np.minimum.accumulate(row - self._skip_sum) + self._skip_sum)

    @property
    def ends(self) -> Row:
        return self._before[-1]

    def _substitution_costs(self) -> Row:
        pattern, columns = self._pattern, self._columns
        costs = np.array([_heard_as(key, self._stream)[columns] for key in pattern.heard_as])
        costs *= pattern.weights[:, None]
        return costs

    def _advance(self, element: Element, row: Row, *, is_first: bool) -> Row:
        if isinstance(element, Literal):
            step = row[:-1] + self._substitutions[element.index]
            if not is_first:
                step += self._pauses
            reached = row + element.delete_cost
            np.minimum(reached[1:], step, out=reached[1:])
            return reached
        if isinstance(element, Gap):
            return self._advance_gap(element, row)
        if element.kind is SlotKind.DIGITS:
            return self._advance_digits(element, row)
        reached = row + _MISSING_SLOT_COST
        for start, end, cost in self._spans(element.kind):
            reached[end] = min(reached[end], row[start] + cost)
        return reached

    def _advance_gap(self, gap: Gap, row: Row) -> Row:
        reached = row + _MISSING_GAP_COST * gap.least
        for count in range(1, min(gap.most, len(row) - 1) + 1):
            step = row[:-count] + self._gap_cost(gap, count)
            np.minimum(reached[count:], step, out=reached[count:])
        return reached

    def _gap_cost(self, gap: Gap, count: int) -> Row:
        crossed: Row = self._pause_sum[count:] - self._pause_sum[:-count]
        return crossed + _MISSING_GAP_COST * max(0, gap.least - count)

    def _advance_digits(self, slot: Slot, row: Row) -> Row:
        figure = digit_costs(self._stream)[self._columns] + self._pauses
        reached = row + _MISSING_SLOT_COST
        current = row
        for count in range(1, slot.most + 1):
            following = np.full_like(row, np.inf)
            following[1:] = current[:-1] + figure
            # a filler or a pause may stand between two figures
            current = np.minimum.accumulate(following - self._skip_sum) + self._skip_sum
            missing = _MISSING_DIGIT_COST * max(0, slot.least - count)
            np.minimum(reached, following + missing, out=reached)
        return reached

    def _spans(self, kind: SlotKind) -> list[tuple[int, int, float]]:
        position = {int(column): i for i, column in enumerate(self._columns)}
        return [
            (position[s], position[e - 1] + 1, cost)
            for s, e, cost in find_spans(kind, self._stream)
            if s in position and e - 1 in position and position[e - 1] - position[s] == e - 1 - s
        ]

    def trace(self, end: int) -> Path:
        """The cheapest match that ends at this position, in columns of the stream."""
        at = end
        taken: list[tuple[SlotKind | None, int, int]] = []
        for index in range(len(self._pattern.elements) - 1, -1, -1):
            element = self._pattern.elements[index]
            row = self._before[index]
            if index < len(self._pattern.elements) - 1:
                reached = self._after[index + 1]
                while at > 0 and reached[at] < row[at] - _EPSILON:
                    at -= 1
            before = self._step_back(index, element, at)
            if not isinstance(element, Literal) and before < at:
                taken.append((element.kind, before, at))
            at = before
        columns = self._columns
        last = int(columns[end - 1]) + 1
        start = min(int(columns[at]), last - 1) if at < len(columns) else last - 1
        spans = [(k, int(columns[s]), int(columns[e - 1]) + 1) for k, s, e in reversed(taken)]
        return Path(
            start=start,
            end=last,
            cost=float(self.ends[end]),
            slots=tuple((k.value, s, e) for k, s, e in spans if k is not None),
            gaps=tuple((s, e) for k, s, e in spans if k is None),
        )

    def _step_back(self, index: int, element: Element, at: int) -> int:
        """The position before the element, whose cost explains the cost after it."""
        row, cost = self._after[index], self._before[index][at]
        if isinstance(element, Literal):
            if at == 0:
                return at
            step = row[at - 1] + self._substitutions[element.index][at - 1]
            if index > 0:
                step += self._pauses[at - 1]
            return at - 1 if step <= cost + _EPSILON else at
        if isinstance(element, Gap):
            for count in range(1, min(element.most, at) + 1):
                if row[at - count] + self._gap_cost(element, count)[at - count] <= cost + _EPSILON:
                    return at - count
            return at
        if element.kind is SlotKind.DIGITS:
            return self._digits_back(element, row, at, cost)
        for start, end, span_cost in self._spans(element.kind):
            if end == at and row[start] + span_cost <= cost + _EPSILON:
                return start
        return at

    def _digits_back(self, slot: Slot, row: Row, at: int, cost: float) -> int:
        if row[at] + _MISSING_SLOT_COST <= cost + _EPSILON:
            return at
        # figures are few: run the forward step from each possible start
        for start in range(at - 1, max(-1, at - 3 * slot.most), -1):
            alone = np.full_like(row, np.inf)
            alone[start] = row[start]
            if self._advance_digits(slot, alone)[at] <= cost + _EPSILON:
                return start
        return at
