"""The lines of `qa-pipeline export`: public contracts (DESIGN section 10).

A field is added, never renamed. Each function yields one dict a line, with
fields in the order of the contract and values that JSON can hold. `mask`
replaces what people said (`--redact`); without it the lines are raw.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from qa_pipeline.domain.case import Case
from qa_pipeline.domain.detection import Detection, Evidence
from qa_pipeline.domain.finding import detection_of, points_lost
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.metrics import METRIC_NAMES, ConversationMetrics
from qa_pipeline.domain.review import Review, ReviewTask
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.text.labels import criterion_titles

Row = dict[str, Any]
Mask = Callable[[str], str]


def _raw(text: str) -> str:
    return text


class ExportKind(StrEnum):
    """What can be exported."""

    CALLS = "calls"
    TRANSCRIPTS = "transcripts"
    DETECTIONS = "detections"
    SCORES = "scores"
    QUEUE = "queue"
    REVIEWS = "reviews"
    CASES = "cases"


def call_rows(judged: Iterable[JudgedCall], mask: Mask = _raw) -> Iterator[Row]:
    """One line a call: metadata, score, metrics; `unmeasured` says why a metric is null."""
    for item in judged:
        call, card = item.analyzed.call, item.evaluation.scorecard
        metrics = item.analyzed.metrics
        yield {
            "call_id": call.call_id,
            "recording": call.recording.name,
            "recording_id": call.recording.recording_id,
            "agent_id": call.agent_id,
            "agent_name": call.agent_name,
            "team": call.team,
            "queue": call.queue,
            "direction": call.direction.value if call.direction else None,
            "started_at": iso(call.started_at),
            "duration_ms": call.recording.duration_ms,
            "audio_channels": call.recording.audio_channels,
            "customer_ref": mask(call.customer_ref) if call.customer_ref else None,
            "business_type": call.business_type,
            "rating": call.rating,
            "rubric": card.rubric_id,
            "rubric_version": card.rubric_version,
            "routed_by_default": card.routed_by_default,
            "percent": card.percent,
            "raw_percent": card.raw_percent,
            "critical_percent": card.critical_percent,
            "passed": card.passed,
            "auto_failed_by": list(card.auto_failed_by),
            "judged_points": card.judged_points,
            "not_judged_points": card.not_judged_points,
            "method": item.analyzed.split.method.value,
            "role_confidence": item.analyzed.split.role_confidence,
            "quality": item.analyzed.quality.verdict.value if item.analyzed.quality else None,
            "no_conversation": metrics.no_conversation,
            **_metric_fields(metrics),
            "unmeasured": dict(metrics.unmeasured),
            "extra": {key: mask(value) for key, value in call.extra.items()},
        }


def transcript_rows(judged: Iterable[JudgedCall], mask: Mask = _raw) -> Iterator[Row]:
    """One line a call with all its utterances."""
    for item in judged:
        analyzed = item.analyzed
        yield {
            "call_id": item.call_id,
            "recording": analyzed.call.recording.name,
            "method": analyzed.split.method.value,
            "role_confidence": analyzed.split.role_confidence,
            "utterances": [
                {
                    "role": u.role.value,
                    "start_ms": u.interval.start_ms,
                    "end_ms": u.interval.end_ms,
                    "text": mask(u.text),
                    "confidence": u.confidence,
                    "quarantined_because": u.quarantined_because,
                }
                for u in analyzed.transcript.utterances
            ],
        }


def detection_rows(judged: Iterable[JudgedCall], mask: Mask = _raw) -> Iterator[Row]:
    """One line a (judged call, criterion that a machine answers, behaviour or builtin)."""
    for item in judged:
        for detection in item.evaluation.detections:
            yield {
                "call_id": item.call_id,
                "recording": item.analyzed.call.recording.name,
                **_detection_fields(detection, mask),
            }


def _detection_fields(detection: Detection, mask: Mask) -> Row:
    return {
        "detector_id": detection.detector_id,
        "version": detection.version,
        "outcome": detection.outcome.value,
        "probability": detection.probability,
        "abstained_because": detection.abstained_because,
        "evidence": [evidence_fields(e, mask) for e in detection.evidence],
    }


def evidence_fields(evidence: Evidence, mask: Mask = _raw) -> Row:
    """One piece of evidence as every export and the JSON document show it."""
    return {
        "start_ms": evidence.interval.start_ms,
        "end_ms": evidence.interval.end_ms,
        "role": evidence.role.value,
        "quote": mask(evidence.quote),
        "reason": mask(evidence.reason),
    }


def score_rows(
    judged: Iterable[JudgedCall],
    rubrics: Mapping[str, Rubric] | None = None,
    mask: Mask = _raw,
) -> Iterator[Row]:
    """One line a criterion's score, with its receipts; `rubrics` by digest give titles."""
    for item in judged:
        card = item.evaluation.scorecard
        titles = criterion_titles((rubrics or {}).get(card.rubric_digest))
        detections = {d.detector_id: d for d in item.evaluation.detections}
        for score in card.scores:
            detection = detection_of(score, detections)
            yield {
                "call_id": item.call_id,
                "recording": item.analyzed.call.recording.name,
                "rubric": card.rubric_id,
                "rubric_version": card.rubric_version,
                "criterion": score.criterion_id,
                "title": titles.get(score.criterion_id),
                "detector_id": detection.detector_id if detection else None,
                "outcome": score.outcome.value,
                "points_awarded": score.points_awarded,
                "points_possible": score.points_possible,
                "points_lost": 0.0 if score.hint else points_lost(score),
                "abstained_because": score.abstained_because,
                "hint": score.hint,
                "receipts": [
                    {
                        "points": r.points,
                        "reason": mask(r.reason),
                        "detector_id": r.detector_id,
                        "detector_version": r.detector_version,
                        "probability": r.probability,
                        "engine_digest": r.engine_digest,
                        "evidence": evidence_fields(r.evidence, mask) if r.evidence else None,
                    }
                    for r in score.receipts
                ],
            }


