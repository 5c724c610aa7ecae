"""The submitted form becomes a Review."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Rubric
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.text.labels import BEHAVIOUR_TITLES

EVIDENCE_DECISIONS = (Decision.CONFIRMED, Decision.REJECTED, Decision.UNSURE)
ANSWERS = (
    CriterionOutcome.PASS,
    CriterionOutcome.PARTIAL,
    CriterionOutcome.FAIL,
    CriterionOutcome.HUMAN_NA,
)
FORM_ID = re.compile(r"[\w-]{20,64}", re.ASCII)
MAX_NOTE_CHARS = 2000
MAX_MISSED = 50
MAX_QUOTE_CHARS = 200
_DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a stretch of a call can show; `criterion_field` is the form's line for it."""

    detector_id: str
    title: str
    criterion_field: str | None


def subjects_of(rubric: Rubric) -> tuple[Subject, ...]:
    """What a machine can miss: the five behaviours, then the rubric's own, in its order.

    A script is not among them: it is missing or said, and its evidence is decided on.
    """
    owners = {c.detector_id: c for c in rubric.criteria if c.detector_id}
    listed = [f"behaviour:{name}" for name in BEHAVIOUR_TITLES]
    listed += [
        c.detector_id
        for c in rubric.criteria
        if c.detector_id and c.kind in (CriterionKind.FORBIDDEN, CriterionKind.METRIC)
    ]
    return tuple(_subject(detector_id, owners) for detector_id in listed)


def _subject(detector_id: str, owners: Mapping[str, Criterion]) -> Subject:
    owner = owners.get(detector_id)
    kind, _, name = detector_id.partition(":")
    title = BEHAVIOUR_TITLES.get(name, name) if kind == "behaviour" else ""
    return Subject(
        detector_id=detector_id,
        title=title or (owner.title if owner else name),
        criterion_field=criterion_field(owner.criterion_id) if owner else None,
    )


def is_subject(detector_id: str, judged: JudgedCall, rubric: Rubric) -> bool:
    """Whether a stretch of this call can be said to show it."""
    known = {d.detector_id for d in judged.evaluation.detections}
    return detector_id in known | {s.detector_id for s in subjects_of(rubric)}


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
    ) + tuple(_missed(judged, fields))
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
        spent_ms=_ms(fields.get("spent_ms", ""), _DAY_MS),
        note=note,
    )


def _missed(judged: JudgedCall, fields: Mapping[str, str]) -> Iterator[EvidenceDecision]:
    """What the inspector added: `missed:N` is `detector_id|start_ms|end_ms|quote`."""
    behaviours = {f"behaviour:{name}" for name in BEHAVIOUR_TITLES}
    known = behaviours | {d.detector_id for d in judged.evaluation.detections}
    added = [value for name, value in fields.items() if name.startswith("missed:")]
    for value in dict.fromkeys(added[:MAX_MISSED]):
        parts = value.split("|", 3)
        if len(parts) != 4 or parts[0] not in known:
            continue
        bounds = [_ms(part, _DAY_MS) for part in parts[1:3]]
        if bounds[0] is None or bounds[1] is None or bounds[0] >= bounds[1]:
            continue
        yield EvidenceDecision(
            detector_id=parts[0],
            decision=Decision.MISSED,
            interval=Interval(bounds[0], bounds[1]),
            note=parts[3][:MAX_QUOTE_CHARS],
        )


def sending_of(review: Review, form_id: str) -> str | None:
    """The digest of a form's number and what it says; None where the number is none of ours.

    The number is new whenever the page is made and stays through reloads and retries:
    the same answers from the same form are one review, however often they are sent.
    """
    if not FORM_ID.fullmatch(form_id):
        return None
    said = (review.call_id, review.inspector_id, review.decisions, review.answers, review.note)
    return hashlib.sha256(repr((form_id, said)).encode()).hexdigest()[:32]


def _ms(text: str, limit: int) -> int | None:
    """Whole milliseconds up to the limit."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        return None
    return int(text) if int(text) <= limit else None
