"""Was the phrase said? Layer 1: search by sound, with a probability (DESIGN section 7)."""

from collections.abc import Iterable, Mapping

from qa_pipeline.domain.interval import Interval
from qa_pipeline.text.chance import match_probability
from qa_pipeline.text.matches import PhraseMatch
from qa_pipeline.text.pattern import Pattern
from qa_pipeline.text.search import Contest, PhraseSearch, everything
from qa_pipeline.text.stream import UtteranceStream

__all__ = (
    "DEFAULT_MIN_PROBABILITY",
    "ENGINE_VERSION",
    "NEAR_MISS",
    "Contest",
    "PhraseMatch",
    "PhraseSearch",
    "best_phrase",
    "find_any",
    "find_phrase",
    "find_phrases",
    "match_probability",
)

ENGINE_VERSION = "4"
"""Part of every detector version that searches phrases: raise it when answers may change."""

DEFAULT_MIN_PROBABILITY = 0.6
"""The default cut point of "said" (settings.PhraseThresholds.said_above)."""
NEAR_MISS = 0.20
"""A less likely match is no near-miss, only chance."""


def find_phrases(
    phrases: Mapping[str, float], stream: UtteranceStream
) -> Mapping[str, tuple[PhraseMatch, ...]]:
    """Every disjoint place of each phrase, in time order; phrases that were not heard are left out.

    `phrases` has the least probability that is wanted of each; all are searched at
    once. Negated matches are included and marked. Raises PatternError for a text
    that is no pattern.
    """
    return everything(phrases, stream)


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
