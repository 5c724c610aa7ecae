"""Was the phrase said? Layer 1: search by sound, with a probability (DESIGN section 7)."""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from qa_pipeline.domain.interval import Interval
from qa_pipeline.text.alignment import Alignment, Path
from qa_pipeline.text.candidates import candidate_ranges
from qa_pipeline.text.negation import is_negated
from qa_pipeline.text.pattern import Gap, Literal, Pattern, parse_pattern
from qa_pipeline.text.stream import UtteranceStream

ENGINE_VERSION = "1"
"""Part of every detector version that searches phrases: raise it when answers may change."""

DEFAULT_MIN_PROBABILITY = 0.6
"""The default cut point of "said" (settings.PhraseThresholds.said_above)."""

_EXACT_PROBABILITY = 0.96
_MAX_PROBABILITY = 0.99
_LETTER_PERFECT_COST = 1e-6
_INTERCEPT, _SHORTNESS, _STEEPNESS, _FREEDOM = 5.0, 4.5, 12.0, 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseMatch:
    """A place where a pattern was heard.

    `score` is 1 − alignment cost ÷ length (0..1), `probability` the chance that
    the phrase was really said. `negated`: the words before take it back.
    `start_column` and `end_column` (exclusive) lie in the stream it was found in.
    """

    interval: Interval
    quote: str
    wanted: str
    score: float
    probability: float
    first_utterance_id: str
    last_utterance_id: str
    negated: bool
    slots: tuple[tuple[str, str], ...]
    start_column: int
    end_column: int

    def overlaps(self, other: "PhraseMatch") -> bool:
        """Whether both matches (of one stream) share a column."""
        return self.start_column < other.end_column and other.start_column < self.end_column


def match_probability(cost: float, length: float, freedom: float = 0.0) -> float:
    """The chance that a phrase of `length` syllables, aligned at `cost`, was said.

    A logistic of the cost a syllable; long phrases tolerate more, phrases with
    wide gaps (`freedom`, see Pattern) less. Chosen on 57
    service phrases in 90 ways of saying them, with noise of the measured kinds at
    10-37 % of the characters, against 350-syllable calls that do not hold them.
    """
    if cost <= _LETTER_PERFECT_COST:
        return _MAX_PROBABILITY if length >= 3 else _EXACT_PROBABILITY
    logit = _INTERCEPT - _SHORTNESS / length - _STEEPNESS * cost / length - _FREEDOM * freedom
    return min(_MAX_PROBABILITY, 1.0 / (1.0 + math.exp(-logit)))


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
    wanted = parse_pattern(pattern) if isinstance(pattern, str) else pattern
    first, last = (0, len(stream)) if window is None else stream.columns_within(window)
    if first >= last:
        return ()
    if wanted.is_exact:
        found = _find_exact(wanted, stream, first, last)
        return tuple(m for m in found if m.probability >= min_probability)
    # a match that starts inside the window may end beyond it
    reach = min(len(stream), last + wanted.longest + 4)
    ranges = candidate_ranges(wanted, stream, first, reach)
    if not ranges:
        return ()
    paths = _best_paths(Alignment(wanted, stream, ranges), wanted, min_probability)
    matches = [_match(wanted, stream, path) for path in paths if first <= path.start < last]
    return tuple(sorted(matches, key=lambda m: m.start_column))


def find_any(
    patterns: Iterable[Pattern | str],
    stream: UtteranceStream,
    *,
    window: Interval | None = None,
    min_probability: float = DEFAULT_MIN_PROBABILITY,
) -> tuple[PhraseMatch, ...]:
    """The places where any of the patterns was said; of overlapping ones the likeliest."""
    found = [
        match
        for pattern in patterns
        for match in find_phrase(pattern, stream, window=window, min_probability=min_probability)
    ]
    kept: list[PhraseMatch] = []
    for match in sorted(found, key=_preference):
        if not any(match.overlaps(other) for other in kept):
            kept.append(match)
    return tuple(sorted(kept, key=lambda m: m.start_column))


