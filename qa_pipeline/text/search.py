"""Many phrases in one stream, aligned only where somebody asks and the bound allows it.

Phrases are looked for when they are first asked for. A match in one cluster of candidates
knows nothing of the others, so clusters may be aligned in any order or not at all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.domain.interval import Interval
from qa_pipeline.text.alignment import Grid, align, grid_of
from qa_pipeline.text.candidates import ragged, tables_of
from qa_pipeline.text.chance import dearest_cost, dearest_costs, dearest_half
from qa_pipeline.text.clusters import clusters_of, nowhere
from qa_pipeline.text.cost_tables import CostTables
from qa_pipeline.text.matches import PhraseMatch, disjoint, find_exact, match_of
from qa_pipeline.text.pattern import Pattern, parse_pattern
from qa_pipeline.text.phrase_book import Floats, Ints, PhraseBook, book_of
from qa_pipeline.text.stream import UtteranceStream

_NEVER = 2.0
_ROUNDING = 1e-4
_FIRST_TRIED = 3


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
    """The search for phrases, each with the least probability that is ever asked for.

    A phrase that nobody asks for costs nothing.
    """

    def __init__(self, phrases: Mapping[str, float], stream: UtteranceStream) -> None:
        self._sources = tuple(phrases)
        self._stream = stream
        self._book = book_of(self._sources)
        least = tuple(phrases[p.source] for p in self._book.patterns)
        self._dearest, self._half = _dearest(self._book, least)
        self._clusters = nowhere(self._book)
        self._exactly: dict[str, tuple[PhraseMatch, ...]] = {}
        self._matches: dict[int, list[PhraseMatch]] = {}
        self._prepared = np.full(len(least), _NEVER)
        self._is_heard = np.zeros(len(least), dtype=np.bool_)

    def find(self, phrases: Sequence[str], min_probability: float) -> tuple[PhraseMatch, ...]:
        """All matches of these phrases that are so likely, phrase by phrase in time order."""
        if not len(self._stream):
            return ()
        asked = _asked(self._book, tuple(phrases))
        self._prepare(asked.rows, np.full(len(asked.rows), min_probability))
        heard = asked.rows[self._is_heard[asked.rows]].tolist() if len(asked.rows) else []
        if not heard and not asked.exact:
            return ()
        found = {self._book.patterns[row].source: self._of_row(row) for row in heard}
        found |= {phrase: self._exact(pattern) for phrase, pattern in asked.exact.items()}
        return tuple(
            match
            for phrase in (phrases if len(found) > 1 else found)
            for match in found.get(phrase, ())
            if match.probability >= min_probability
        )

    def prepare(self, wanted: Mapping[str, float]) -> None:
        """Align all that `find` will need for these phrases and probabilities, together."""
        if len(self._stream):
            asked = _asked(self._book, tuple(wanted))
            self._prepare(asked.rows, np.array([wanted[p] for p in asked.phrases]))

    def known(self, phrase: str) -> tuple[PhraseMatch, ...]:
        """What was found of the phrase so far, in time order."""
        if not len(self._stream):
            return ()
        asked = _asked(self._book, (phrase,))
        if asked.exact:
            return self._exact(asked.exact[phrase])
        return self._of_row(int(asked.rows[0]))

    def decide(self, contests: Sequence[Contest]) -> tuple[tuple[PhraseMatch, ...], ...]:
        """For each contest matches of which the likeliest that stands is the likeliest of all.

        Some less likely ones may be missing.
        """
        if not len(self._stream):
            return ((),) * len(contests)
        rows = [_asked(self._book, contest.phrases).rows for contest in contests]
        self._enter(np.concatenate([np.empty(0, dtype=np.int64), *rows]))
        entered = [self._entered(own, c.window) for own, c in zip(rows, contests, strict=True)]
        promise = self._clusters.promise
        first = [c[np.argsort(-promise[c], kind="stable")[:_FIRST_TRIED]] for c in entered]
        bars = [contest.least for contest in contests]
        for tried in (first, entered):
            least = [np.full(len(c), bar) for c, bar in zip(tried, bars, strict=True)]
            if least:
                self._align(np.concatenate(tried), np.concatenate(least))
            bars = [self._bar(contest) for contest in contests]
        return tuple(self._inside(contest) for contest in contests)

    def _prepare(self, rows: Ints, least: NDArray[np.float64]) -> None:
        is_new = least < self._prepared[rows]
        if not is_new.any():
            return
        rows, least = rows[is_new], least[is_new]
        np.minimum.at(self._prepared, rows, least)
        self._enter(rows)
        likely = self._clusters.likeliest[rows] >= least
        cluster, owner = self._clusters.of(rows[likely])
        self._align(cluster, least[likely][owner])

    def _enter(self, rows: Ints) -> None:
        """Look for candidates of the rows that nobody asked for before."""
        wanted = np.zeros(len(self._prepared), dtype=np.bool_)
        wanted[rows] = True
        wanted &= ~self._clusters.is_entered
        if wanted.any():
            limits = (self._dearest, self._half)
            more = clusters_of(self._book, self._stream, self._tables, limits, wanted)
            self._clusters = self._clusters.joined(more)

    def _entered(self, rows: Ints, window: Interval) -> Ints:
        """The clusters of the rows that reach into the window."""
        clusters = self._clusters
        inside = self._inside_columns(window)
        own, _ = clusters.of(rows)
        first, last = (
            np.clip(edge[own], 0, len(self._stream)) for edge in (clusters.first, clusters.last)
        )
        return np.unique(own[inside[last] > inside[first]])

    def _inside_columns(self, window: Interval) -> Ints:
        """How many columns before each one begin inside the window."""
        inside = (self._starts >= window.start_ms) & (self._starts < window.end_ms)
        return np.concatenate([[0], np.cumsum(inside)])

    def _inside(self, contest: Contest) -> tuple[PhraseMatch, ...]:
        window = contest.window
        asked = _asked(self._book, contest.phrases)
        heard = asked.rows[self._is_heard[asked.rows]].tolist()
        found = [match for row in heard for match in self._of_row(row)]
        found += [match for pattern in asked.exact.values() for match in self._exact(pattern)]
        return tuple(m for m in found if window.start_ms <= m.interval.start_ms < window.end_ms)

    def _bar(self, contest: Contest) -> float:
        inside = sorted(self._inside(contest), key=lambda m: -m.probability)
        for match in inside:
            if match.probability > contest.least and contest.standing((match,)):
                return match.probability
        return contest.least

    def _of_row(self, row: int) -> tuple[PhraseMatch, ...]:
        if not self._is_heard[row]:
            return ()
        first, size = self._clusters.first_of_row[row], self._clusters.count_of_row[row]
        found = [m for c in range(first, first + size) for m in self._matches.get(c, ())]
        return tuple(sorted(found, key=lambda m: m.start_column))

    def _exact(self, pattern: Pattern) -> tuple[PhraseMatch, ...]:
        if pattern.source not in self._exactly:
            self._exactly[pattern.source] = tuple(find_exact(pattern, self._stream))
        return self._exactly[pattern.source]

    @cached_property
    def _starts(self) -> Ints:
        return np.array(self._stream.start_ms)

    @cached_property
    def _tables(self) -> CostTables:
        costs = self._book.vocabulary.costs(self._stream.kinds, self._stream.trust)
        return tables_of(self._book, costs)

    @cached_property
    def _grid(self) -> Grid:
        return grid_of(self._stream, self._tables.costs)

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
                self._is_heard[path.pattern] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Phrases that need aligning with their rows in a book, and those that do not."""

    phrases: tuple[str, ...]
    rows: Ints
    exact: Mapping[str, Pattern]


@lru_cache(maxsize=4096)
def _asked(book: PhraseBook, phrases: tuple[str, ...]) -> _Asked:
    rows = _rows(book)
    aligned = tuple(p for p in phrases if p in rows)
    exact = {p: parse_pattern(p) for p in phrases if p not in rows}
    return _Asked(
        phrases=aligned,
        rows=np.array([rows[p] for p in aligned], dtype=np.int64),
        exact=exact,
    )


@lru_cache(maxsize=64)
def _rows(book: PhraseBook) -> Mapping[str, int]:
    return {pattern.source: row for row, pattern in enumerate(book.patterns)}


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
        (p, search.find((p,), least)) for p, least in phrases.items()
    )
    return {phrase: matches for phrase, matches in found if matches}
