"""Many phrases in one stream, aligned only where somebody asks and the bound allows it.

Candidates of one pattern whose columns overlap make a cluster; a match in one cluster
knows nothing of the others, so clusters may be aligned in any order or not at all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.domain.interval import Interval
from qa_pipeline.text.alignment import Grid, align, grid_of
from qa_pipeline.text.bounds import Bounds, bounds_of
from qa_pipeline.text.candidates import Candidates, candidates_of, ragged
from qa_pipeline.text.chance import dearest_cost, dearest_costs, dearest_half, most_probable
from qa_pipeline.text.matches import PhraseMatch, disjoint, find_exact, match_of
from qa_pipeline.text.pattern import Pattern, parse_pattern
from qa_pipeline.text.phrase_book import Floats, Ints, PhraseBook, book_of
from qa_pipeline.text.stream import UtteranceStream

_NEVER = 2.0
_ROUNDING = 1e-4
_FIRST_TRIED = 3
_FAR = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """Phrases of which only the likeliest match that starts inside `window` is wanted.

    `standing` leaves out matches that do not count (denied ones); a match must have
    at least the probability `least`.
    """

    phrases: tuple[str, ...]
    window: Interval
    least: float
    standing: Callable[[tuple[PhraseMatch, ...]], tuple[PhraseMatch, ...]]


class PhraseSearch:
    """The search for phrases, each with the least probability that is ever asked for."""

    def __init__(self, phrases: Mapping[str, float], stream: UtteranceStream) -> None:
        sources = tuple(phrases)
        self._stream = stream
        self._least = phrases
        self._book = book_of(sources)
        self._rows = _rows(sources)
        self._exact = _exact_ones(sources)
        self._exactly: dict[str, tuple[PhraseMatch, ...]] = {}
        self._matches: dict[int, list[PhraseMatch]] = {}
        self._prepared: dict[str, float] = {}

    def find(self, phrase: str, min_probability: float) -> tuple[PhraseMatch, ...]:
        """All matches of one phrase that are so likely, in time order."""
        self.prepare({phrase: min_probability})
        return tuple(m for m in self.known(phrase) if m.probability >= min_probability)

    def prepare(self, wanted: Mapping[str, float]) -> None:
        """Align all that `find` will need for these phrases and probabilities, together."""
        if not len(self._stream):
            return
        rows, likeliest = [], self._clusters.likeliest
        for phrase, least in wanted.items():
            number = self._rows.get(phrase)
            if number is not None and least < self._prepared.get(phrase, _NEVER):
                self._prepared[phrase] = least
                if likeliest[number] >= least:
                    rows.append((number, least))
        if not rows:
            return
        row, probability = np.array([r for r, _ in rows]), np.array([p for _, p in rows])
        of_row = self._clusters.of_row
        owner, place = ragged(of_row[row + 1] - of_row[row])
        self._align(of_row[row][owner] + place, probability[owner])

    def known(self, phrase: str) -> tuple[PhraseMatch, ...]:
        """What was found of the phrase so far, in time order."""
        if not len(self._stream):
            return ()
        if phrase in self._exact:
            if phrase not in self._exactly:
                self._exactly[phrase] = tuple(find_exact(self._exact[phrase], self._stream))
            return self._exactly[phrase]
        row = self._rows[phrase]
        if not self._clusters.likeliest[row]:
            return ()
        first, last = self._clusters.of_row[row : row + 2].tolist()
        found = [m for c in range(first, last) for m in self._matches.get(c, ())]
        return tuple(sorted(found, key=lambda m: m.start_column))

    def decide(self, contests: Sequence[Contest]) -> tuple[tuple[PhraseMatch, ...], ...]:
        """For each contest matches of which the likeliest that stands is the likeliest of all.

        Some less likely ones may be missing.
        """
        if not len(self._stream):
            return ((),) * len(contests)
        entered = [self._entered(contest) for contest in contests]
        promise = self._clusters.promise
        first = [c[np.argsort(-promise[c], kind="stable")[:_FIRST_TRIED]] for c in entered]
        bars = [contest.least for contest in contests]
        for tried in (first, entered):
            least = [np.full(len(c), bar) for c, bar in zip(tried, bars, strict=True)]
            self._align(np.concatenate(tried), np.concatenate(least))
            bars = [self._bar(contest) for contest in contests]
        return tuple(self._inside(contest) for contest in contests)

    def _entered(self, contest: Contest) -> Ints:
        """The clusters of the contest's phrases that reach into its window."""
        clusters, window = self._clusters, contest.window
        starts = np.array(self._stream.start_ms)
        inside = (starts >= window.start_ms) & (starts < window.end_ms)
        before = np.concatenate([[0], np.cumsum(inside)])
        rows = np.array([self._rows[p] for p in contest.phrases if p in self._rows], dtype=np.int64)
        row, place = ragged(clusters.of_row[rows + 1] - clusters.of_row[rows])
        own = clusters.of_row[rows][row] + place
        first, last = (
            np.clip(edge[own], 0, len(inside)) for edge in (clusters.first, clusters.last)
        )
        return np.unique(own[before[last] > before[first]])

    def _inside(self, contest: Contest) -> tuple[PhraseMatch, ...]:
        window = contest.window
        return tuple(
            match
            for phrase in contest.phrases
            for match in self.known(phrase)
            if window.start_ms <= match.interval.start_ms < window.end_ms
        )

    def _bar(self, contest: Contest) -> float:
        inside = sorted(self._inside(contest), key=lambda m: -m.probability)
        for match in inside:
            if match.probability > contest.least and contest.standing((match,)):
                return match.probability
        return contest.least

    @cached_property
    def _costs(self) -> Floats:
        return self._book.vocabulary.costs(self._stream.kinds, self._stream.trust)

    @cached_property
    def _grid(self) -> Grid:
        return grid_of(self._stream, self._costs)

    @cached_property
    def _clusters(self) -> "_Clusters":
        least = tuple(self._least[p.source] for p in self._book.patterns)
        return _clusters_of(self._book, self._stream, self._costs, least)

    def _align(self, chosen: Ints, least: NDArray[np.float64]) -> None:
        """Find the matches of these clusters that are at least so likely."""
        clusters = self._clusters
        likely = np.maximum(clusters.bounds.whole, clusters.bounds.half)[chosen] >= least
        open_ = likely & (clusters.done[chosen] > least)
        chosen, least = chosen[open_], least[open_]
        np.minimum.at(clusters.done, chosen, least)
        chosen = np.unique(chosen)
        if not len(chosen):
            return
        wanted = clusters.done[chosen]
        row, place = ragged(clusters.size[chosen])
        lanes = clusters.candidates.only(clusters.lane[chosen][row] + place)
        # where no half phrase is likely enough, only cheap paths are
        dearest = dearest_costs(self._book.lengths[lanes.pattern], wanted[row] - _ROUNDING)
        is_whole = clusters.bounds.half[chosen][row] < wanted[row]
        limit = np.where(is_whole, np.minimum(lanes.limit, dearest + _ROUNDING), lanes.limit)
        paths = align(self._book, self._grid, lanes._replace(limit=limit.astype(np.float32)))
        for cluster in chosen.tolist():
            self._matches[cluster] = []
        for path in disjoint(paths):
            cluster = clusters.number(path.pattern, path.start)
            match = match_of(self._book.patterns[path.pattern], self._stream, path)
            if match.probability >= clusters.done[cluster]:
                self._matches[cluster].append(match)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clusters:
    """`lane`, `size`: its candidates; `first`, `last`: its columns; `done`: found from there on.

    `of_row[r]` is the first cluster of pattern r, and no match of r is likelier than
    `likeliest[r]`. `promise` guesses how likely its best match is.
    """

    candidates: Candidates
    lane: Ints
    size: Ints
    first: Ints
    last: Ints
    of_row: Ints
    likeliest: tuple[float, ...]
    keys: Ints
    bounds: Bounds
    promise: NDArray[np.float64]
    done: NDArray[np.float64]

    def number(self, pattern: int, column: int) -> int:
        return int(np.searchsorted(self.keys, pattern * _FAR + column, side="right")) - 1


