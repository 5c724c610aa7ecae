"""Which columns of a stream are worth aligning which pattern with: an index over the call.

A phrase that was said leaves pairs of neighbouring syllables that were heard nearly
right. For every pair that any pattern of the book holds the columns are found where
both were heard, as bits of one row, all pairs at once; each such place votes for
where its phrases would begin. A phrase that shares no pair with the call costs
nothing more. (rapidfuzz's partial ratio costs more, knows one reading a character
and finds one place a pattern.)
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.text.cost_tables import CostTables
from qa_pipeline.text.phrase_book import Floats, Ints, PhraseBook

_BUCKET_BITS = 2
_BUCKET = 1 << _BUCKET_BITS
_BEFORE = 64  # a match may lack its first syllables: places before column 0
_HALF = 0.4  # so much of the pairs' weight makes half a phrase
_DROPPED = 0.8  # what a syllable costs that was not heard, times its weight
SLACK = 3  # columns on either side for inserted characters


class Candidates(NamedTuple):
    """`pattern` (row of the book), `start` (first column, may be < 0), `width` in columns.

    `limit` is what a path may cost there, `cost` what its literals cost near their places.
    """

    pattern: Ints
    start: Ints
    width: Ints
    limit: Floats
    cost: Floats

    def only(self, chosen: Ints) -> "Candidates":
        """The candidates at these places of the row."""
        return Candidates(
            self.pattern[chosen],
            self.start[chosen],
            self.width[chosen],
            self.limit[chosen],
            self.cost[chosen],
        )

    def joined(self, more: "Candidates") -> "Candidates":
        """These and, behind them, more."""
        return Candidates(
            np.concatenate([self.pattern, more.pattern]),
            np.concatenate([self.start, more.start]),
            np.concatenate([self.width, more.width]),
            np.concatenate([self.limit, more.limit]),
            np.concatenate([self.cost, more.cost]),
        )


def candidates_of(
    book: PhraseBook, tables: CostTables, limits: tuple[Floats, Floats], wanted: NDArray[np.bool_]
) -> Candidates:
    """Where each wanted pattern may be at a cost of at most the first limit (one a pattern).

    Where half of its pairs were heard it may cost the second.
    """
    dearest, half = limits
    pattern, bucket, found = _peaks(book, np.flatnonzero(wanted), _votes(book, tables, wanted))
    is_half = found >= _HALF * book.pair_sum[pattern]
    limit = np.where(is_half, np.maximum(half, dearest)[pattern], dearest[pattern])
    cost = _least_costs(book, tables, pattern, bucket)
    fits = cost <= limit
    pattern, bucket = pattern[fits], bucket[fits]
    return Candidates(
        pattern=pattern,
        start=bucket * _BUCKET - _BEFORE - SLACK,
        width=book.longest[pattern] + 2 * _BUCKET + 2 * SLACK,
        limit=limit[fits],
        cost=cost[fits],
    )


def _votes(book: PhraseBook, tables: CostTables, wanted: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The weight of the pairs that speak for each bucket: (wanted patterns, buckets)."""
    asked = np.flatnonzero(wanted[book.vote_pattern])
    is_used = np.zeros(len(book.pair_first), dtype=np.bool_)
    is_used[book.vote_pair[asked]] = True
    pair, column = _places(book, tables, np.flatnonzero(is_used))
    counts = np.bincount(pair, minlength=len(is_used))
    firsts = np.cumsum(counts) - counts
    times = counts[book.vote_pair[asked]]
    which, inside = ragged(times)
    vote = asked[which]
    at = column[firsts[book.vote_pair[vote]] + inside] + _BEFORE
    last = np.maximum(at - book.vote_near[vote], 0) >> _BUCKET_BITS
    spread = last - (np.maximum(at - book.vote_far[vote], 0) >> _BUCKET_BITS)
    n_buckets = ((tables.n_columns + _BEFORE) >> _BUCKET_BITS) + 2
    row_of = np.cumsum(wanted) - 1
    cell = row_of[book.vote_pattern[vote]] * n_buckets + last
    cells, weights, weight = [], [], book.vote_weight[vote]
    while len(cell):
        # of one pair only the first place in a bucket counts
        fresh = np.ones(len(cell), dtype=np.bool_)
        fresh[1:] = (cell[1:] != cell[:-1]) | (vote[1:] != vote[:-1])
        cells.append(cell[fresh])
        weights.append(weight[fresh])
        wider = spread > 0
        cell, weight, vote = cell[wider] - 1, weight[wider], vote[wider]
        spread = spread[wider] - 1
    n_rows = int(wanted.sum())
    if not cells:
        return np.zeros((n_rows, n_buckets))
    sums = np.bincount(
        np.concatenate(cells), weights=np.concatenate(weights), minlength=n_rows * n_buckets
    )
    return sums.astype(np.float64).reshape(n_rows, n_buckets)


