"""The submitted form becomes a Review."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.review import (
    CriterionAnswer,
    Decision,
    EvidenceDecision,
    Review,
    review_id_of,
)
from qa_pipeline.domain.scorecard import CriterionOutcome

EVIDENCE_DECISIONS = (Decision.CONFIRMED, Decision.REJECTED, Decision.UNSURE)
ANSWERS = (
    CriterionOutcome.PASS,
    CriterionOutcome.PARTIAL,
    CriterionOutcome.FAIL,
    CriterionOutcome.HUMAN_NA,
)
MAX_NOTE_CHARS = 2000
_DAY_MS = 24 * 3600 * 1000


def evidence_field(detector_id: str, index: int) -> str:
    return f"evidence:{detector_id}:{index}"


def criterion_field(criterion_id: str) -> str:
    return f"criterion:{criterion_id}"


def review_from(
    judged: JudgedCall, inspector_id: str, fields: Mapping[str, str], *, reviewed_at: datetime
) -> Review:
    """Read the decisions, answers, note and time spent of a submitted form.

    Fields that name no evidence or criterion of this call, and values that a
    human cannot give, are left out: an old tab must do no harm.
    """
    decisions = tuple(
        EvidenceDecision(
            detector_id=detection.detector_id, decision=Decision(given), interval=piece.interval
        )
        for detection in judged.evaluation.detections
        for i, piece in enumerate(detection.evidence)
        if (given := fields.get(evidence_field(detection.detector_id, i))) in EVIDENCE_DECISIONS
    )
    answers = tuple(
        CriterionAnswer(criterion_id=score.criterion_id, outcome=CriterionOutcome(given))
        for score in judged.evaluation.scorecard.scores
        if (given := fields.get(criterion_field(score.criterion_id))) in ANSWERS
    )
    note = fields.get("note", "").replace("\r\n", "\n").strip()[:MAX_NOTE_CHARS]
    return Review(
        review_id=review_id_of(judged.call_id, inspector_id, reviewed_at, decisions, answers, note),
        call_id=judged.call_id,
        inspector_id=inspector_id,
        reviewed_at=reviewed_at,
        decisions=decisions,
        answers=answers,
        spent_ms=_spent_ms(fields.get("spent_ms", "")),
        note=note,
    )


def is_sent_twice(review: Review, earlier: Iterable[Review]) -> bool:
    """Whether the same submission has been stored: a double click, a repeated request.

    The time spent is counted in milliseconds at submission, so two separate
    reviews that agree in everything still differ in it.
    """
    return any(
        (r.inspector_id, r.decisions, r.answers, r.note, r.spent_ms)
        == (review.inspector_id, review.decisions, review.answers, review.note, review.spent_ms)
        for r in earlier
    )


def _spent_ms(text: str) -> int | None:
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        return None
    spent = int(text)
    return spent if spent <= _DAY_MS else None