def best_phrase(
    patterns: Iterable[Pattern | str], stream: UtteranceStream, window: Interval | None = None
) -> PhraseMatch | None:
    """The likeliest match of any pattern, however unlikely (a near-miss); None if none is near."""
    found = [
        match
        for pattern in patterns
        for match in find_phrase(pattern, stream, window=window, min_probability=0.02)
    ]
    return min(found, key=_preference, default=None)


def _preference(match: PhraseMatch) -> tuple[float, int, int, str]:
    return (
        -match.probability,
        match.start_column - match.end_column,
        match.start_column,
        match.wanted,
    )


def _best_paths(alignment: Alignment, pattern: Pattern, min_probability: float) -> Iterator[Path]:
    """Disjoint matches, the cheapest first."""
    costs = alignment.ends.copy()
    costs[0] = np.inf
    # a slope leads to its valley: only valleys are ends of their own
    slopes = (costs[:-1] > costs[1:]).nonzero()[0]
    costs[slopes] = np.inf
    dearest = _dearest_cost(pattern.length, pattern.freedom, round(min_probability, 4))
    taken: list[tuple[int, int]] = []
    while True:
        end = int(np.argmin(costs))
        if costs[end] > dearest:
            return
        costs[end] = np.inf
        path = alignment.trace(end)
        if all(path.end <= s or path.start >= e for s, e in taken):
            taken.append((path.start, path.end))
            yield path


@lru_cache(maxsize=4096)
def _dearest_cost(length: float, freedom: float, min_probability: float) -> float:
    """The greatest cost at which the probability is still reached."""
    low, high = 0.0, length
    if match_probability(low, length, freedom) < min_probability:
        return -1.0
    for _ in range(40):
        middle = (low + high) / 2
        if match_probability(middle, length, freedom) >= min_probability:
            low = middle
        else:
            high = middle
    return low


@lru_cache(maxsize=20_000)
def _exact_expression(pattern: Pattern) -> re.Pattern[str]:
    parts = []
    for element in pattern.elements:
        if isinstance(element, Literal):
            parts.append(re.escape(element.char))
        elif isinstance(element, Gap):
            parts.append(f".{{{element.least},{element.most}}}?")
    return re.compile("".join(parts))


def _find_exact(
    pattern: Pattern, stream: UtteranceStream, first: int, last: int
) -> Iterator[PhraseMatch]:
    """Matches of a phrase of one or two syllables: the characters themselves."""
    for found in _exact_expression(pattern).finditer(stream.text, first):
        start, end = found.span()
        if start >= last:
            return
        if stream.pause_costs[start + 1 : end].sum() > 1.0:
            continue
        path = Path(start=start, end=end, cost=0.0)
        trust = stream.mean_probability(start, end)
        yield _match(pattern, stream, path, _EXACT_PROBABILITY * (0.6 + 0.4 * trust))


def _heard(stream: UtteranceStream, path: Path) -> str:
    """The characters that were taken for the pattern's own, not those in gaps and slots."""
    free = [*path.gaps, *((s, e) for _, s, e in path.slots)]
    return "".join(
        char
        for column, char in enumerate(stream.text[path.start : path.end], start=path.start)
        if not any(s <= column < e for s, e in free)
    )


def _match(
    pattern: Pattern, stream: UtteranceStream, path: Path, probability: float | None = None
) -> PhraseMatch:
    likely = (
        match_probability(path.cost, pattern.length, pattern.freedom)
        if probability is None
        else probability
    )
    utterances = stream.utterances
    return PhraseMatch(
        interval=stream.interval(path.start, path.end),
        quote=stream.quote(path.start, path.end),
        wanted=pattern.source,
        score=round(min(1.0, max(0.0, 1.0 - path.cost / pattern.length)), 4),
        probability=round(likely, 4),
        first_utterance_id=utterances[stream.owners[path.start]].utterance_id,
        last_utterance_id=utterances[stream.owners[path.end - 1]].utterance_id,
        negated=is_negated(
            stream, path.start, path.end, pattern.literal_text, _heard(stream, path)
        ),
        slots=tuple((kind, stream.text[s:e]) for kind, s, e in path.slots),
        start_column=path.start,
        end_column=path.end,
    )
