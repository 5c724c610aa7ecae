"""Every layer's say on one place of a call, put together."""

from collections.abc import Sequence
from dataclasses import dataclass

from qa_pipeline.detect.context import EXCEPTED_FROM, DetectionContext
from qa_pipeline.detect.meaning import MeantSpan
from qa_pipeline.detect.phrase_model import PlaceFeatures, probability_of
from qa_pipeline.domain.detection import Evidence
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.rubric import Criterion
from qa_pipeline.text.phrases import NEAR_MISS, PhraseMatch

_DENIED_COSTS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A place with its probability: what was heard there, what is meant by it."""

    probability: float
    features: PlaceFeatures
    match: PhraseMatch | None
    span: MeantSpan | None


def spans_within(
    criterion: Criterion, windows: Sequence[Interval], context: DetectionContext
) -> tuple[MeantSpan, ...]:
    """The role's spans that begin in a window, those of an `unless` phrase left out.

    Neither do spans count in which one of the criterion's phrases is taken back.
    Empty without embeddings.
    """
    spans = context.meant(criterion)
    if not spans:
        return ()
    stream = context.stream(criterion.role)
    phrases = (*criterion.any_of, *(p for step in criterion.steps for p in step.any_of))
    taken = [m for u in criterion.unless for m in context.find(u, criterion.role, EXCEPTED_FROM)]
    taken += [
        m for p in phrases for m in context.find(p, criterion.role, _least(criterion)) if m.negated
    ]
    return tuple(
        span
        for span in spans
        if any(w.start_ms <= stream.start_ms[span.start_column] < w.end_ms for w in windows)
        and not any(_overlap(span, match) for match in taken)
    )


def weigh_script(match: PhraseMatch | None, spans: Sequence[MeantSpan]) -> Weighed:
    """The probability that a script was said, from its best match and its best span."""
    return _weighed(match, at_of(match, spans), _best(spans), forbidden=False)


def weigh_forbidden(match: PhraseMatch | None, spans: Sequence[MeantSpan]) -> Weighed:
    """The probability that something forbidden was said at `match`, or at the best span."""
    at = at_of(match, spans)
    best = at if match is not None else _best(spans)
    return _weighed(match, at, best, forbidden=True)


def meant_evidence(
    span: MeantSpan, probability: float, criterion: Criterion, context: DetectionContext
) -> Evidence:
    """The span as evidence, its reason saying that the meaning matched, not the words."""
    stream = context.stream(criterion.role)
    return Evidence(
        interval=stream.interval(span.start_column, span.end_column),
        role=criterion.role,
        quote=stream.quote(span.start_column, span.end_column),
        reason=meant_in_words(span, probability, criterion, context),
        estimated=context.call.transcript.times_are_estimated,
    )


def meant_in_words(
    span: MeantSpan, probability: float, criterion: Criterion, context: DetectionContext
) -> str:
    """What was meant, beside the standard wording that it comes near."""
    quote = context.stream(criterion.role).quote(span.start_column, span.end_column)
    return f"意思接近：“{quote}”，标准说法：“{span.wanted}”，p={probability:.2f}"


def at_of(match: PhraseMatch | None, spans: Sequence[MeantSpan]) -> MeantSpan | None:
    """The best of the spans in which a match lies."""
    if match is None:
        return None
    return _best([span for span in spans if _overlap(span, match)])


def _weighed(
    match: PhraseMatch | None,
    at: MeantSpan | None,
    best: MeantSpan | None,
    *,
    forbidden: bool,
) -> Weighed:
    features = PlaceFeatures(
        forbidden=forbidden,
        match=match.probability if match else None,
        coverage=match.coverage if match else 0.0,
        length=match.end_column - match.start_column if match else 0,
        at_lead=at.lead if at else 0.0,
        at_lean=at.lean if at else 0.0,
        best_near=best.near if best else None,
        best_lead=best.lead if best else 0.0,
        best_lean=best.lean if best else 0.0,
        best_denied=best.denied if best else False,
        best_length=best.end_column - best.start_column if best else 0,
    )
    return Weighed(probability=probability_of(features), features=features, match=match, span=best)


def _best(spans: Sequence[MeantSpan]) -> MeantSpan | None:
    return max(spans, key=_rank, default=None)


def _rank(span: MeantSpan) -> tuple[float, int]:
    return span.lean - _DENIED_COSTS * span.denied, -span.start_column


def _overlap(span: MeantSpan, match: PhraseMatch) -> bool:
    return span.start_column < match.end_column and match.start_column < span.end_column


def _least(criterion: Criterion) -> float:
    return 0.5 if criterion.any_of else NEAR_MISS
