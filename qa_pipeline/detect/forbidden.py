"""Was something said that must not be said?"""

import math

from qa_pipeline.detect.context import DetectionContext, role_name, without_excepted
from qa_pipeline.detect.literal import is_literal
from qa_pipeline.detect.meaning import VERSION as MEANING_VERSION
from qa_pipeline.detect.phrase_model import VERSION as MODEL_VERSION
from qa_pipeline.detect.phrase_model import forbidden_prior
from qa_pipeline.detect.settled import Settled, settled
from qa_pipeline.detect.taught import VERSION as TAUGHT_VERSION
from qa_pipeline.detect.weighing import (
    Meant,
    Stretches,
    Weighed,
    meant_evidence,
    meant_in_words,
    standing,
    stretches_within,
    weigh_forbidden,
)
from qa_pipeline.detect.windows import places_of
from qa_pipeline.domain.detection import Abstention, Detection, Evidence, Outcome, cannot_tell
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.rubric import Criterion
from qa_pipeline.text.phrases import ENGINE_VERSION, PhraseMatch

VERSION = f"5.{ENGINE_VERSION}.{MEANING_VERSION}.{TAUGHT_VERSION}.{MODEL_VERSION}"

_LEAST_MATCH = 0.5
_TRUSTED_WORD = 0.30  # what the recognizer itself trusts less cannot accuse anybody


def detect_forbidden(criterion: Criterion, context: DetectionContext) -> Detection:
    """FOUND when the role said one of the phrases; every place is a piece of evidence.

    Denied phrases and those inside an `unless` phrase do not count. A doubtful
    place alone is CANNOT_TELL.
    """
    detector_id = f"forbidden:{criterion.criterion_id}"
    because = context.why_not_judgeable(criterion.role)
    if because is not None:
        return cannot_tell(detector_id, VERSION, because)
    windows = places_of(criterion, context).intervals
    within = stretches_within(criterion, windows, context)
    if windows and all(settled(criterion, w, context) is Settled.NOT_SAID for w in windows):
        return Detection(
            detector_id=detector_id,
            version=VERSION,
            outcome=Outcome.NOT_FOUND,
            probability=weigh_forbidden(None, within, criterion, context).probability,
        )
    return _searched(criterion, windows, standing(within, criterion, context), context)


def _searched(
    criterion: Criterion,
    windows: tuple[Interval, ...],
    spans: Stretches,
    context: DetectionContext,
) -> Detection:
    detector_id = f"forbidden:{criterion.criterion_id}"
    said_above, not_said_below = context.cut_points(criterion.strictness)
    matches = _matches(criterion, windows, context, _unshifted(not_said_below))
    likely = {m: _likelihood(m, spans, criterion, context) for m in matches}
    certain = [m for m in matches if likely[m] >= said_above]
    if certain:
        return Detection(
            detector_id=detector_id,
            version=VERSION,
            outcome=Outcome.FOUND,
            probability=max(likely[m] for m in certain),
            evidence=tuple(
                _evidence(m, likely[m], len(certain), criterion, context) for m in certain
            ),
        )
    nearest = max(matches, key=lambda m: likely[m], default=None)
    other = weigh_forbidden(None, spans, criterion, context)
    if other.meant is not None and other.probability >= said_above and criterion.taught:
        return _taught(detector_id, other.meant, other.probability, criterion, context)
    if nearest is None or likely[nearest] <= not_said_below:
        if other.meant is not None and other.probability >= said_above:
            return _only_meant(detector_id, other.meant, other.probability, criterion, context)
        return Detection(
            detector_id=detector_id,
            version=VERSION,
            outcome=Outcome.NOT_FOUND,
            probability=likely[nearest] if nearest else 0.0,
        )
    return cannot_tell(
        detector_id,
        VERSION,
        f"是否说了禁用语存疑（p={likely[nearest]:.2f}）",
        abstention=Abstention.DOUBTFUL,
        probability=likely[nearest],
        evidence=(_evidence(nearest, likely[nearest], 1, criterion, context),),
        note=f"听到“{nearest.quote}”，禁用语“{nearest.wanted}”，p={likely[nearest]:.2f}",
    )


