"""Confusion-weighted local alignment of many patterns with many windows at once.

Each candidate (a pattern, a window of a stream) is one lane; all lanes advance
together, one row an element, every column of the window at once. The whole pattern
is laid over any part of the window. Arrays have shape (columns, lanes).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.text.candidates import Candidates
from qa_pipeline.text.phrase_book import (
    DIGITS,
    GAP,
    LITERAL,
    MISSING_GAP_COST,
    SPAN,
    SPAN_KINDS,
    Floats,
    Ints,
    PhraseBook,
)
from qa_pipeline.text.slots import digit_costs, find_spans
from qa_pipeline.text.stream import UtteranceStream

_MISSING_DIGIT_COST = 0.6
_EPSILON = 1e-4
_PAD = 128  # columns of nothing before and behind the stream
_NOWHERE = 5.0  # beyond the stream; small, for sums of it must not swallow small costs
_WIDTHS = (16, 20, 26, 36, 10_000)
"""Lanes are sorted into blocks of similar width."""
_FEW_LANES = 48
"""A block costs as much as so many lanes that are twice as wide as need be."""


@dataclass(frozen=True, eq=False)
class Grid:
    """A stream as the aligner reads it, padded on both sides.

    `costs` (wanted characters, columns) and per column `pauses`, `skips`, `figures`.
    """

    stream: UtteranceStream
    costs: Floats
    pauses: Floats
    skips: Floats

    @cached_property
    def figures(self) -> Floats:
        """What it costs to take each column for a figure, which few phrases ask."""
        return _padded(digit_costs(self.stream), _NOWHERE)


def grid_of(stream: UtteranceStream, costs: Floats) -> Grid:
    """The stream with the costs that `Vocabulary.costs` gave for its columns."""
    pauses = _padded(stream.pause_costs, _NOWHERE)
    return Grid(
        stream=stream,
        costs=np.pad(costs, ((0, 0), (_PAD, _PAD)), constant_values=_NOWHERE),
        pauses=pauses,
        skips=_padded(stream.skip_costs, _NOWHERE) + pauses,
    )


def _padded(values: NDArray[np.float64], filling: float) -> Floats:
    return np.pad(values.astype(np.float32), _PAD, constant_values=filling)


@dataclass(slots=True)
class Block:
    """Lanes of similar width, aligned together.

    `before[k]` and `after[k + 1]`: the least cost of a path that ends at each
    position, without and with columns inserted behind element k.
    """

    pattern: Ints
    start: Ints
    width: Ints
    columns: Ints
    pauses: Floats
    skip_sum: Floats
    pause_sum: Floats
    before: list[Floats] = field(default_factory=list)
    after: list[Floats] = field(default_factory=list)
    heard: list[Floats] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Path:
    """One way through the stream: columns start..end (exclusive) and what each slot took.

    `literals` has for each literal its column (-1: not heard) and what it cost;
    `gaps` are the columns that unnamed gaps took.
    """

    pattern: int
    start: int
    end: int
    cost: float
    literals: tuple[tuple[int, float], ...] = ()
    slots: tuple[tuple[str, int, int], ...] = ()
    gaps: tuple[tuple[int, int], ...] = ()


def align(book: PhraseBook, grid: Grid, candidates: Candidates) -> Iterator[Path]:
    """The cheapest disjoint paths of each candidate that cost at most its `limit`."""
    for lanes in _alike(candidates.width):
        # lanes with more elements first: a row advances a prefix of them
        lanes = lanes[np.argsort(-book.counts[candidates.pattern[lanes]], kind="stable")]
        chosen = candidates.only(lanes)
        block = _advanced(book, grid, chosen)
        yield from _paths(book, grid, block, chosen.limit)


def _alike(widths: Ints) -> Iterator[Ints]:
    """The numbers of lanes of similar width together; a few go with the wider ones."""
    lower = 0
    for upper in _WIDTHS:
        lanes = np.flatnonzero((widths > lower) & (widths <= upper))
        if len(lanes) >= _FEW_LANES or (upper == _WIDTHS[-1] and len(lanes)):
            yield lanes
            lower = upper


def _advanced(book: PhraseBook, grid: Grid, lanes: Candidates) -> Block:
    width = int(lanes.width.max())
    columns = lanes.start[None, :] + (np.arange(width)[:, None] + _PAD)
    np.clip(columns, 0, len(grid.pauses) - 1, out=columns)
    pauses = grid.pauses[columns]
    zero = np.zeros((1, len(lanes.pattern)), dtype=np.float32)
    block = Block(
        pattern=lanes.pattern,
        start=lanes.start,
        width=lanes.width,
        columns=columns,
        pauses=pauses,
        skip_sum=np.concatenate([zero, np.cumsum(grid.skips[columns], axis=0, dtype=np.float32)]),
        pause_sum=np.concatenate([zero, np.cumsum(pauses, axis=0, dtype=np.float32)]),
    )
    counts = book.counts[lanes.pattern]
    row = np.zeros((width + 1, len(lanes.pattern)), dtype=np.float32)
    block.after.append(row)
    for place in range(int(counts[0])):
        active = int(np.searchsorted(-counts, -place, side="left"))
        row = _advance(book, grid, block, place, row[:, :active])
        block.before.append(row)
        skipped = block.skip_sum[:, :active]
        row = np.minimum.accumulate(row - skipped, axis=0) + skipped
        block.after.append(row)
    return block


def _advance(book: PhraseBook, grid: Grid, block: Block, place: int, row: Floats) -> Floats:
    """The row after the element at `place`; literals in all lanes, then the other elements."""
    active = row.shape[1]
    pattern = block.pattern[:active]
    types = book.types[pattern, place]
    reached: Floats = row + book.missing[pattern, place]
    heard = grid.costs[book.wanted[pattern, place], block.columns[:, :active]]
    heard *= book.weights[pattern, place]
    block.heard.append(heard)
    others = np.flatnonzero(types != LITERAL)
    kept = reached[:, others]
    step = row[:-1] + heard
    if place:
        step += block.pauses[:, :active]
    np.minimum(reached[1:], step, out=reached[1:])
    if len(others):
        reached[:, others] = kept
        for kind, fill in ((GAP, _fill_gaps), (DIGITS, _fill_digits), (SPAN, _fill_spans)):
            lanes = others[types[others] == kind]
            if len(lanes):
                reached[:, lanes] = fill(book, grid, block, place, row[:, lanes], lanes)
    return reached


def _fill_gaps(
    book: PhraseBook, _grid: Grid, block: Block, place: int, row: Floats, lanes: Ints
) -> Floats:
    pattern = block.pattern[lanes]
    least, most = book.least[pattern, place], book.most[pattern, place]
    crossed = block.pause_sum[:, lanes]
    fewest, shortest = int(least.max()), int(most.min())
    reached: Floats = row + MISSING_GAP_COST * least.astype(np.float32)
    for count in range(1, min(int(most.max()), len(row) - 1) + 1):
        step = row[:-count] + (crossed[count:] - crossed[:-count])
        if count < fewest:
            step += (MISSING_GAP_COST * np.maximum(0, least - count)).astype(np.float32)
        if count > shortest:
            step[:, count > most] = np.inf
        np.minimum(reached[count:], step, out=reached[count:])
    return reached


def _fill_digits(
    book: PhraseBook, grid: Grid, block: Block, place: int, row: Floats, lanes: Ints
) -> Floats:
    pattern = block.pattern[lanes]
    least, most = book.least[pattern, place], book.most[pattern, place]
    figures = grid.figures[block.columns[:, lanes]] + block.pauses[:, lanes]
    skipped = block.skip_sum[:, lanes]
    reached: Floats = row + book.missing[pattern, place]
    current = row
    for count in range(1, int(most.max()) + 1):
        following = np.full_like(row, np.inf)
        following[1:] = current[:-1] + figures
        lacking = (_MISSING_DIGIT_COST * np.maximum(0, least - count)).astype(np.float32)
        allowed = np.where(count <= most, lacking, np.inf).astype(np.float32)
        np.minimum(reached, following + allowed, out=reached)
        # a filler or a pause may stand between two figures
        current = np.minimum.accumulate(following - skipped, axis=0) + skipped
    return reached


def _fill_spans(
    book: PhraseBook, grid: Grid, block: Block, place: int, row: Floats, lanes: Ints
) -> Floats:
    pattern = block.pattern[lanes]
    kinds, starts = book.span_kinds[pattern, place], block.start[lanes]
    reached: Floats = row + book.missing[pattern, place]
    for number, kind in enumerate(SPAN_KINDS):
        own = np.flatnonzero(kinds == number)
        if not len(own):
            continue
        for start, end, cost in find_spans(kind, grid.stream):
            first, last = start - starts[own], end - starts[own]
            inside = (first >= 0) & (last < len(row))
            lane, first, last = own[inside], first[inside], last[inside]
            step = row[first, lane] + np.float32(cost)
            reached[last, lane] = np.minimum(reached[last, lane], step)
    return reached


def _paths(book: PhraseBook, grid: Grid, block: Block, limit: Floats) -> Iterator[Path]:
    counts = book.counts[block.pattern]
    lanes = np.arange(len(block.pattern))
    ends = np.empty_like(block.skip_sum)
    for place, row in enumerate(block.before):
        own = np.flatnonzero(counts[: row.shape[1]] == place + 1)
        ends[:, own] = row[:, own]
    ends[0] = np.inf
    # a lane ends where its own candidate does, whatever else is in the block
    ends[np.arange(len(ends))[:, None] > block.width] = np.inf
    taken: dict[int, list[tuple[int, int]]] = {}
    while len(lanes):
        end = np.argmin(ends[:, lanes], axis=0)
        cost = ends[end, lanes]
        good = cost <= limit[lanes]
        lanes, end, cost = lanes[good], end[good], cost[good]
        paths = _trace(book, grid, block, lanes, end, cost)
        starts = block.start[lanes].tolist()
        for path, lane, start in zip(paths, lanes.tolist(), starts, strict=True):
            earlier = taken.setdefault(lane, [])
            if all(path.end <= s or path.start >= e for s, e in earlier):
                earlier.append((path.start, path.end))
                yield path
            # ends within this path, and the slope that leads down to it, are no others
            first, last = max(0, path.start - start + 1), path.end - start
            ends[first : last + 3, lane] = np.inf


def _trace(
    book: PhraseBook, grid: Grid, block: Block, lanes: Ints, end: Ints, cost: Floats
) -> Iterator[Path]:
    """The cheapest path of each lane that ends at `end`, all lanes stepping back together."""
    pattern = block.pattern[lanes]
    counts = book.counts[pattern]
    at = end.astype(np.int64).copy()
    width = book.types.shape[1]
    ups = np.zeros((width, len(lanes)), dtype=np.int64)
    lows = np.zeros((width, len(lanes)), dtype=np.int64)
    paid = np.zeros((width, len(lanes)), dtype=np.float32)
    for place in range(int(counts.max(initial=0)) - 1, -1, -1):
        active = np.flatnonzero(counts > place)
        lane = lanes[active]
        here = at[active]
        here = _without_insertions(block, place, lane, here, counts[active] - 1 > place)
        types = book.types[pattern[active], place]
        low = np.where(types == LITERAL, _literal_back(block, place, lane, here), here)
        for index in np.flatnonzero(types > LITERAL):
            low[index] = _other_back(book, grid, block, place, int(lane[index]), int(here[index]))
        ups[place, active], lows[place, active] = here, low
        heard = block.heard[place][np.maximum(here - 1, 0), lane]
        paid[place, active] = np.where(low < here, heard, book.missing[pattern[active], place])
        at[active] = low
    ways = zip(ups.T.tolist(), lows.T.tolist(), paid.T.tolist(), strict=True)
    ends = zip(pattern.tolist(), block.start[lanes].tolist(), cost.tolist(), strict=True)
    return (_path(book, end, way) for end, way in zip(ends, ways, strict=True))


def _without_insertions(
    block: Block, place: int, lane: Ints, at: Ints, is_inner: NDArray[np.bool_]
) -> Ints:
    before, after = block.before[place], block.after[place + 1]
    at = at.copy()
    moving = np.flatnonzero(is_inner)
    while len(moving):
        here, there = at[moving], lane[moving]
        inserted = (here > 0) & (after[here, there] < before[here, there] - _EPSILON)
        moving = moving[inserted]
        at[moving] -= 1
    return at


def _literal_back(block: Block, place: int, lane: Ints, at: Ints) -> Ints:
    previous = np.maximum(at - 1, 0)
    step = block.after[place][previous, lane] + block.heard[place][previous, lane]
    if place:
        step = step + block.pauses[previous, lane]
    is_heard = (at > 0) & (step <= block.before[place][at, lane] + _EPSILON)
    return np.where(is_heard, previous, at)


def _other_back(book: PhraseBook, grid: Grid, block: Block, place: int, lane: int, at: int) -> int:
    """The position before a gap or slot, whose cost explains the cost after it."""
    row, wanted = block.after[place][:, lane], float(block.before[place][at, lane]) + _EPSILON
    pattern = int(block.pattern[lane])
    least, most = int(book.least[pattern, place]), int(book.most[pattern, place])
    kind = book.types[pattern, place]
    if kind == GAP:
        crossed = block.pause_sum[:, lane]
        for count in range(1, min(most, at) + 1):
            lacking = MISSING_GAP_COST * max(0, least - count)
            if row[at - count] + crossed[at] - crossed[at - count] + lacking <= wanted:
                return at - count
        return at
    if row[at] + book.missing[pattern, place] <= wanted:
        return at
    if kind == DIGITS:
        return _digits_back(grid, block, lane, at, (least, most), row, wanted)
    offset = int(block.start[lane])
    for start, end, cost in find_spans(
        SPAN_KINDS[int(book.span_kinds[pattern, place])], grid.stream
    ):
        if end - offset == at and start >= offset and row[start - offset] + cost <= wanted:
            return start - offset
    return at


def _digits_back(
    grid: Grid, block: Block, lane: int, at: int, span: tuple[int, int], row: Floats, wanted: float
) -> int:
    """The start of the run of figures that ends at `at`, fillers between them allowed."""
    least, most = span
    count, cost = 0, 0.0
    for position in range(at - 1, -1, -1):
        column = int(block.columns[position, lane])
        figure = float(grid.figures[column] + grid.pauses[column])
        if figure > grid.skips[column] + 1.0:
            cost += float(grid.skips[column])
            continue
        count, cost = count + 1, cost + figure
        lacking = _MISSING_DIGIT_COST * max(0, least - count)
        if count > most:
            break
        if row[position] + cost + lacking <= wanted:
            return position
    return at


def _path(
    book: PhraseBook, end: tuple[int, int, float], way: tuple[list[int], list[int], list[float]]
) -> Path:
    (pattern, offset, cost), (ups, lows, paid) = end, way
    elements = book.patterns[pattern].elements
    literals: list[tuple[int, float]] = []
    slots: list[tuple[str, int, int]] = []
    gaps: list[tuple[int, int]] = []
    types = book.types[pattern].tolist()
    for place, element in enumerate(elements):
        low, up = lows[place] + offset, ups[place] + offset
        if types[place] == LITERAL:
            literals.append((low if low < up else -1, paid[place]))
        elif low < up:
            kind = getattr(element, "kind", None)
            if kind is None:
                gaps.append((low, up))
            else:
                slots.append((kind.value, low, up))
    last = ups[len(elements) - 1] + offset
    return Path(
        pattern=pattern,
        start=min(lows[0] + offset, last - 1),
        end=last,
        cost=cost,
        literals=tuple(literals),
        slots=tuple(slots),
        gaps=tuple(gaps),
    )
