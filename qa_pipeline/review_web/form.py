"""The submitted form becomes a Review."""

from collections.abc import Mapping
from datetime import datetime

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.review import (
    CriterionAnswer,
    Decision,
    EvidenceDecision,
    Review,
    review_id_of,
)
from qa_pipeline.domain.scorecard import CriterionOutcome


def review_from(
    judged: JudgedCall, inspector_id: str, fields: Mapping[str, str], *, reviewed_at: datetime
) -> Review:
    """Read decisions (`evidence:<detector_id>:<n>`) and answers (`criterion:<id>`).

    Fields that name no evidence or criterion of this call, and unknown values,
    are left out: the page is the only writer and an old tab must do no harm.
    """
    decisions = tuple(
        EvidenceDecision(
            detector_id=detection.detector_id,
            decision=Decision(fields[name]),
            interval=Interval(piece.interval.start_ms, piece.interval.end_ms),
        )
        for detection in judged.evaluation.detections
        for i, piece in enumerate(detection.evidence)
        if fields.get(name := f"evidence:{detection.detector_id}:{i}") in set(Decision)
    )
    answers = tuple(
        CriterionAnswer(criterion_id=score.criterion_id, outcome=CriterionOutcome(answer))
        for score in judged.evaluation.scorecard.scores
        if (answer := fields.get(f"criterion:{score.criterion_id}")) in set(CriterionOutcome)
    )
    spent = fields.get("spent_ms", "")
    note = fields.get("note", "").strip()[:2000]
    return Review(
        review_id=review_id_of(judged.call_id, inspector_id, reviewed_at, decisions, answers, note),
        call_id=judged.call_id,
        inspector_id=inspector_id,
        reviewed_at=reviewed_at,
        decisions=decisions,
        answers=answers,
        spent_ms=int(spent) if spent.isdecimal() else None,
        note=note,
    )
