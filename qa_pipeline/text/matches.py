"""Places where a phrase was heard, made of the aligner's paths."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from qa_pipeline.domain.interval import Interval
from qa_pipeline.text.alignment import Path
from qa_pipeline.text.chance import EXACT_PROBABILITY, PERFECT, fit_of, match_probability
from qa_pipeline.text.negation import is_negated
from qa_pipeline.text.pattern import Gap, Literal, Pattern
from qa_pipeline.text.stream import UtteranceStream


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


def disjoint(paths: Iterable[Path]) -> Iterator[Path]:
    """The paths that overlap no cheaper one of the same pattern."""
    taken: dict[int, list[tuple[int, int]]] = {}
    for path in sorted(paths, key=lambda p: (p.pattern, p.cost, p.start, p.end)):
        earlier = taken.setdefault(path.pattern, [])
        # they share no column, so they are in order of their ends as well
        at = bisect_right(earlier, path.start, key=_end)
        if at == len(earlier) or earlier[at][0] >= path.end:
            earlier.insert(at, (path.start, path.end))
            yield path


def _end(taken: tuple[int, int]) -> int:
    return taken[1]


@lru_cache(maxsize=20_000)
def _exact_expression(pattern: Pattern) -> re.Pattern[str]:
    parts = []
    for element in pattern.elements:
        if isinstance(element, Literal):
            parts.append(re.escape(element.char))
        elif isinstance(element, Gap):
            parts.append(f".{{{element.least},{element.most}}}?")
    return re.compile("".join(parts))


def find_exact(pattern: Pattern, stream: UtteranceStream) -> Iterator[PhraseMatch]:
    """Matches of a phrase of one or two syllables: the characters themselves."""
    for found in _exact_expression(pattern).finditer(stream.text):
        start, end = found.span()
        if stream.pause_costs[start + 1 : end].sum() > 1.0:
            continue
        trust = stream.mean_probability(start, end)
        path = Path(pattern=0, start=start, end=end, cost=0.0)
        yield match_of(pattern, stream, path, EXACT_PROBABILITY * (0.6 + 0.4 * trust))


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


def match_of(
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
