"""The rubric's own words: phrases that a taught wording does not know, heard as they are written.

A taught wording outweighs phrases, which keeps 抱歉打断一下 from being an apology. A phrase
that somebody adds because the wording misses it must not be lost that way.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from qa_pipeline.detect.context import DetectionContext, without_excepted
from qa_pipeline.detect.meaning import as_said
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.rubric import Criterion, CriterionKind
from qa_pipeline.domain.taught import Taught
from qa_pipeline.text.grams import gram_codes, gram_count, gram_name, sounds_of
from qa_pipeline.text.phrases import PhraseMatch

HEARD_FROM = 0.9
"""The probability of a phrase that was heard (nearly) as it is written."""
KNOWN_FROM = 1.5
"""Log-odds of a phrase by itself from which the wording finds it without help."""
HALF_KNOWN_FROM = 0.0
AGAINST_IT = 1.5
"""Where a phrase is known by half, what is said around it may cost so many log-odds."""
_GAP = re.compile(r"\{(\d+)-\d+\}")


def literal_matches(
    criterion: Criterion, windows: Sequence[Interval], context: DetectionContext
) -> tuple[PhraseMatch, ...]:
    """Where phrases stand that the taught wording does not know, the surest first.

    Denied ones and those inside an `unless` phrase are left out. Empty without a taught
    wording: phrases decide then in any case.
    """
    if criterion.taught is None:
        return ()
    key = f"literal:{criterion.criterion_id}:{criterion.role}"
    found = context.shared(key, lambda: _found(criterion, context))
    return tuple(
        match
        for match in found
        if any(w.start_ms <= match.interval.start_ms < w.end_ms for w in windows)
    )


def said_alone(phrase: str) -> str:
    """The phrase as all that is said: gaps as short as they may be, a sample in each slot."""
    return as_said(_GAP.sub(lambda gap: "某" * int(gap.group(1)), phrase))


def is_literal(match: PhraseMatch, criterion: Criterion, context: DetectionContext) -> bool:
    """Whether the match is one of those: of the same phrase at the same place."""
    own = literal_matches(criterion, (match.interval,), context)
    place = (match.wanted, match.start_column, match.end_column)
    return place in {(m.wanted, m.start_column, m.end_column) for m in own}


def _is_unknown(taught: Taught, phrase: str) -> bool:
    """Whether the wording would not surely find the phrase if it were all that is said."""
    return _log_odds(taught, phrase) < KNOWN_FROM


def _is_contradicted(match: PhraseMatch, criterion: Criterion, context: DetectionContext) -> bool:
    """Whether the wording hears from the phrase's context that it is not said there.

    A script's phrase that it does not know at all is never contradicted; whom a phrase
    would accuse, the context may always defend.
    """
    stretches = context.taught(criterion)
    if criterion.taught is None or stretches is None:
        return False
    alone, there = _log_odds(criterion.taught, match.wanted), stretches.at(match).surest
    is_law = alone < HALF_KNOWN_FROM and criterion.kind is not CriterionKind.FORBIDDEN
    if is_law or there is None:
        return False
    return there.log_odds < alone - AGAINST_IT


def _found(criterion: Criterion, context: DetectionContext) -> tuple[PhraseMatch, ...]:
    taught = criterion.taught
    if taught is None:
        return ()
    phrases = (*criterion.any_of, *(p for s in criterion.steps if not s.optional for p in s.any_of))
    unknown = tuple(phrase for phrase in phrases if _is_unknown(taught, phrase))
    matches = context.find(unknown, criterion.role, HEARD_FROM)
    standing = [
        match
        for match in without_excepted(matches, criterion.unless, criterion.role, context)
        if not _is_contradicted(match, criterion, context)
    ]
    return tuple(sorted(standing, key=lambda m: (-m.probability, m.start_column, m.wanted)))


@lru_cache(maxsize=20_000)
def _log_odds(taught: Taught, phrase: str) -> float:
    """By the runs of syllables alone, which every machine can count."""
    sounds, weights = sounds_of(said_alone(phrase)), _weights(taught)
    total = sum(
        weights.get(gram_name(int(code)), 0.0) for codes in gram_codes(sounds) for code in codes
    )
    return float(taught.without_meaning.intercept + total / max(1, gram_count(len(sounds))) ** 0.5)


@lru_cache(maxsize=256)
def _weights(taught: Taught) -> dict[str, float]:
    return dict(taught.without_meaning.grams)
