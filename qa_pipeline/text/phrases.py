"""Was the phrase said? Layer 1: search by sound, with a probability (DESIGN section 7)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from qa_pipeline.domain.interval import Interval
from qa_pipeline.text.alignment import Path, align, grid_of
from qa_pipeline.text.candidates import candidates_of
from qa_pipeline.text.chance import (
    EXACT_PROBABILITY,
    PERFECT,
    dearest_cost,
    dearest_half,
    fit_of,
    match_probability,
)
from qa_pipeline.text.negation import is_negated
from qa_pipeline.text.pattern import Gap, Literal, Pattern, parse_pattern
from qa_pipeline.text.phrase_book import Floats, PhraseBook, book_of
from qa_pipeline.text.stream import UtteranceStream

__all__ = (
    "DEFAULT_MIN_PROBABILITY",
    "ENGINE_VERSION",
    "NEAR_MISS",
    "PhraseMatch",
    "best_phrase",
    "find_any",
    "find_phrase",
    "find_phrases",
    "match_probability",
)

ENGINE_VERSION = "2"
"""Part of every detector version that searches phrases: raise it when answers may change."""

DEFAULT_MIN_PROBABILITY = 0.6
"""The default cut point of "said" (settings.PhraseThresholds.said_above)."""
NEAR_MISS = 0.20
"""A less likely match is no near-miss, only chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseMatch:
    """A place where a pattern was heard.

    `score` is 1 − alignment cost ÷ length (0..1), `probability` the chance that
    the phrase was really said, corrected for how much of it chance alone would
    yield. `coverage` is the share of its content syllables that was heard (0..1).
    `negated`: the words around take it back. `start_column` and `end_column`
    (exclusive) lie in the stream it was found in; `literal_columns` has the column of
    each of the phrase's own characters, -1 where it was not heard.
    """

    interval: Interval
    quote: str
    wanted: str
    score: float
    probability: float
    coverage: float
    first_utterance_id: str
    last_utterance_id: str
    negated: bool
    slots: tuple[tuple[str, str], ...]
    start_column: int
    end_column: int
    literal_columns: tuple[int, ...] = ()

    def overlaps(self, other: "PhraseMatch") -> bool:
        """Whether both matches (of one stream) share a column."""
        return self.start_column < other.end_column and other.start_column < self.end_column


def find_phrases(
    phrases: Mapping[str, float], stream: UtteranceStream
) -> Mapping[str, tuple[PhraseMatch, ...]]:
    """Every disjoint place of each phrase, in time order; phrases that were not heard are left out.

    `phrases` has the least probability that is wanted of each; all are searched at
    once. Negated matches are included and marked. Raises PatternError for a text
    that is no pattern.
    """
    if not len(stream):
        return {}
    sources = tuple(phrases)
    matches: dict[str, list[PhraseMatch]] = {}
    book = book_of(sources)
    for path in _best_paths(book, stream, tuple(phrases[p.source] for p in book.patterns)):
        match = _match(book.patterns[path.pattern], stream, path)
        if match.probability >= phrases[match.wanted]:
            matches.setdefault(match.wanted, []).append(match)
    for pattern in _exact_ones(sources):
        least = phrases[pattern.source]
        exact = [m for m in _find_exact(pattern, stream) if m.probability >= least]
        if exact:
            matches[pattern.source] = exact
    return {
        source: tuple(sorted(found, key=lambda m: m.start_column))
        for source, found in matches.items()
    }


@lru_cache(maxsize=64)
def _exact_ones(sources: tuple[str, ...]) -> tuple[Pattern, ...]:
    return tuple(p for p in dict.fromkeys(map(parse_pattern, sources)) if p.is_exact)


@lru_cache(maxsize=256)
def _dearest(book: PhraseBook, least: tuple[float, ...]) -> tuple[Floats, Floats]:
    """What a path of each pattern may cost, and what it may where half of it was heard."""
    whole = [dearest_cost(pattern, p) for pattern, p in zip(book.patterns, least, strict=True)]
    half = [dearest_half(pattern, p) for pattern, p in zip(book.patterns, least, strict=True)]
    return np.array(whole, dtype=np.float32), np.array(half, dtype=np.float32)


def _best_paths(
    book: PhraseBook, stream: UtteranceStream, least: tuple[float, ...]
) -> Iterator[Path]:
    """Disjoint places of each pattern, the cheapest first."""
    if not book.patterns:
        return
    costs = book.vocabulary.costs(stream.kinds, stream.trust)
    candidates = candidates_of(book, costs, *_dearest(book, least))
    if not len(candidates.pattern):
        return
    paths = align(book, grid_of(stream, costs), candidates)
    taken: dict[int, list[Path]] = {}
    for path in sorted(paths, key=lambda p: (p.pattern, p.cost, p.start, p.end)):
        earlier = taken.setdefault(path.pattern, [])
        if all(path.end <= other.start or path.start >= other.end for other in earlier):
            earlier.append(path)
            yield path


