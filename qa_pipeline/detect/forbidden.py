"""Was something said that must not be said?"""

import math

from qa_pipeline.detect.context import DetectionContext, role_name, without_excepted
from qa_pipeline.detect.windows import places_of
from qa_pipeline.domain.detection import Abstention, Detection, Evidence, Outcome, cannot_tell
from qa_pipeline.domain.rubric import Criterion
from qa_pipeline.text.phrases import ENGINE_VERSION, PhraseMatch

VERSION = f"1.{ENGINE_VERSION}"

_TRUSTED_WORD = 0.30  # what the recognizer itself trusts less cannot accuse anybody
_PRIOR_LOGIT = -1.3  # nearly every call holds its scripts, few hold a forbidden phrase


def detect_forbidden(criterion: Criterion, context: DetectionContext) -> Detection:
    """FOUND when the role said one of the phrases; every place is a piece of evidence.

    Denied phrases and those inside an `unless` phrase do not count. A doubtful
    place alone is CANNOT_TELL.
    """
    detector_id = f"forbidden:{criterion.criterion_id}"
    because = context.why_not_judgeable(criterion.role)
    if because is not None:
        return cannot_tell(detector_id, VERSION, because)
    said_above, not_said_below = context.cut_points(criterion.strictness)
    matches = _matches(criterion, context, _unshifted(not_said_below))
    likely = {m: _likelihood(m, criterion, context) for m in matches}
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
    if nearest is None or likely[nearest] <= not_said_below:
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


def _matches(
    criterion: Criterion, context: DetectionContext, least: float
) -> tuple[PhraseMatch, ...]:
    """Disjoint places inside the window where a forbidden phrase may have been said."""
    windows = places_of(criterion, context).intervals
    found = tuple(
        match
        for phrase in criterion.any_of
        for match in context.find(phrase, criterion.role, least)
        if any(w.start_ms <= match.interval.start_ms < w.end_ms for w in windows)
    )
    kept: list[PhraseMatch] = []
    standing = without_excepted(found, criterion.unless, criterion.role, context)
    for match in sorted(standing, key=lambda m: (-m.probability, m.start_column, m.wanted)):
        if not any(match.overlaps(other) for other in kept):
            kept.append(match)
    return tuple(sorted(kept, key=lambda m: m.start_column))


def _unshifted(likelihood: float) -> float:
    """The match probability that the prior turns into this likelihood."""
    odds = likelihood / (1.0 - likelihood) / math.exp(_PRIOR_LOGIT)
    return round(odds / (1.0 + odds), 4)


def _likelihood(match: PhraseMatch, criterion: Criterion, context: DetectionContext) -> float:
    """The match's probability under a forbidden phrase's low prior.

    Less still where the recognizer hardly trusted its own words.
    """
    odds = match.probability / (1.0 - match.probability) * math.exp(_PRIOR_LOGIT)
    stream = context.stream(criterion.role)
    trust = stream.mean_probability(match.start_column, match.end_column)
    return round(odds / (1.0 + odds) * min(1.0, 0.5 + 0.5 * trust / _TRUSTED_WORD), 4)


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
