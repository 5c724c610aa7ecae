"""The registry of detectors, and the one place that runs them.

A new behaviour is one file beside this one and one line in BEHAVIOURS.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from qa_pipeline.detect import (
    arguing,
    builtins,
    coldness,
    forbidden,
    interrogating,
    listening,
    metric_limits,
    monologuing,
    scripts,
    stiffness,
)
from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.conversation import Conversation
from qa_pipeline.detect.fitted import model_version
from qa_pipeline.detect.signs import Sign
from qa_pipeline.domain.detection import Detection, cannot_tell
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Rubric
from qa_pipeline.text.labels import BEHAVIOUR_TITLES, BUILTIN_TITLES
from qa_pipeline.text.lexicons import lexicons_digest

_log = logging.getLogger(__name__)

Detect = Callable[[DetectionContext], Detection]
Signs = Callable[[Conversation], list[Sign]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """A detector that is no criterion's own; `signs` is what a fitted one weighs."""

    name: str
    title: str
    version: str
    detect: Detect
    signs: Signs | None = None


def _behaviour(name: str, version: str, detect: Detect, signs: Signs) -> Behaviour:
    title = BEHAVIOUR_TITLES[name]
    return Behaviour(name=name, title=title, version=version, detect=detect, signs=signs)


def _builtin(name: str, detect: Detect) -> Behaviour:
    return Behaviour(name=name, title=BUILTIN_TITLES[name], version=builtins.VERSION, detect=detect)


BEHAVIOURS: tuple[Behaviour, ...] = (
    _behaviour("arguing", arguing.VERSION, arguing.detect, arguing.signs),
    _behaviour("interrogating", interrogating.VERSION, interrogating.detect, interrogating.signs),
    _behaviour("monologuing", monologuing.VERSION, monologuing.detect, monologuing.signs),
    _behaviour("coldness", coldness.VERSION, coldness.detect, coldness.signs),
    _behaviour("stiffness", stiffness.VERSION, stiffness.detect, stiffness.signs),
)

BUILTINS: tuple[Behaviour, ...] = (
    _builtin("dead_air", builtins.detect_dead_air),
    _builtin("interruption", builtins.detect_interruption),
    _builtin("announced_hold", builtins.detect_announced_hold),
)

BEHAVIOUR_NAMES: frozenset[str] = frozenset(behaviour.name for behaviour in BEHAVIOURS)

_OF_EVERY_CALL = ("behaviour", "builtin")
_FAILED = "检测项出错"

_BY_KIND: dict[CriterionKind, tuple[str, Callable[[Criterion, DetectionContext], Detection]]] = {
    CriterionKind.SCRIPT: (scripts.VERSION, scripts.detect_script),
    CriterionKind.FORBIDDEN: (forbidden.VERSION, forbidden.detect_forbidden),
    CriterionKind.METRIC: (metric_limits.VERSION, metric_limits.detect_metric),
}


def detectors_digest() -> str:
    """Every detector's version and the words they look for: what a judgement depends on."""
    versions = [f"{kind.value}={version}" for kind, (version, _) in sorted(_BY_KIND.items())]
    versions.append(f"listening={listening.VERSION}")
    return ";".join((*versions, behaviours_digest()))


def behaviours_digest() -> str:
    """The versions of what is looked for in every call, whatever its rubric, and the words."""
    versions = [f"{b.name}={b.version}" for b in (*BEHAVIOURS, *BUILTINS)]
    versions.append(f"fitted={model_version()}")
    return ";".join((*versions, f"lexicons={lexicons_digest()[:16]}"))


def run_detectors(
    context: DetectionContext, known: Sequence[Detection] = ()
) -> tuple[Detection, ...]:
    """One detection for each automatic criterion, behaviour and builtin, ids unique.

    A call without conversation answers CANNOT_TELL throughout; so does a
    detector that fails, whose traceback goes to the log. `known` are detections of the
    same analysis: behaviours and builtins among them, which no rubric changes, are kept.
    """
    silence = _why_nothing_can_be_judged(context)
    kept = {d.detector_id: d for d in known if _is_of_the_call(d)}
    return tuple(
        cannot_tell(detector_id, version, silence)
        if silence is not None
        else kept.get(detector_id) or _guarded(detector_id, version, detect, context)
        for detector_id, version, detect in _detectors(context.rubric)
    )


def _is_of_the_call(detection: Detection) -> bool:
    """Whether no rubric can change it; one that failed is tried again."""
    has_failed = (detection.abstained_because or "").startswith(_FAILED)
    return not has_failed and detection.detector_id.partition(":")[0] in _OF_EVERY_CALL


def _detectors(rubric: Rubric) -> Iterator[tuple[str, str, Detect]]:
    # A builtin whose name a criterion has taken is that criterion's to answer: the part after
    # the colon is unique within a call.
    taken = {criterion.criterion_id for criterion in rubric.criteria}
    for criterion in rubric.criteria:
        if criterion.kind in _BY_KIND and criterion.detector_id is not None:
            version, detect = _BY_KIND[criterion.kind]
            yield criterion.detector_id, version, _bound(detect, criterion)
    for kind, registered in (("behaviour", BEHAVIOURS), ("builtin", BUILTINS)):
        for item in registered:
            if kind == "behaviour" or item.name not in taken:
                yield f"{kind}:{item.name}", item.version, item.detect


def _bound(
    detect: Callable[[Criterion, DetectionContext], Detection], criterion: Criterion
) -> Detect:
    return lambda context: detect(criterion, context)


def _guarded(
    detector_id: str, version: str, detect: Detect, context: DetectionContext
) -> Detection:
    try:
        return detect(context)
    except Exception as error:  # noqa: BLE001 one broken detector must not cost the call
        _log.exception("%s failed on call %s", detector_id, context.call.call.call_id)
        return cannot_tell(detector_id, version, f"{_FAILED}：{type(error).__name__}: {error}")


def _why_nothing_can_be_judged(context: DetectionContext) -> str | None:
    metrics = context.call.metrics
    if not metrics.no_conversation:
        return None
    reasons = (because for _, because in metrics.unmeasured)
    found = next((r for r in reasons if r.startswith("没有通话内容")), None)
    return found or "没有通话内容：说话太少"