def queue_rows(tasks: Iterable[ReviewTask], mask: Mask = _raw) -> Iterator[Row]:
    """One line a task."""
    for task in tasks:
        yield {
            "call_id": task.call_id,
            "inspector_id": task.inspector_id,
            "day": task.day.isoformat(),
            "reason": mask(task.reason),
            "inclusion_probability": task.inclusion_probability,
            "expected_review_ms": task.expected_review_ms,
            "position": task.position,
            "design_id": task.design_id,
            "seed": task.seed,
        }


def review_rows(reviews: Iterable[Review], mask: Mask = _raw) -> Iterator[Row]:
    """One line a review; `review import` reads the same lines back."""
    for review in reviews:
        yield {
            "review_id": review.review_id,
            "call_id": review.call_id,
            "inspector_id": review.inspector_id,
            "reviewed_at": iso(review.reviewed_at),
            "decisions": [
                {
                    "detector_id": d.detector_id,
                    "decision": d.decision.value,
                    "start_ms": d.interval.start_ms if d.interval else None,
                    "end_ms": d.interval.end_ms if d.interval else None,
                    "note": mask(d.note),
                }
                for d in review.decisions
            ],
            "answers": [
                {
                    "criterion": a.criterion_id,
                    "outcome": a.outcome.value,
                    "points_awarded": a.points_awarded,
                    "note": mask(a.note),
                }
                for a in review.answers
            ],
            "spent_ms": review.spent_ms,
            "note": mask(review.note),
        }


def case_rows(cases: Iterable[Case], mask: Mask = _raw) -> Iterator[Row]:
    """One line a case."""
    for case in cases:
        yield {
            "case_id": case.case_id,
            "call_id": case.call_id,
            "subject": case.subject,
            "kind": case.kind.value,
            "status": case.status.value,
            "clip_start_ms": case.clip.start_ms,
            "clip_end_ms": case.clip.end_ms,
            "start_ms": case.evidence.start_ms,
            "end_ms": case.evidence.end_ms,
            "situation": mask(case.situation),
            "quote": mask(case.quote),
            "why": mask(case.why),
            "score": case.score,
            "stale_because": case.stale_because,
        }


def rounded(value: Any) -> Any:
    """A row, or anything in it, with its floats at six decimals.

    An inclusion probability is left whole: estimates divide by it.
    """
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        exact = "inclusion_probability"
        return {k: v if k == exact else rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return value


def _metric_fields(metrics: ConversationMetrics) -> Row:
    values: Row = {name: getattr(metrics, name) for name in METRIC_NAMES if name != "duration_ms"}
    values["hang_up_by"] = metrics.hang_up_by.value if metrics.hang_up_by else None
    return values


def iso(moment: datetime | None) -> str | None:
    """An aware time in UTC as ISO 8601 with `Z`."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
