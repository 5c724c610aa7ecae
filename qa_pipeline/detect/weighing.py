"""Every layer's say on one place of a call, put together."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa_pipeline.detect.answers import match_evidence
from qa_pipeline.detect.context import EXCEPTED_FROM, DetectionContext, excepted_in
from qa_pipeline.detect.literal import is_literal
from qa_pipeline.detect.meant import MeantSpan, MeantStretches
from qa_pipeline.detect.phrase_model import PlaceFeatures, probability_of
from qa_pipeline.detect.taught import NOTHING_SAID, TaughtSpan, TaughtStretches
from qa_pipeline.domain.detection import Evidence
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.rubric import Criterion, CriterionKind
from qa_pipeline.text.labels import in_words
from qa_pipeline.text.phrases import PhraseMatch
from qa_pipeline.text.stream import FILLER_COST, UtteranceStream

_DENIED_FROM = 0.5
"""How likely a phrase must be before its denial takes the meaning away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Where other words of the same meaning stand, and the wording that they come near."""

    start_column: int
    end_column: int
    wanted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A place with its probability: what was heard there, what is meant by it."""

    probability: float
    features: PlaceFeatures
    match: PhraseMatch | None
    meant: Meant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretches:
    """What a meaning layer knows of a criterion's windows, None where it was not asked.

    What was taught leaves nothing for the prototypes to add: one of the two is asked.
    """

    meant: MeantStretches | None = None
    taught: TaughtStretches | None = None

    @property
    def best(self) -> MeantSpan | None:
        """The stretch that comes nearest in meaning, if any."""
        return None if self.meant is None else self.meant.best

    @property
    def surest(self) -> TaughtSpan | None:
        """The surest taught stretch, if any."""
        return None if self.taught is None else self.taught.surest


def stretches_within(
    criterion: Criterion, windows: Sequence[Interval], context: DetectionContext
) -> Stretches:
    """The role's stretches that begin in one of the windows."""
    taught = context.taught_within(criterion, tuple(windows))
    if taught is not None:
        return Stretches(taught=taught)
    meant = context.meant(criterion)
    return Stretches(meant=None if meant is None else meant.within(windows))


def standing(stretches: Stretches, criterion: Criterion, context: DetectionContext) -> Stretches:
    """Those in which no `unless` phrase stands, and no phrase of the criterion is taken back.

    A script that was taught knows its false friends, and by example that 还有没有别的问题
    denies nothing; but nobody is accused of 退保不是全额退的.
    """
    if stretches.taught is not None:
        if not _can_accuse(criterion):
            return stretches
        excepted = excepted_in(criterion, context)
        heard = _heard(criterion, EXCEPTED_FROM, context)
        denied = [match for match in heard if match.negated]
        affirmed = [match for match in heard if not match.negated]
        return Stretches(taught=stretches.taught.without(excepted).without(denied, affirmed))
    if stretches.meant is None or not len(stretches.meant):
        return stretches
    denied = [m for m in _heard(criterion, _DENIED_FROM, context) if m.negated]
    taken = [*excepted_in(criterion, context), *denied]
    return Stretches(meant=stretches.meant.without(taken))


def weigh_script(
    match: PhraseMatch | None,
    stretches: Stretches,
    criterion: Criterion,
    context: DetectionContext,
) -> Weighed:
    """The probability that a script was said, from its best match and its best stretches."""
    return _weighed(match, stretches, stretches, criterion, context)


def weigh_forbidden(
    match: PhraseMatch | None,
    stretches: Stretches,
    criterion: Criterion,
    context: DetectionContext,
) -> Weighed:
    """The probability that something forbidden was said at `match`, or at the best stretch."""
    if match is not None and is_literal(match, criterion, context):
        return weigh_literal(match, criterion, context)
    best = stretches if match is None else _there(match, stretches)
    return _weighed(match, best, stretches, criterion, context)


def weigh_literal(match: PhraseMatch, criterion: Criterion, context: DetectionContext) -> Weighed:
    """The probability by words alone: what was taught knows nothing of this phrase."""
    features = PlaceFeatures(
        forbidden=criterion.kind is CriterionKind.FORBIDDEN,
        match=match.probability,
        coverage=match.coverage,
        length=match.end_column - match.start_column,
        forced=match_evidence(match, criterion.role, context) or 0.0,
    )
    return Weighed(probability=probability_of(features), features=features, match=match, meant=None)


