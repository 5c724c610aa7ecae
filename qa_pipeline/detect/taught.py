"""Layer 2, taught: how sure the models learned from example lines are of each stretch."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, groupby

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.domain.embeddings import EmbeddedSpan, Embeddings
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.taught import Taught, TaughtWeights
from qa_pipeline.embed import along
from qa_pipeline.embed.spans import spans_of
from qa_pipeline.text.grams import gram_code, gram_codes, number_runs_joined
from qa_pipeline.text.phrases import PhraseMatch
from qa_pipeline.text.stream import UtteranceStream

VERSION = "1"
"""Raised when stretches are scored otherwise."""

NOTHING_SAID = -8.0
"""Log-odds where not a clause was said."""

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaughtSpan:
    """A stretch of a role's stream and the log-odds that the wording was said in it."""

    start_column: int
    end_column: int
    log_odds: float


@dataclass(frozen=True, kw_only=True, eq=False)
class TaughtStretches:
    """All stretches under one wording: an entry each, in the order of the call."""

    starts: Whole
    ends: Whole
    start_ms: Whole
    log_odds: Floats

    def within(self, windows: Sequence[Interval]) -> "TaughtStretches":
        """Those that begin in one of the windows."""
        chosen = np.zeros(len(self.starts), dtype=bool)
        for window in windows:
            chosen |= (self.start_ms >= window.start_ms) & (self.start_ms < window.end_ms)
        return self._only(chosen)

    def without(
        self, matches: Sequence[PhraseMatch], unless: Sequence[PhraseMatch] = ()
    ) -> "TaughtStretches":
        """Those in which none of the matches stands, or one of the others as well."""
        return self._only(~self._holding(matches) | self._holding(unless))

    def at(self, match: PhraseMatch) -> "TaughtStretches":
        """Those in which the match stands."""
        return self._only(self._overlapping(match))

    @cached_property
    def surest(self) -> TaughtSpan | None:
        """The surest stretch; of equally sure ones the shortest says it best."""
        if not len(self.starts):
            return None
        surest = np.flatnonzero(self.log_odds == self.log_odds.max())
        keys = (self.starts[surest], self.ends[surest] - self.starts[surest])
        best = int(surest[np.lexsort(keys)[0]])
        return TaughtSpan(
            start_column=int(self.starts[best]),
            end_column=int(self.ends[best]),
            log_odds=round(float(self.log_odds[best]), 4),
        )

    def _holding(self, matches: Sequence[PhraseMatch]) -> NDArray[np.bool_]:
        held = np.zeros(len(self.starts), dtype=bool)
        for match in matches:
            held |= self._overlapping(match)
        return held

    def _overlapping(self, match: PhraseMatch) -> NDArray[np.bool_]:
        return (self.starts < match.end_column) & (match.start_column < self.ends)

    def _only(self, chosen: NDArray[np.bool_]) -> "TaughtStretches":
        return TaughtStretches(
            starts=self.starts[chosen],
            ends=self.ends[chosen],
            start_ms=self.start_ms[chosen],
            log_odds=self.log_odds[chosen],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """The models of a rubric as one: a row of weights for each run of syllables.

    The last row is that of unknown runs. `directions` is None without embeddings; they are
    whole numbers of `steps`.
    """

    codes: NDArray[np.int64]
    weights: Floats
    intercepts: Floats
    steps: Floats
    directions: NDArray[np.float32] | None


def taught_log_odds(
    wordings: Sequence[Taught],
    stream: UtteranceStream,
    places: Sequence[tuple[int, int, int]],
    embeddings: Embeddings | None,
) -> Mapping[str, Floats]:
    """For each wording, by name, the log-odds of every place (row or −1, first, one past last).

    Rows of `embeddings` are used where their model is the one it was taught with.
    """
    has_meaning = embeddings is not None and all(
        w.embedder == embeddings.model_digest for w in wordings
    )
    table = _table(tuple(dict.fromkeys(wordings)), has_meaning)
    names = [w.name for w in dict.fromkeys(wordings)]
    if not places:
        return {name: np.zeros(0) for name in names}
    starts = np.array([start for _, start, _ in places], dtype=np.intp)
    ends = np.array([end for _, _, end in places], dtype=np.intp)
    found = _gram_sums(table, stream, starts, ends) + table.intercepts
    if table.directions is not None and embeddings is not None:
        rows = np.array([row for row, _, _ in places], dtype=np.intp)
        found += along(table.directions, table.steps, embeddings, rows)
    return {name: found[:, i] for i, name in enumerate(names)}


def stretches_of(
    stream: UtteranceStream, embeddings: Embeddings | None
) -> tuple[tuple[int, int, int], ...]:
    """Row (−1 without embeddings), first column and one past the last of each stretch.

    Stretches are the utterances and the clauses in them, cut as for embeddings.
    """
    if embeddings is not None:
        rows = [span.row for span in embeddings.spans]
        placed = _spans_in(stream, embeddings.spans)
        return tuple((rows[number], first, last) for number, first, last in placed)
    spans = [
        EmbeddedSpan(utterance_id=said.utterance_id, start=start, end=end, row=0)
        for said in stream.utterances
        for start, end in spans_of(said.text)
    ]
    return tuple((-1, first, last) for _, first, last in _spans_in(stream, spans))


def _spans_in(
    stream: UtteranceStream, spans: Sequence[EmbeddedSpan]
) -> tuple[tuple[int, int, int], ...]:
    """Number, first column and one past the last of those spans that lie in the stream."""
    ranges: dict[int, tuple[int, int]] = {}
    for owner, own in groupby(range(len(stream.owners)), stream.owners.__getitem__):
        columns = tuple(own)
        ranges[owner] = columns[0], columns[-1] + 1
    numbers = {u.utterance_id: n for n, u in enumerate(stream.utterances)}
    letters: dict[int, list[int]] = {}
    found = []
    for number, span in enumerate(spans):
        owner = numbers.get(span.utterance_id, -1)
        if owner not in ranges:
            continue
        first, last = ranges[owner]
        if owner not in letters:
            letters[owner] = _letters_before(stream.utterances[owner].text)
        counted = letters[owner]
        total = max(1, counted[-1])
        before, until = counted[: span.start + 1][-1], counted[: span.end + 1][-1]
        start = first + before * (last - first) // total
        end = max(start + 1, first + -(-until * (last - first) // total))
        found.append((number, min(start, last - 1), min(end, last)))
    return tuple(found)


def taught_stretches(
    log_odds: Mapping[str, Floats],
    places: Sequence[tuple[int, int, int]],
    stream: UtteranceStream,
) -> Mapping[str, TaughtStretches]:
    """The places with their times and the log-odds of each wording, by its name."""
    table = np.array(places, dtype=np.int64).reshape(-1, 3)
    starts, ends = table[:, 1], table[:, 2]
    start_ms = np.array(stream.start_ms, dtype=np.int64)[starts]
    return {
        name: TaughtStretches(starts=starts, ends=ends, start_ms=start_ms, log_odds=each)
        for name, each in log_odds.items()
    }


def _gram_sums(
    table: _Table,
    stream: UtteranceStream,
    starts: NDArray[np.intp],
    ends: NDArray[np.intp],
) -> Floats:
    """Weights of a place's runs over the root of their number, shape (places, wordings)."""
    sounds, joined_at = number_runs_joined(stream.text, stream.sounds[0].tolist())
    first, last = joined_at[starts], joined_at[ends - 1] + 1
    lengths = last - first
    sums = np.zeros((len(starts), table.weights.shape[1]))
    counts = np.zeros(len(starts))
    for more, codes in enumerate(gram_codes(sounds)):
        rows = np.searchsorted(table.codes, codes)
        known = rows < len(table.codes)
        known[known] = table.codes[rows[known]] == codes[known]
        rows[~known] = len(table.codes)
        # Sums from the beginning: any stretch is then one subtraction.
        running = np.zeros((len(codes) + 1, table.weights.shape[1]))
        np.cumsum(table.weights[rows], axis=0, out=running[1:])
        until = np.maximum(first, last - more)
        has = lengths > more
        sums[has] += running[until[has]] - running[first[has]]
        counts += np.maximum(0, lengths - more)
    scaled: Floats = sums / np.sqrt(np.maximum(1.0, counts))[:, None]
    return scaled


@lru_cache(maxsize=16)
def _table(wordings: tuple[Taught, ...], has_meaning: bool) -> _Table:
    chosen = [w.with_meaning if has_meaning else w.without_meaning for w in wordings]
    coded = [{gram_code(gram): weight for gram, weight in each.grams} for each in chosen]
    codes = sorted({code for each in coded for code in each})
    weights = np.zeros((len(codes) + 1, len(chosen)))
    for column, each in enumerate(coded):
        for row, code in enumerate(codes):
            weights[row, column] = each.get(code, 0.0)
    return _Table(
        codes=np.array(codes, dtype=np.int64),
        weights=weights,
        intercepts=np.array([each.intercept for each in chosen]),
        steps=np.array([each.step for each in chosen]),
        directions=np.stack([_direction(each) for each in chosen]) if has_meaning else None,
    )


def _direction(weights: TaughtWeights) -> NDArray[np.float32]:
    steps = np.frombuffer(base64.b64decode(weights.embedding), dtype=np.int8)
    return steps.astype(np.float32)


def _letters_before(text: str) -> list[int]:
    """How many letters stand before each character, and in all."""
    return [0, *accumulate(map(str.isalnum, text))]
