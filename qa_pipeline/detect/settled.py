"""Where a taught wording alone decides, so that no phrase need be searched.

Searching for phrases is what judging a call costs; what was taught answers most
questions for a hundredth of that, and leaves the doubtful ones.
"""

from dataclasses import replace
from enum import Enum

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.literal import literal_matches
from qa_pipeline.detect.phrase_model import PlaceFeatures, probability_of
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.rubric import Criterion, CriterionKind


class Settled(Enum):
    SAID = "said"
    NOT_SAID = "not said"
    OPEN = "open"


_WELL_HEARD = (0.6, 0.99)
_LENGTH = 6
"""Columns of a phrase as most are: the log-odds hardly depend on them."""


def settled(criterion: Criterion, window: Interval, context: DetectionContext) -> Settled:
    """NOT_SAID where a phrase heard perfectly could not make it doubtful, SAID without one."""
    if criterion.taught is None:
        return Settled.OPEN
    key = f"settled:{criterion.criterion_id}:{criterion.role}:{window}"
    return context.shared(key, lambda: _settled(criterion, window, context))


def _settled(criterion: Criterion, window: Interval, context: DetectionContext) -> Settled:
    taught = context.taught(criterion)
    surest = None if taught is None else taught.within((window,)).surest
    if taught is None or surest is None:
        return Settled.OPEN  # nothing but noises was said there: the phrases themselves decide
    said_above, not_said_below = context.cut_points(criterion.strictness)
    alone = PlaceFeatures(
        forbidden=criterion.kind is CriterionKind.FORBIDDEN, taught=surest.log_odds
    )
    heard = replace(alone, coverage=1.0, length=_LENGTH, at_taught=surest.log_odds)
    most = max(probability_of(replace(heard, match=match)) for match in _WELL_HEARD)
    if most <= not_said_below:
        own_words = literal_matches(criterion, (window,), context)
        return Settled.OPEN if own_words else Settled.NOT_SAID
    return Settled.SAID if probability_of(alone) >= said_above else Settled.OPEN
