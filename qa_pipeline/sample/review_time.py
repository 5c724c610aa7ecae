"""How long an inspector will need for a call."""

from qa_pipeline.domain.detection import Detection, Outcome
from qa_pipeline.domain.interval import Interval, total_ms
from qa_pipeline.domain.judged_call import JudgedCall

OPEN_AND_FORM_MS = 45_000
DECISION_MS = 6_000
CONTEXT_MS = 10_000
SKIM_SHARE = 0.35
MAX_SKIM_MS = 120_000


def expected_review_ms(judged: JudgedCall) -> int:
    """Opening and form, 10 s around each piece of evidence, a skim of the rest.

    Issue 6 refits it from logged seconds; these are the starting figures, about
    three minutes for a call of four minutes with four pieces of evidence.
    """
    duration_ms = judged.analyzed.call.recording.duration_ms
    whole = Interval(0, duration_ms)
    spans = [
        e.interval.padded(CONTEXT_MS, CONTEXT_MS)
        for detection in judged.evaluation.detections
        if _is_heard(detection)
        for e in detection.evidence
    ]
    heard_ms = min(duration_ms, total_ms(_clipped(span, whole) for span in spans))
    skim_ms = min(MAX_SKIM_MS, round(SKIM_SHARE * (duration_ms - heard_ms)))
    return OPEN_AND_FORM_MS + heard_ms + skim_ms + DECISION_MS * len(spans)


def _is_heard(detection: Detection) -> bool:
    """Scripts that were said and builtins are read, not listened to."""
    kind, _, _ = detection.detector_id.partition(":")
    if kind == "builtin":
        return False
    said = kind == "script" and detection.outcome is Outcome.FOUND
    absent = kind != "script" and detection.outcome is Outcome.NOT_FOUND
    return not (said or absent)


def _clipped(span: Interval, whole: Interval) -> Interval:
    start_ms = min(span.start_ms, whole.end_ms)
    return Interval(start_ms, max(start_ms, min(span.end_ms, whole.end_ms)))
