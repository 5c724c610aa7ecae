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

from qa_pipeline.text.phrase_book import Floats, Ints, PhraseBook

NEAR = 0.4  # a dearer syllable was not heard nearly right
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


def candidates_of(book: PhraseBook, costs: Floats, dearest: Floats, half: Floats) -> Candidates:
    """Where each pattern may be at a cost of at most `dearest` (one a pattern).

    Where half of its pairs were heard it may cost `half`. `costs` has shape (wanted
    characters, columns).
    """
    pair, column = _places(book, costs <= NEAR)
    counts = np.bincount(pair, minlength=len(book.pair_first))
    firsts = np.cumsum(counts) - counts
    times = counts[book.vote_pair]
    vote = np.repeat(np.arange(len(times)), times)
    inside = np.arange(len(vote)) - np.repeat(np.cumsum(times) - times, times)
    at = column[firsts[book.vote_pair[vote]] + inside] + _BEFORE
    last = np.maximum(at - book.vote_near[vote], 0) >> _BUCKET_BITS
    first = np.maximum(at - book.vote_far[vote], 0) >> _BUCKET_BITS
    n_buckets = ((costs.shape[1] + _BEFORE) >> _BUCKET_BITS) + 2
    votes = np.zeros(len(book.patterns) * n_buckets)
    cell, spread = book.vote_pattern[vote] * n_buckets + last, last - first
    weight = book.vote_weight[vote]
    while len(cell):
        # of one pair only the first place in a bucket counts
        fresh = np.ones(len(cell), dtype=np.bool_)
        fresh[1:] = (cell[1:] != cell[:-1]) | (vote[1:] != vote[:-1])
        votes += np.bincount(cell[fresh], weights=weight[fresh], minlength=len(votes))
        wider = spread > 0
        cell, weight, vote = cell[wider] - 1, weight[wider], vote[wider]
        spread = spread[wider] - 1
    pattern, bucket, found = _peaks(book, votes.reshape(len(book.patterns), n_buckets))
    is_half = found >= _HALF * book.pair_sum[pattern]
    limit = np.where(is_half, np.maximum(half, dearest)[pattern], dearest[pattern])
    cost = _least_costs(book, costs, pattern, bucket)
    fits = cost <= limit
    pattern, bucket = pattern[fits], bucket[fits]
    return Candidates(
        pattern=pattern,
        start=bucket * _BUCKET - _BEFORE - SLACK,
        width=book.longest[pattern] + 2 * _BUCKET + 2 * SLACK,
        limit=limit[fits],
        cost=cost[fits],
    )


def _places(book: PhraseBook, near: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Pair and column of every place where both syllables of a pair were heard, in order."""
    padded = np.zeros((near.shape[0] + 1, near.shape[1] + 2), dtype=np.bool_)
    padded[:-1, :-2] = near
    here = np.packbits(padded[:, :-2], axis=1)
    # the second syllable follows at once, or after one inserted character
    following = np.packbits(padded[:, 1:-1] | padded[:, 2:], axis=1)
    following[-1] = 255  # a lone syllable is a pair with anything
    both = here[book.pair_first] & following[book.pair_second]
    row, byte = np.nonzero(both)
    index, bit = np.nonzero(np.unpackbits(both[row, byte][:, None], axis=1))
    return row[index], byte[index] * 8 + bit


def _least_costs(book: PhraseBook, costs: Floats, pattern: Ints, bucket: Ints) -> Floats:
    """What the literals cost at least when each is taken from anywhere near its place."""
    # two columns make a half bucket: every literal may be off by one of them
    n_columns = costs.shape[1]
    margin = 2 * _BEFORE + 2 * int(book.longest.max(initial=0))
    halves = n_columns // 2 + margin
    padded = np.ones((costs.shape[0], 2 * halves), dtype=np.float32)
    padded[:, margin : margin + n_columns] = costs
    pairs = np.minimum(padded[:, ::2], padded[:, 1::2])
    wide = pairs.copy()
    np.minimum(wide[:, :-1], pairs[:, 1:], out=wide[:, :-1])
    np.minimum(wide[:, 1:], pairs[:, :-1], out=wide[:, 1:])
    owner, literal = literals_of(book, pattern)
    spread = book.literal_spread[literal]
    # a literal behind a gap is looked for every four columns of its reach
    steps = np.minimum((spread + 3) // 4 + 1, (int(spread.max(initial=0)) + 5) // 4)
    of, step = ragged(steps)
    near = book.literal_near[literal] + (bucket * _BUCKET - _BEFORE + margin)[owner]
    place = (near[of] + np.minimum(4 * step, spread[of])) >> 1
    flat = wide.ravel()
    place += (book.literal_wanted[literal] * halves)[of]
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


def _peaks(book: PhraseBook, table: NDArray[np.float64]) -> tuple[Ints, Ints, Floats]:
    """Pattern, bucket and votes of the places with enough votes in two neighbouring buckets."""
    both = table[:, :-1] + table[:, 1:]
    passing = np.flatnonzero((both >= book.needed[:, None]).ravel())
    pattern, bucket = np.divmod(passing, both.shape[1])
    flat = both.ravel()
    # of neighbouring places that overlap the better one: its window holds the other's match
    before = np.where(bucket > 0, flat[np.maximum(passing - 1, 0)], 0.0)
    after = np.where(bucket + 1 < both.shape[1], flat[np.minimum(passing + 1, len(flat) - 1)], 0.0)
    votes = flat[passing]
    # equal neighbours mean the phrase again and again: every second window holds them all
    is_edge = (votes > before) | (votes > after)
    kept = (votes >= before) & (votes >= after) & (is_edge | (bucket % 2 == 0))
    return pattern[kept], bucket[kept], votes[kept].astype(np.float32)
