"""What the queue needs to know of one judged call."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.sampling import SummarizedCall, Unfit
from qa_pipeline.sample.review_time import SHIPPED, ReviewTimes
from qa_pipeline.sample.summary import summary_of
from qa_pipeline.settings import QueueSettings


class Exclusion(StrEnum):
    """Why a call is not in today's frame; the value is what people read."""

    TOO_SHORT = "时长不足"
    UNFIT_AUDIO = Unfit.AUDIO.value
    NO_CONVERSATION = Unfit.NO_CONVERSATION.value
    ALREADY_REVIEWED = "已经复核过"
    EARLIER_FRAME = "已进入以前的抽样框"
    NOT_YET_DUE = "通话在当天或之后"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCandidate:
    """A call that may be drawn.

    `risk` (0..1) is the chance that something grave is confirmed. `findings` says in
    words what the machine found, "" when nothing. `expected_review_ms` is for an
    inspector of usual pace. `unfit` is why the call may never be drawn;
    `abstained` when no detector came to an answer.
    """

    call_id: str
    agent_id: str | None
    team: str | None
    started_at: datetime | None
    duration_ms: int
    risk: float
    findings: str
    expected_review_ms: int
    unfit: Exclusion | None = None
    is_complaint: bool = False
    abstained: bool = False


def candidate_of(
    judged: JudgedCall,
    settings: QueueSettings,
    *,
    rubric: Rubric | None = None,
    file_time: datetime | None = None,
) -> QueueCandidate:
    """Reduce a judged call to what planning needs.

    `rubric` gives criteria their titles in the reason; `file_time` (aware) stands
    in where the metadata has no started_at.
    """
    call, summary = judged.analyzed.call, summary_of(judged, rubric)
    return QueueCandidate(
        call_id=call.call_id,
        agent_id=call.agent_id,
        team=call.team,
        started_at=call.started_at or file_time,
        duration_ms=call.recording.duration_ms,
        risk=summary.risk,
        findings=summary.findings,
        expected_review_ms=SHIPPED.expected_ms(summary.load),
        unfit=_exclusion(call.recording.duration_ms, summary.unfit, settings),
        is_complaint=any(
            word in (text or "")
            for word in settings.complaint_words
            for text in (call.business_type, call.queue)
        ),
        abstained=summary.abstained,
    )


def candidate_from(
    call: SummarizedCall, settings: QueueSettings, times: ReviewTimes = SHIPPED
) -> QueueCandidate:
    """The candidate that a stored summary makes."""
    return QueueCandidate(
        call_id=call.call_id,
        agent_id=call.agent_id,
        team=call.team,
        started_at=call.started_at,
        duration_ms=call.duration_ms,
        risk=call.risk,
        findings=call.findings,
        expected_review_ms=times.expected_ms(call.load),
        unfit=_exclusion(call.duration_ms, call.unfit, settings),
        is_complaint=call.is_complaint,
        abstained=call.abstained,
    )


def _exclusion(duration_ms: int, unfit: Unfit | None, settings: QueueSettings) -> Exclusion | None:
    if duration_ms < settings.min_eligible_ms:
        return Exclusion.TOO_SHORT
    return None if unfit is None else Exclusion(unfit.value)