def find_phrase(
    pattern: Pattern | str,
    stream: UtteranceStream,
    *,
    window: Interval | None = None,
    min_probability: float = DEFAULT_MIN_PROBABILITY,
) -> tuple[PhraseMatch, ...]:
    """Every disjoint place where the pattern was said, in time order.

    With a window, only matches that start inside it. Negated ones are included
    and marked. A text is parsed as a pattern (PatternError).
    """
    source = pattern if isinstance(pattern, str) else pattern.source
    found = find_phrases({source: min_probability}, stream).get(source, ())
    if window is None:
        return found
    first, last = stream.columns_within(window)
    return tuple(m for m in found if first <= m.start_column < last)


def find_any(
    patterns: Iterable[Pattern | str],
    stream: UtteranceStream,
    *,
    window: Interval | None = None,
    min_probability: float = DEFAULT_MIN_PROBABILITY,
) -> tuple[PhraseMatch, ...]:
    """The places where any of the patterns was said; of overlapping ones the likeliest."""
    found = _all(patterns, stream, window, min_probability)
    kept: list[PhraseMatch] = []
    for match in sorted(found, key=_preference):
        if not any(match.overlaps(other) for other in kept):
            kept.append(match)
    return tuple(sorted(kept, key=lambda m: m.start_column))


def best_phrase(
    patterns: Iterable[Pattern | str], stream: UtteranceStream, window: Interval | None = None
) -> PhraseMatch | None:
    """The likeliest match of any pattern, however unlikely (a near-miss); None if none is near."""
    found = _all(patterns, stream, window, 0.02)
    return min(found, key=_preference, default=None)


def _all(
    patterns: Iterable[Pattern | str],
    stream: UtteranceStream,
    window: Interval | None,
    min_probability: float,
) -> list[PhraseMatch]:
    sources = {p if isinstance(p, str) else p.source: min_probability for p in patterns}
    first, last = (0, len(stream)) if window is None else stream.columns_within(window)
    return [
        match
        for found in find_phrases(sources, stream).values()
        for match in found
        if first <= match.start_column < last
    ]


def _preference(match: PhraseMatch) -> tuple[float, int, int, str]:
    return (
        -match.probability,
        match.start_column - match.end_column,
        match.start_column,
        match.wanted,
    )


@lru_cache(maxsize=20_000)
def _exact_expression(pattern: Pattern) -> re.Pattern[str]:
    parts = []
    for element in pattern.elements:
        if isinstance(element, Literal):
            parts.append(re.escape(element.char))
        elif isinstance(element, Gap):
            parts.append(f".{{{element.least},{element.most}}}?")
    return re.compile("".join(parts))


def _find_exact(pattern: Pattern, stream: UtteranceStream) -> Iterator[PhraseMatch]:
    """Matches of a phrase of one or two syllables: the characters themselves."""
    for found in _exact_expression(pattern).finditer(stream.text):
        start, end = found.span()
        if stream.pause_costs[start + 1 : end].sum() > 1.0:
            continue
        trust = stream.mean_probability(start, end)
        path = Path(pattern=0, start=start, end=end, cost=0.0)
        yield _match(pattern, stream, path, EXACT_PROBABILITY * (0.6 + 0.4 * trust))


def _heard(stream: UtteranceStream, path: Path) -> str:
    """The characters that were taken for the pattern's own, not those in gaps and slots."""
    text = stream.text[path.start : path.end]
    if not path.gaps and not path.slots:
        return text
    free = [*path.gaps, *((s, e) for _, s, e in path.slots)]
    return "".join(
        char
        for column, char in enumerate(text, start=path.start)
        if not any(s <= column < e for s, e in free)
    )


def _match(
    pattern: Pattern, stream: UtteranceStream, path: Path, probability: float | None = None
) -> PhraseMatch:
    fit = PERFECT
    if probability is None:
        fit = fit_of(pattern, tuple(cost for _, cost in path.literals))
        probability = match_probability(path.cost, pattern.length, fit)
    utterances = stream.utterances
    return PhraseMatch(
        interval=stream.interval(path.start, path.end),
        quote=stream.quote(path.start, path.end),
        wanted=pattern.source,
        score=round(min(1.0, max(0.0, 1.0 - path.cost / pattern.length)), 4),
        probability=round(probability, 4),
        coverage=round(fit.coverage, 4),
        first_utterance_id=utterances[stream.owners[path.start]].utterance_id,
        last_utterance_id=utterances[stream.owners[path.end - 1]].utterance_id,
        negated=is_negated(
            stream, path.start, path.end, pattern.literal_text, _heard(stream, path)
        ),
        slots=tuple((kind, stream.text[s:e]) for kind, s, e in path.slots),
        start_column=path.start,
        end_column=path.end,
        literal_columns=tuple(column for column, _ in path.literals),
    )
