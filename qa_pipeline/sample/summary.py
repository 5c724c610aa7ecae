"""A judged call reduced to what the queue and the estimates read of it."""

from qa_pipeline.domain.audio_quality import QualityVerdict
from qa_pipeline.domain.detection import Abstention, Detection, Outcome
from qa_pipeline.domain.finding import findings_of, violation_probability
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.sampling import CallSummary, Unfit
from qa_pipeline.sample.reasons import say_findings
from qa_pipeline.sample.review_time import load_of
from qa_pipeline.sample.risk import risk_of

SUMMARY_VERSION = "2"
"""Raise it when a summary of the same judgement would come out otherwise."""


def summary_of(judged: JudgedCall, rubric: Rubric | None = None) -> CallSummary:
    """The summary of a judgement; `rubric` gives criteria their titles in the findings."""
    evaluation = judged.evaluation
    told = [d for d in evaluation.detections if not d.detector_id.startswith("builtin:")]
    return CallSummary(
        call_id=judged.call_id,
        version=SUMMARY_VERSION,
        risk=risk_of(evaluation),
        findings=say_findings(findings_of(evaluation), evaluation.scorecard, rubric),
        load=load_of(judged),
        unfit=_unfit(judged),
        abstained=bool(told) and all(d.outcome is Outcome.CANNOT_TELL for d in told),
        predicted={d.detector_id: violation_probability(d) for d in told if _is_measured(d)},
    )


def _is_measured(detection: Detection) -> bool:
    return detection.abstention is not Abstention.UNMEASURABLE


def _unfit(judged: JudgedCall) -> Unfit | None:
    analyzed = judged.analyzed
    if analyzed.quality is not None and analyzed.quality.verdict is QualityVerdict.UNFIT:
        return Unfit.AUDIO
    return Unfit.NO_CONVERSATION if analyzed.metrics.no_conversation else None
