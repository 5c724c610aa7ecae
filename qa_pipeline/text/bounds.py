"""What a pattern can reach at most within some columns, without aligning it.

Every literal of a path costs at least what its cheapest column costs, and a slot whose
like is not there at all is missing. So no path within the columns can be likelier.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.text.candidates import literals_of
from qa_pipeline.text.chance import most_probable, most_probable_half
from qa_pipeline.text.cost_tables import CostTables
from qa_pipeline.text.pattern import DELETE_COST
from qa_pipeline.text.phrase_book import (
    LITERAL,
    MISSING_SLOT_COST,
    SPAN,
    SPAN_KINDS,
    Floats,
    Ints,
    PhraseBook,
)
from qa_pipeline.text.slots import find_spans
from qa_pipeline.text.stream import UtteranceStream

_ROUNDING = 2e-4
_SLOT_EARNS = 0.2
"""Slots and figures earn a little a column (slots.LONGER_IS_BETTER): 0.003 times 60."""


class Bounds(NamedTuple):
    """`whole`: no path of the pattern is likelier, half phrases apart; `half`: with them."""

    whole: Floats
    half: Floats


def bounds_of(
    book: PhraseBook,
    stream: UtteranceStream,
    tables: CostTables,
    pattern: Ints,
    extent: tuple[Ints, Ints],
) -> Bounds:
    """The bounds of patterns within columns `extent` (first, one past the last) each."""
    first, last = (np.clip(edge, 0, tables.n_columns) for edge in extent)
    owner, literal = literals_of(book, pattern)
    least = np.minimum(
        DELETE_COST,
        tables.least_between(book.literal_wanted[literal], first[owner], last[owner]),
    )
    paid = (least * book.literal_weight[literal]).astype(np.float64)
    total = _slots(book, stream, pattern, first, last)
    np.add.at(total, owner, paid)
    lengths = book.lengths[pattern]
    # a path of no cost at all may be likelier than its length allows
    whole = most_probable(lengths, total - _ROUNDING)
    longest = int(book.literal_count.max(initial=1))
    inside = np.arange(len(owner)) - np.searchsorted(owner, np.arange(len(pattern)))[owner]
    content = np.zeros((longest, len(pattern)), dtype=np.float32)
    heard = np.ones((longest, len(pattern)), dtype=np.float32)
    content[inside, owner] = book.literal_content[literal]
    heard[inside, owner] = least
    half = most_probable_half(content, heard)
    return Bounds(
        whole=(whole + _ROUNDING).astype(np.float32),
        half=np.where(half > 0.0, half + _ROUNDING, 0.0).astype(np.float32),
    )


def _slots(
    book: PhraseBook, stream: UtteranceStream, pattern: Ints, first: Ints, last: Ints
) -> NDArray[np.float64]:
    """What the slots cost at least: all of it where nothing of the kind was said."""
    extra = np.zeros(len(pattern), dtype=np.float64)
    types = book.types[pattern]
    extra[(types > LITERAL).any(axis=1)] -= _SLOT_EARNS
    for number, kind in enumerate(SPAN_KINDS):
        wanting = ((types == SPAN) & (book.span_kinds[pattern] == number)).sum(axis=1)
        rows = np.flatnonzero(wanting)
        if not len(rows):
            continue
        spans = find_spans(kind, stream)
        # of the spans that end soonest behind each column none may end before `last`
        ends = np.full(len(stream) + 1, np.iinfo(np.int64).max)
        for start, end, _ in spans:
            ends[start] = min(int(ends[start]), end)
        soonest = np.minimum.accumulate(ends[::-1])[::-1]
        absent = soonest[first[rows]] > last[rows]
        extra[rows] += np.where(absent, MISSING_SLOT_COST * wanting[rows], 0.0)
    return extra