def meant_evidence(
    meant: Meant, probability: float, criterion: Criterion, context: DetectionContext
) -> Evidence:
    """The stretch as evidence, its reason saying that the meaning matched, not the words."""
    stream = context.stream(criterion.role)
    return Evidence(
        interval=stream.interval(meant.start_column, meant.end_column),
        role=criterion.role,
        quote=stream.quote(meant.start_column, meant.end_column),
        reason=f"意思接近标准说法“{meant.wanted}”（p={probability:.2f}）",
        estimated=context.call.transcript.times_are_estimated,
    )


def meant_in_words(
    meant: Meant, probability: float, criterion: Criterion, context: DetectionContext
) -> str:
    """What was meant, beside the standard wording that it comes near."""
    quote = context.stream(criterion.role).quote(meant.start_column, meant.end_column)
    return f"意思接近：“{quote}”，标准说法：“{meant.wanted}”，p={probability:.2f}"


def _weighed(
    match: PhraseMatch | None,
    considered: Stretches,
    stretches: Stretches,
    criterion: Criterion,
    context: DetectionContext,
) -> Weighed:
    """The match beside the best of the considered stretches, and the best where it lies."""
    span, surest = considered.best, considered.surest
    there = Stretches() if match is None else _there(match, stretches)
    at, at_taught = there.best, there.surest
    forced = match_evidence(match, criterion.role, context) if match else None
    features = PlaceFeatures(
        forbidden=criterion.kind is CriterionKind.FORBIDDEN,
        match=match.probability if match else None,
        coverage=match.coverage if match else 0.0,
        length=match.end_column - match.start_column if match else 0,
        whole=_whole(match, context.stream(criterion.role)) if match else 0.0,
        at_lead=at.lead if at else 0.0,
        at_lean=at.lean if at else 0.0,
        best_near=span.near if span else None,
        best_lead=span.lead if span else 0.0,
        best_lean=span.lean if span else 0.0,
        best_denied=span.denied if span else False,
        best_length=span.end_column - span.start_column if span else 0,
        taught=surest.log_odds if surest else None if stretches.taught is None else NOTHING_SAID,
        at_taught=at_taught.log_odds if at_taught else 0.0,
        forced=forced or 0.0,
    )
    return Weighed(
        probability=probability_of(features),
        features=features,
        match=match,
        meant=_meant(span, surest, criterion),
    )


def _whole(match: PhraseMatch, stream: UtteranceStream) -> float:
    """1 ÷ (1 + the syllables beside the match in the utterances it touches, fillers apart)."""
    start, end, owners = match.start_column, match.end_column, stream.owners
    first = bisect_left(owners, owners[start])
    last = bisect_right(owners, owners[end - 1])
    costs = np.concatenate([stream.skip_costs[first:start], stream.skip_costs[end:last]])
    return 1.0 / (1.0 + float(np.count_nonzero(costs > FILLER_COST)))


def _meant(
    span: MeantSpan | None,
    surest: TaughtSpan | None,
    criterion: Criterion,
) -> Meant | None:
    """The stretch to show: of a taught wording the surest, else the nearest in meaning."""
    shown: MeantSpan | TaughtSpan | None = surest or span
    if shown is None:
        return None
    wanted = span.wanted if span else in_words(_wordings(criterion)[0])
    return Meant(start_column=shown.start_column, end_column=shown.end_column, wanted=wanted)


def _can_accuse(criterion: Criterion) -> bool:
    return criterion.kind is CriterionKind.FORBIDDEN


def _heard(criterion: Criterion, least: float, context: DetectionContext) -> list[PhraseMatch]:
    return list(context.find(_wordings(criterion), criterion.role, least))


def _wordings(criterion: Criterion) -> tuple[str, ...]:
    return (*criterion.any_of, *(p for step in criterion.steps for p in step.any_of))


def _there(match: PhraseMatch, stretches: Stretches) -> Stretches:
    """The stretches in which the match lies."""
    return Stretches(
        meant=None if stretches.meant is None else stretches.meant.at(match),
        taught=None if stretches.taught is None else stretches.taught.at(match),
    )
