"""How likely an inspector who hears the call will confirm something."""

from qa_pipeline.domain.detection import Abstention, Detection, Outcome
from qa_pipeline.domain.finding import Finding, detection_of, findings_of
from qa_pipeline.domain.scorecard import CriterionOutcome, Evaluation

AUTO_FAIL_CHANCE = 0.9
HINT_SHARE = 0.02
DOUBTFUL_SHARE = 0.25
UNMEASURABLE_SHARE = 0.1
_GRAVE = ("behaviour:", "forbidden:")


def risk_of(evaluation: Evaluation) -> float:
    """The chance of something grave, 0..1; smaller losses count by their part of the form.

    Grave are behaviours, forbidden talk and what fails the call: each by its own
    probability, as if they were independent, and a failed call at least by nine in ten.
    Anything else that lost points counts by probability times its share of the form, a
    hint by next to nothing. What could not be told counts mildly: it is neither clean
    nor a finding. `manual` criteria ask for a human on every call and say nothing.
    """
    scorecard = evaluation.scorecard
    possible = sum(s.points_possible for s in scorecard.scores) or 1.0
    clean = 1.0 - AUTO_FAIL_CHANCE if scorecard.auto_failed_by else 1.0
    for finding in findings_of(evaluation):
        clean *= 1.0 - finding.probability * _weight(finding, possible)
    detections = {d.detector_id: d for d in evaluation.detections}
    for score in scorecard.scores:
        if score.outcome in (CriterionOutcome.NEEDS_HUMAN, CriterionOutcome.SYSTEM_NA):
            doubt = _doubt(detection_of(score, detections))
            clean *= 1.0 - doubt * min(1.0, score.points_possible / possible)
    for detection in evaluation.detections:
        if detection.detector_id.startswith("behaviour:"):
            clean *= 1.0 - _doubt(detection) * detection.probability
    return round(1.0 - clean, 6)


def _weight(finding: Finding, possible: float) -> float:
    if finding.hint:
        return HINT_SHARE
    if finding.auto_failed or finding.detector_id.startswith(_GRAVE):
        return 1.0
    return min(1.0, finding.points_lost / possible)


def _doubt(detection: Detection | None) -> float:
    if detection is None or detection.outcome is not Outcome.CANNOT_TELL:
        return 0.0
    if detection.abstention is Abstention.DOUBTFUL:
        return DOUBTFUL_SHARE
    return UNMEASURABLE_SHARE