def _clusters_of(
    book: PhraseBook, stream: UtteranceStream, costs: Floats, least: tuple[float, ...]
) -> _Clusters:
    found = candidates_of(book, costs, *_dearest(book, least))
    found = found.only(np.lexsort((found.start, found.pattern)))
    ends = found.start + found.width
    is_new = np.ones(len(ends), dtype=np.bool_)
    is_new[1:] = (found.pattern[1:] != found.pattern[:-1]) | (found.start[1:] >= ends[:-1])
    lane = np.flatnonzero(is_new)
    size = np.diff(np.append(lane, len(ends)))
    pattern, first, last = found.pattern[lane], found.start[lane], ends[lane + size - 1]
    bounds = bounds_of(book, stream, costs, pattern, (first, last))
    likeliest = np.zeros(len(book.patterns))
    np.maximum.at(likeliest, pattern, np.maximum(bounds.whole, bounds.half))
    cost = found.cost.astype(np.float64)
    cheapest = np.minimum.reduceat(cost, lane) if len(lane) else cost
    return _Clusters(
        candidates=found,
        lane=lane,
        size=size,
        first=first,
        last=last,
        of_row=np.searchsorted(pattern, np.arange(len(book.patterns) + 1)),
        likeliest=tuple(likeliest.tolist()),
        keys=pattern * _FAR + first,
        bounds=bounds,
        promise=np.minimum(bounds.whole, most_probable(book.lengths[pattern], cheapest)),
        done=np.full(len(lane), _NEVER),
    )


@lru_cache(maxsize=64)
def _rows(sources: tuple[str, ...]) -> Mapping[str, int]:
    return {pattern.source: row for row, pattern in enumerate(book_of(sources).patterns)}


@lru_cache(maxsize=64)
def _exact_ones(sources: tuple[str, ...]) -> Mapping[str, Pattern]:
    return {p.source: p for p in map(parse_pattern, sources) if p.is_exact}


@lru_cache(maxsize=256)
def _dearest(book: PhraseBook, least: tuple[float, ...]) -> tuple[Floats, Floats]:
    """What a path of each pattern may cost, and what it may where half of it was heard."""
    whole = [dearest_cost(pattern, p) for pattern, p in zip(book.patterns, least, strict=True)]
    half = [dearest_half(pattern, p) for pattern, p in zip(book.patterns, least, strict=True)]
    return np.array(whole, dtype=np.float32), np.array(half, dtype=np.float32)


def everything(
    phrases: Mapping[str, float], stream: UtteranceStream
) -> Mapping[str, tuple[PhraseMatch, ...]]:
    """All matches of all phrases; those that were not heard are left out."""
    search = PhraseSearch(phrases, stream)
    search.prepare(phrases)
    found: Iterable[tuple[str, tuple[PhraseMatch, ...]]] = (
        (p, search.find(p, least)) for p, least in phrases.items()
    )
    return {phrase: matches for phrase, matches in found if matches}
