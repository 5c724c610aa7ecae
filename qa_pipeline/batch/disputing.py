"""Disputes: which lines an agent may dispute, opening one, and ruling on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from qa_pipeline.batch.standing import standing_words
from qa_pipeline.domain.detection import Detection, Evidence
from qa_pipeline.domain.dispute import Dispute, Ruling, Verdict, numbered
from qa_pipeline.domain.finding import LOST, detection_of
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.scorecard import CriterionOutcome, CriterionScore
from qa_pipeline.domain.standing import Source, Word
from qa_pipeline.redact import mask_for
from qa_pipeline.settings import DisputeSettings
from qa_pipeline.store import CallStore

PROPOSABLE = (CriterionOutcome.PASS, CriterionOutcome.PARTIAL, CriterionOutcome.HUMAN_NA)
RULABLE = (*PROPOSABLE, CriterionOutcome.FAIL)
MAX_REASON_CHARS = 1000
MAX_QUOTE_CHARS = 200


class Refusal(StrEnum):
    """Why a dispute or a ruling was not kept."""

    NOT_LOST = "the line cost no points"
    TOO_LATE = "the window is over"
    ALREADY_OPEN = "the line has an open dispute"
    ALREADY_RULED = "a supervisor has decided on the line"
    NOT_PROPOSABLE = "the proposed answer is what stands, or none that a human can give"
    NO_REASON = "a reason is missing"
    OWN_REVIEW = "who would decide has reviewed the call"
    DECIDED_MEANWHILE = "somebody has decided in the meantime"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputableLine:
    """A line that cost points: what stands, until when, and why it cannot be disputed."""

    word: Word
    until: datetime
    refusal: Refusal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What an agent fills in; `quote` is what they say they said."""

    criterion_id: str
    proposed: CriterionOutcome
    reason: str
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a supervisor fills in; `other` is the outcome of the verdict OTHER."""

    verdict: Verdict
    reason: str
    other: CriterionOutcome | None = None
    example: str = ""


def disputable_lines(
    store: CallStore, judged: JudgedCall, settings: DisputeSettings, now: datetime
) -> dict[str, DisputableLine]:
    """The lines of a call that cost points, by criterion_id."""
    open_ones = {d.criterion_id for d in store.disputes(call_id=judged.call_id) if d.is_open}
    lines: dict[str, DisputableLine] = {}
    for criterion_id, word in standing_words(store, judged).items():
        if word.outcome not in LOST:
            continue
        until = word.at + timedelta(days=settings.window_days)
        refusal = None
        if criterion_id in open_ones:
            refusal = Refusal.ALREADY_OPEN
        elif word.source is Source.RULING:
            refusal = Refusal.ALREADY_RULED
        elif now > until:
            refusal = Refusal.TOO_LATE
        lines[criterion_id] = DisputableLine(word=word, until=until, refusal=refusal)
    return lines


def open_dispute(
    store: CallStore,
    judged: JudgedCall,
    complaint: Complaint,
    *,
    opened_by: str,
    settings: DisputeSettings,
    now: datetime,
) -> Dispute | Refusal:
    """Append an agent's dispute and its audit line; the caller knows that the call is theirs."""
    line = disputable_lines(store, judged, settings, now).get(complaint.criterion_id)
    if line is None:
        return Refusal.NOT_LOST
    if line.refusal:
        return line.refusal
    if complaint.proposed not in PROPOSABLE or complaint.proposed is line.word.outcome:
        return Refusal.NOT_PROPOSABLE
    if not complaint.reason.strip():
        return Refusal.NO_REASON
    dispute = _dispute(judged, complaint, line.word, opened_by, now)
    if not store.open_dispute(dispute):
        return Refusal.ALREADY_OPEN
    store.audit(
        opened_by, "dispute", judged.call_id, f"{complaint.criterion_id} {dispute.proposed}"
    )
    return dispute


def rule_on(
    store: CallStore,
    dispute: Dispute,
    answer: Answer,
    *,
    n_known: int,
    decided_by: str,
    inspector_id: str | None,
    now: datetime,
) -> Ruling | Refusal:
    """Append a supervisor's ruling and its audit line.

    `n_known` is how many rulings the supervisor saw: who was slower must look again.
    `inspector_id` is what the supervisor reviews under: nobody judges the own review.
    """
    if has_reviewed_call(store, dispute, inspector_id):
        return Refusal.OWN_REVIEW
    outcome = _ruled(dispute, answer)
    if outcome is None:
        return Refusal.NOT_PROPOSABLE
    if not answer.reason.strip():
        return Refusal.NO_REASON
    mask = mask_for(store.judged_call(dispute.call_id).analyzed.transcript)
    ruling = Ruling(
        dispute_id=dispute.dispute_id,
        verdict=answer.verdict,
        outcome=outcome,
        reason=_text(answer.reason, MAX_REASON_CHARS),
        example=mask(_text(answer.example, MAX_QUOTE_CHARS)),
        decided_by=decided_by,
        decided_at=now,
    )
    if not store.rule(ruling, n_known=n_known):
        return Refusal.DECIDED_MEANWHILE
    what = f"{dispute.criterion_id} {answer.verdict} {outcome}"
    store.audit(decided_by, "rule on dispute", dispute.call_id, what)
    return ruling


def has_reviewed_call(store: CallStore, dispute: Dispute, inspector_id: str | None) -> bool:
    """Whether the dispute is about a call that this inspector has reviewed."""
    reviews = store.reviews(call_id=dispute.call_id) if inspector_id else ()
    return any(review.inspector_id == inspector_id for review in reviews)


def _ruled(dispute: Dispute, answer: Answer) -> CriterionOutcome | None:
    if answer.verdict is Verdict.KEEP:
        return dispute.stood
    if answer.verdict is Verdict.ACCEPT:
        return dispute.proposed
    is_other = answer.other in RULABLE and answer.other not in (dispute.stood, dispute.proposed)
    return answer.other if is_other else None


def _dispute(
    judged: JudgedCall, complaint: Complaint, word: Word, opened_by: str, now: datetime
) -> Dispute:
    card = judged.evaluation.scorecard
    score = next(s for s in card.scores if s.criterion_id == complaint.criterion_id)
    detections = {d.detector_id: d for d in judged.evaluation.detections}
    detection = detection_of(score, detections)
    places = _evidence(score, detection)
    mask = mask_for(judged.analyzed.transcript)
    quote = _text(complaint.quote, MAX_QUOTE_CHARS)
    # Of a script the machine can only cite where it should have stood.
    if not quote and not (detection and detection.detector_id.startswith("script:")):
        quote = "；".join(dict.fromkeys(e.quote for e in places if e.quote))[:MAX_QUOTE_CHARS]
    return numbered(
        Dispute(
            dispute_id="",
            call_id=judged.call_id,
            agent_id=judged.analyzed.call.agent_id or "",
            rubric_id=card.rubric_id,
            criterion_id=complaint.criterion_id,
            detector_id=detection.detector_id if detection else None,
            machine_outcome=score.outcome,
            stood=word.outcome,
            proposed=complaint.proposed,
            reason=_text(complaint.reason, MAX_REASON_CHARS),
            quote=mask(quote),
            interval=places[0].interval if places else None,
            opened_by=opened_by,
            opened_at=now,
        )
    )


def _evidence(score: CriterionScore, detection: Detection | None) -> tuple[Evidence, ...]:
    if detection and detection.evidence:
        return detection.evidence
    return tuple(r.evidence for r in score.receipts if r.evidence)


def _text(text: str, limit: int) -> str:
    return text.replace("\r\n", "\n").strip()[:limit]
