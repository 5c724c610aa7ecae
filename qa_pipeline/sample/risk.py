"""How much a call promises to show an inspector."""

from qa_pipeline.domain.detection import Abstention, Detection, Outcome
from qa_pipeline.domain.finding import detection_of, findings_of
from qa_pipeline.domain.scorecard import CriterionOutcome, Evaluation

BEHAVIOUR_WEIGHT = 0.25
AUTO_FAIL_WEIGHT = 0.5
HINT_WEIGHT = 0.02
DOUBTFUL_SHARE = 0.25
UNMEASURABLE_SHARE = 0.1


def risk_of(evaluation: Evaluation) -> float:
    """Weigh what was found by its probability and price; 0..1, higher is heard sooner.

    Points lost count as their share of the form, a behaviour by its own weight
    besides, an auto_fail most. What could not be told counts mildly: it is
    neither clean nor a finding. `manual` criteria ask for a human on every call
    and say nothing.
    """
    scorecard = evaluation.scorecard
    possible = sum(s.points_possible for s in scorecard.scores) or 1.0
    risk = AUTO_FAIL_WEIGHT if scorecard.auto_failed_by else 0.0
    for finding in findings_of(evaluation):
        weight = HINT_WEIGHT if finding.hint else finding.points_lost / possible
        risk += finding.probability * weight
    detections = {d.detector_id: d for d in evaluation.detections}
    for score in scorecard.scores:
        if score.outcome in (CriterionOutcome.NEEDS_HUMAN, CriterionOutcome.SYSTEM_NA):
            detection = detection_of(score, detections)
            risk += _doubt(detection) * score.points_possible / possible
    risk += sum(_behaviour_risk(d) for d in evaluation.detections)
    return min(1.0, risk)


def _behaviour_risk(detection: Detection) -> float:
    if not detection.detector_id.startswith("behaviour:"):
        return 0.0
    if detection.outcome is Outcome.FOUND:
        return BEHAVIOUR_WEIGHT * detection.probability
    return BEHAVIOUR_WEIGHT * _doubt(detection)


def _doubt(detection: Detection | None) -> float:
    if detection is None or detection.outcome is not Outcome.CANNOT_TELL:
        return 0.0
    if detection.abstention is Abstention.DOUBTFUL:
        return DOUBTFUL_SHARE
    return UNMEASURABLE_SHARE