def weighed_forbidden(criterion: Criterion, context: DetectionContext) -> Weighed:
    """The likeliest place of a forbidden criterion, or where its meaning comes nearest."""
    windows = places_of(criterion, context).intervals
    within = stretches_within(criterion, windows, context)
    spans = standing(within, criterion, context)
    matches = _matches(criterion, windows, context, _LEAST_MATCH)
    weighed = [weigh_forbidden(m, spans, criterion, context) for m in matches]
    nearest = weigh_forbidden(None, spans, criterion, context)
    return max(weighed, key=lambda w: w.probability, default=nearest)


def _taught(
    detector_id: str,
    meant: Meant,
    probability: float,
    criterion: Criterion,
    context: DetectionContext,
) -> Detection:
    """Other words, but of the kind that many examples taught."""
    return Detection(
        detector_id=detector_id,
        version=VERSION,
        outcome=Outcome.FOUND,
        probability=probability,
        evidence=(meant_evidence(meant, probability, criterion, context),),
        note=meant_in_words(meant, probability, criterion, context),
    )


def _only_meant(
    detector_id: str,
    span: Meant,
    probability: float,
    criterion: Criterion,
    context: DetectionContext,
) -> Detection:
    """Other words of the same meaning: nobody is accused by that alone, a human decides."""
    return cannot_tell(
        detector_id,
        VERSION,
        f"没有听到禁用语原话，但意思接近（p={probability:.2f}），需人工判断",
        abstention=Abstention.DOUBTFUL,
        probability=probability,
        evidence=(meant_evidence(span, probability, criterion, context),),
        note=meant_in_words(span, probability, criterion, context),
    )


def _matches(
    criterion: Criterion,
    windows: tuple[Interval, ...],
    context: DetectionContext,
    least: float,
) -> tuple[PhraseMatch, ...]:
    """Disjoint places inside the windows where a forbidden phrase may have been said."""
    found = tuple(
        match
        for match in context.find(criterion.any_of, criterion.role, least)
        if any(w.start_ms <= match.interval.start_ms < w.end_ms for w in windows)
    )
    kept: list[PhraseMatch] = []
    standing = without_excepted(found, criterion.unless, criterion.role, context)
    for match in sorted(
        standing,
        key=lambda m: (
            not is_literal(m, criterion, context),
            -m.probability,
            m.start_column,
            m.wanted,
        ),
    ):
        if not any(match.overlaps(other) for other in kept):
            kept.append(match)
    return tuple(sorted(kept, key=lambda m: m.start_column))


def _unshifted(likelihood: float) -> float:
    """The match probability that the prior turns into this likelihood."""
    odds = likelihood / (1.0 - likelihood) / math.exp(forbidden_prior())
    return round(odds / (1.0 + odds), 4)


def _likelihood(
    match: PhraseMatch,
    spans: Stretches,
    criterion: Criterion,
    context: DetectionContext,
) -> float:
    """The match's probability under a forbidden phrase's low prior, its meaning weighed in.

    Less still where the recognizer hardly trusted its own words.
    """
    weighed = weigh_forbidden(match, spans, criterion, context)
    stream = context.stream(criterion.role)
    trust = stream.mean_probability(match.start_column, match.end_column)
    return round(weighed.probability * min(1.0, 0.5 + 0.5 * trust / _TRUSTED_WORD), 4)


def _evidence(
    match: PhraseMatch,
    likely: float,
    count: int,
    criterion: Criterion,
    context: DetectionContext,
) -> Evidence:
    return Evidence(
        interval=match.interval,
        role=criterion.role,
        quote=match.quote,
        reason=(
            f"{role_name(criterion.role)}说“{match.quote}”，"
            f"属禁用语“{match.wanted}”（p={likely:.2f}）"
        ),
        weight=round(1.0 / count, 4),
        estimated=context.call.transcript.times_are_estimated,
    )
