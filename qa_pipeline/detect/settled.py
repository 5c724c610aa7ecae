"""Where a taught wording alone decides, so that no phrase need be searched.

Searching for phrases is what judging a call costs; what was taught answers most
questions for a hundredth of that, and leaves the doubtful ones.
"""

import math
from dataclasses import replace
from enum import Enum
from functools import lru_cache

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.literal import literal_matches
from qa_pipeline.detect.phrase_model import PlaceFeatures, probability_of
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.rubric import Criterion, CriterionKind
from qa_pipeline.text.phrases import NEAR_MISS


class Settled(Enum):
    SAID = "said"
    NOT_SAID = "not said"
    OPEN = "open"


_MATCHES = (NEAR_MISS, 0.4, 0.6, 0.8, 0.9, 0.99)
_WHOLE = (0.0, 1.0)
_LENGTH = 6
"""Columns of a phrase as most are: the log-odds hardly depend on them."""
_STEPS = 10
"""Log-odds are told apart by tenths, so that few questions are ever new."""


def settled(criterion: Criterion, window: Interval, context: DetectionContext) -> Settled:
    """NOT_SAID where a phrase heard perfectly could not make it doubtful, SAID without one."""
    if criterion.taught is None:
        return Settled.OPEN
    key = f"settled:{criterion.criterion_id}:{criterion.role}:{window}"
    return context.shared(key, lambda: _settled(criterion, window, context))


def least_match(criterion: Criterion, window: Interval, context: DetectionContext) -> float:
    """The least likely match of a phrase that could make it doubtful there."""
    surest = _surest(criterion, window, context)
    if surest is None:
        return NEAR_MISS
    return _least_match(criterion, surest, context) or NEAR_MISS


def _settled(criterion: Criterion, window: Interval, context: DetectionContext) -> Settled:
    surest = _surest(criterion, window, context)
    if surest is None:
        return Settled.OPEN  # nothing but noises was said there: the phrases themselves decide
    said_above, _ = context.cut_points(criterion.strictness)
    if _least_match(criterion, surest, context) is None:
        own_words = literal_matches(criterion, (window,), context)
        return Settled.OPEN if own_words else Settled.NOT_SAID
    alone = PlaceFeatures(forbidden=_is_forbidden(criterion), taught=surest)
    return Settled.SAID if probability_of(alone) >= said_above else Settled.OPEN


def _surest(criterion: Criterion, window: Interval, context: DetectionContext) -> float | None:
    """The most log-odds of any stretch of the window, None where none was taught or said."""
    taught = context.taught_within(criterion, (window,))
    surest = None if taught is None else taught.surest
    return None if surest is None else surest.log_odds


def _least_match(criterion: Criterion, surest: float, context: DetectionContext) -> float | None:
    _, not_said_below = context.cut_points(criterion.strictness)
    tenths = math.ceil(surest * _STEPS)
    return _least_doubtful(_is_forbidden(criterion), tenths, not_said_below)


@lru_cache(maxsize=4096)
def _least_doubtful(is_forbidden: bool, tenths: int, not_said_below: float) -> float | None:
    """The least of _MATCHES that is doubtful beside so many tenths of log-odds, if any is."""
    odds = tenths / _STEPS
    heard = PlaceFeatures(
        forbidden=is_forbidden, taught=odds, at_taught=odds, coverage=1.0, length=_LENGTH
    )
    for match in _MATCHES:
        places = (replace(heard, match=match, whole=whole) for whole in _WHOLE)
        if any(probability_of(place) > not_said_below for place in places):
            return match
    return None


def _is_forbidden(criterion: Criterion) -> bool:
    return criterion.kind is CriterionKind.FORBIDDEN
