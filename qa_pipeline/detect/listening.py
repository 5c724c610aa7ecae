"""Where an inspector should listen: places for the criteria that only a human answers."""

from collections.abc import Mapping
from types import MappingProxyType

from qa_pipeline.detect.context import DetectionContext, role_name
from qa_pipeline.domain.detection import Detection, Evidence, Outcome
from qa_pipeline.domain.rubric import Criterion, CriterionKind
from qa_pipeline.text.phrases import ENGINE_VERSION, PhraseMatch

VERSION = f"1.{ENGINE_VERSION}"

MAX_PLACES = 5
"""More than a handful of places is the whole call again."""


def listening_places(context: DetectionContext) -> Mapping[str, Detection]:
    """By manual criterion: where one of its `listen_for` phrases was heard.

    They point, they judge nothing: no such detection is exported or scored.
    Criteria without a place are left out, and so are all whose role is unknown.
    """
    found = {
        criterion.criterion_id: detection
        for criterion in context.rubric.criteria
        if criterion.kind is CriterionKind.MANUAL
        and (detection := _places(criterion, context)) is not None
    }
    return MappingProxyType(found)


def _places(criterion: Criterion, context: DetectionContext) -> Detection | None:
    if not criterion.listen_for or context.why_not_judgeable(criterion.role) is not None:
        return None
    matches = context.find(criterion.listen_for, criterion.role, context.phrases.said_above)
    kept: list[PhraseMatch] = []
    for match in sorted(matches, key=lambda m: (-m.probability, m.start_column, m.wanted)):
        if len(kept) < MAX_PLACES and not any(match.overlaps(other) for other in kept):
            kept.append(match)
    if not kept:
        return None
    return Detection(
        detector_id=f"manual:{criterion.criterion_id}",
        version=VERSION,
        outcome=Outcome.FOUND,
        probability=kept[0].probability,
        evidence=tuple(
            Evidence(
                interval=match.interval,
                role=criterion.role,
                quote=match.quote,
                reason=f"请听：{role_name(criterion.role)}说“{match.quote}”",
                weight=round(1.0 / len(kept), 4),
                estimated=context.call.transcript.times_are_estimated,
            )
            for match in sorted(kept, key=lambda m: m.start_column)
        ),
    )
