"""What speaks against the agent in one judged call."""

from collections.abc import Mapping
from dataclasses import dataclass

from qa_pipeline.domain.detection import Detection, Evidence, Outcome
from qa_pipeline.domain.scorecard import CriterionOutcome, CriterionScore, Evaluation

LOST = frozenset({CriterionOutcome.FAIL, CriterionOutcome.PARTIAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A criterion that lost points, or a behaviour that was found.

    `probability` is how likely the violation is (for a script: that it was not
    said). `criterion_id` is None for a behaviour that no criterion of the rubric
    asks for; it costs nothing. A `hint` is shown and counts nowhere.
    """

    detector_id: str
    criterion_id: str | None
    outcome: CriterionOutcome | None
    probability: float
    points_lost: float
    auto_failed: bool
    hint: bool
    evidence: tuple[Evidence, ...]

    @property
    def at_ms(self) -> int | None:
        """Where it first shows, None when nothing can be pointed at."""
        return min((e.interval.start_ms for e in self.evidence), default=None)


def findings_of(evaluation: Evaluation) -> tuple[Finding, ...]:
    """All findings, the dearest first; equal ones by probability, then detector_id.

    A bonus that was not earned is none.
    """
    detections = {d.detector_id: d for d in evaluation.detections}
    findings: list[Finding] = []
    for score in evaluation.scorecard.scores:
        detection = detection_of(score, detections)
        struck = score.criterion_id in evaluation.scorecard.auto_failed_by
        if score.outcome in LOST and (score.points_possible > 0 or score.hint or struck):
            findings.append(_lost(score, detection, evaluation.scorecard.auto_failed_by))
    covered = {f.detector_id for f in findings}
    scored = {
        d.detector_id for s in evaluation.scorecard.scores if (d := detection_of(s, detections))
    }
    findings += [
        _unscored(d)
        for d in evaluation.detections
        if d.detector_id.startswith("behaviour:")
        and d.outcome is Outcome.FOUND
        and d.detector_id not in covered | scored
    ]
    return tuple(
        sorted(findings, key=lambda f: (f.hint, -f.points_lost, -f.probability, f.detector_id))
    )


def detection_of(score: CriterionScore, detections: Mapping[str, Detection]) -> Detection | None:
    """The detection that a criterion's score rests on, None for a manual criterion."""
    cited = [r.detector_id for r in score.receipts]
    named = [f"{kind}:{score.criterion_id}" for kind in _KINDS]
    return next((detections[i] for i in (*cited, *named) if i in detections), None)


def violation_probability(detection: Detection) -> float:
    """How likely it is that what speaks against the agent is true (0..1)."""
    said_is_good = detection.detector_id.startswith("script:")
    return 1.0 - detection.probability if said_is_good else detection.probability


def points_lost(score: CriterionScore) -> float:
    """What the criterion cost: the sum of its negative receipts, or the points not awarded."""
    lost = -sum(r.points for r in score.receipts if r.points < 0)
    if not lost and score.outcome in LOST:
        lost = max(0.0, score.points_possible - score.points_awarded)
    return round(lost, 6)  # shares of a loss add up to 5.000000000000001 otherwise


def _lost(
    score: CriterionScore, detection: Detection | None, auto_failed_by: tuple[str, ...]
) -> Finding:
    cited = tuple(r.evidence for r in score.receipts if r.evidence is not None)
    return Finding(
        detector_id=detection.detector_id if detection else f"manual:{score.criterion_id}",
        criterion_id=score.criterion_id,
        outcome=score.outcome,
        probability=violation_probability(detection) if detection else 1.0,
        points_lost=0.0 if score.hint else points_lost(score),
        auto_failed=score.criterion_id in auto_failed_by,
        hint=score.hint,
        evidence=detection.evidence if detection and detection.evidence else cited,
    )


def _unscored(detection: Detection) -> Finding:
    return Finding(
        detector_id=detection.detector_id,
        criterion_id=None,
        outcome=None,
        probability=detection.probability,
        points_lost=0.0,
        auto_failed=False,
        hint=False,
        evidence=detection.evidence,
    )


_KINDS = ("script", "forbidden", "metric", "behaviour")
