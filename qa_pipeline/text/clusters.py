"""Places of a stream that share nothing: candidates of one pattern whose columns overlap."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.text.bounds import Bounds, bounds_of
from qa_pipeline.text.candidates import Candidates, candidates_of, ragged
from qa_pipeline.text.chance import most_probable
from qa_pipeline.text.cost_tables import CostTables
from qa_pipeline.text.phrase_book import Floats, Ints, PhraseBook
from qa_pipeline.text.stream import UtteranceStream

_NOT_ALIGNED = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """Of shape (clusters,), those of a pattern together in time order.

    `lane`, `size`: its candidates; `first`, `last`: its columns; `done`: found from that
    probability on; `promise` guesses how likely its best match is. Of shape (patterns,):
    whether candidates were looked for (`is_entered`), its clusters (`first_of_row`,
    `count_of_row`), and what no match of it exceeds (`likeliest`).
    """

    candidates: Candidates
    lane: Ints
    size: Ints
    first: Ints
    last: Ints
    bounds: Bounds
    promise: NDArray[np.float64]
    done: NDArray[np.float64]
    is_entered: NDArray[np.bool_]
    first_of_row: Ints
    count_of_row: Ints
    likeliest: NDArray[np.float64]

    def of(self, rows: Ints) -> tuple[Ints, Ints]:
        """The clusters of these patterns, and the place of the pattern of each in `rows`."""
        owner, place = ragged(self.count_of_row[rows])
        return self.first_of_row[rows][owner] + place, owner

    def number(self, pattern: int, column: int) -> int:
        """The cluster of the pattern that holds a path from this column on."""
        first = int(self.first_of_row[pattern])
        own = self.first[first : first + int(self.count_of_row[pattern])]
        return first + int(np.searchsorted(own, column, side="right")) - 1

    def joined(self, more: "Clusters") -> "Clusters":
        """With the clusters of patterns that were not looked for before; numbers stay."""
        if not self.is_entered.any():
            return more
        is_new, n_before = more.is_entered, len(self.lane)
        return replace(
            self,
            candidates=self.candidates.joined(more.candidates),
            lane=np.concatenate([self.lane, more.lane + len(self.candidates.pattern)]),
            bounds=Bounds(
                np.concatenate([self.bounds.whole, more.bounds.whole]),
                np.concatenate([self.bounds.half, more.bounds.half]),
            ),
            **{
                name: np.concatenate([getattr(self, name), getattr(more, name)])
                for name in ("size", "first", "last", "promise", "done")
            },
            is_entered=self.is_entered | is_new,
            first_of_row=np.where(is_new, more.first_of_row + n_before, self.first_of_row),
            count_of_row=np.where(is_new, more.count_of_row, self.count_of_row),
            likeliest=np.where(is_new, more.likeliest, self.likeliest),
        )


def nowhere(book: PhraseBook) -> Clusters:
    """No clusters, for nothing was looked for."""
    none, n_patterns = np.empty(0, dtype=np.int64), len(book.patterns)
    costs = np.empty(0, dtype=np.float32)
    return Clusters(
        candidates=Candidates(none, none, none, costs, costs),
        lane=none,
        size=none,
        first=none,
        last=none,
        bounds=Bounds(costs, costs),
        promise=np.empty(0),
        done=np.empty(0),
        is_entered=np.zeros(n_patterns, dtype=np.bool_),
        first_of_row=np.zeros(n_patterns, dtype=np.int64),
        count_of_row=np.zeros(n_patterns, dtype=np.int64),
        likeliest=np.zeros(n_patterns),
    )


def clusters_of(
    book: PhraseBook,
    stream: UtteranceStream,
    tables: CostTables,
    limits: tuple[Floats, Floats],
    wanted: NDArray[np.bool_],
) -> Clusters:
    """Where the wanted patterns may be; `limits` are those of `candidates_of`."""
    found = candidates_of(book, tables, limits, wanted)
    found = found.only(np.lexsort((found.start, found.pattern)))
    ends = found.start + found.width
    is_new = np.ones(len(ends), dtype=np.bool_)
    is_new[1:] = (found.pattern[1:] != found.pattern[:-1]) | (found.start[1:] >= ends[:-1])
    lane = np.flatnonzero(is_new)
    size = np.diff(np.append(lane, len(ends)))
    pattern, first, last = found.pattern[lane], found.start[lane], ends[lane + size - 1]
    bounds = bounds_of(book, stream, tables, pattern, (first, last))
    likeliest = np.zeros(len(book.patterns))
    np.maximum.at(likeliest, pattern, np.maximum(bounds.whole, bounds.half))
    cost = found.cost.astype(np.float64)
    cheapest = np.minimum.reduceat(cost, lane) if len(lane) else cost
    edges = np.searchsorted(pattern, np.arange(len(book.patterns) + 1))
    return Clusters(
        candidates=found,
        lane=lane,
        size=size,
        first=first,
        last=last,
        bounds=bounds,
        promise=np.minimum(bounds.whole, most_probable(book.lengths[pattern], cheapest)),
        done=np.full(len(lane), _NOT_ALIGNED),
        is_entered=wanted,
        first_of_row=edges[:-1],
        count_of_row=np.diff(edges),
        likeliest=likeliest,
    )