def _places(book: PhraseBook, tables: CostTables, pairs: Ints) -> tuple[Ints, Ints]:
    """Pair and column of every place where both syllables of one of the pairs were heard."""
    both = tables.near[book.pair_first[pairs]] & tables.near_behind[book.pair_second[pairs]]
    row, byte = np.nonzero(both)
    index, bit = np.nonzero(np.unpackbits(both[row, byte][:, None], axis=1))
    return pairs[row[index]], byte[index] * 8 + bit


def tables_of(book: PhraseBook, costs: Floats) -> CostTables:
    """The costs that the book's vocabulary gave for a stream, as all that follows reads them."""
    return CostTables(costs, margin=2 * _BEFORE + 2 * int(book.longest.max(initial=0)))


def _least_costs(book: PhraseBook, tables: CostTables, pattern: Ints, bucket: Ints) -> Floats:
    """What the literals cost at least when each is taken from anywhere near its place."""
    # two columns make a half bucket: every literal may be off by one of them
    owner, literal = literals_of(book, pattern)
    spread = book.literal_spread[literal]
    # a literal behind a gap is looked for every four columns of its reach
    steps = np.minimum((spread + 3) // 4 + 1, (int(spread.max(initial=0)) + 5) // 4)
    of, step = ragged(steps)
    near = book.literal_near[literal] + (bucket * _BUCKET - _BEFORE + tables.margin)[owner]
    place = (near[of] + np.minimum(4 * step, spread[of])) >> 1
    flat = tables.around_pairs
    place += (book.literal_wanted[literal] * tables.n_pairs)[of]
    firsts, starts = np.cumsum(steps) - steps, np.searchsorted(owner, np.arange(len(pattern)))
    weight = book.literal_weight[literal]
    least = np.full(len(pattern), np.inf, dtype=np.float32)
    for shift in range(_BUCKET if len(literal) else 0):
        best = flat[place + shift]
        if len(of) > len(literal):
            best = np.minimum.reduceat(best, firsts)
        np.minimum(best, _DROPPED, out=best)
        np.minimum(least, np.add.reduceat(best * weight, starts), out=least)
    return least


def ragged(counts: Ints) -> tuple[Ints, Ints]:
    """For rows of so many entries each: the row of every entry, and its place in the row."""
    row = np.repeat(np.arange(len(counts)), counts)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)


def literals_of(book: PhraseBook, pattern: Ints) -> tuple[Ints, Ints]:
    """The literals of these patterns: their place in `pattern`, their number in the book."""
    owner, inside = ragged(book.literal_count[pattern])
    return owner, book.literal_first[pattern][owner] + inside


def _peaks(book: PhraseBook, rows: Ints, table: NDArray[np.float64]) -> tuple[Ints, Ints, Floats]:
    """Pattern, bucket and votes of the places with enough votes in two neighbouring buckets.

    `table` has a line for each of these rows of the book.
    """
    both = table[:, :-1] + table[:, 1:]
    passing = np.flatnonzero((both >= book.needed[rows][:, None]).ravel())
    line, bucket = np.divmod(passing, both.shape[1])
    flat = both.ravel()
    # of neighbouring places that overlap the better one: its window holds the other's match
    before = np.where(bucket > 0, flat[np.maximum(passing - 1, 0)], 0.0)
    after = np.where(bucket + 1 < both.shape[1], flat[np.minimum(passing + 1, len(flat) - 1)], 0.0)
    votes = flat[passing]
    # equal neighbours mean the phrase again and again: every second window holds them all
    is_edge = (votes > before) | (votes > after)
    kept = (votes >= before) & (votes >= after) & (is_edge | (bucket % 2 == 0))
    return rows[line[kept]], bucket[kept], votes[kept].astype(np.float32)
