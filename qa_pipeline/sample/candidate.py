"""What the queue needs to know of one judged call."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from qa_pipeline.domain.audio_quality import QualityVerdict
from qa_pipeline.domain.finding import findings_of
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.sample.reasons import say_findings
from qa_pipeline.sample.review_time import expected_review_ms
from qa_pipeline.sample.risk import risk_of
from qa_pipeline.settings import QueueSettings


class Exclusion(StrEnum):
    """Why a call is not in today's frame; the value is what people read."""

    TOO_SHORT = "时长不足"
    UNFIT_AUDIO = "音质无法判断"
    NO_CONVERSATION = "没有通话内容"
    ALREADY_REVIEWED = "已经复核过"
    EARLIER_FRAME = "已进入以前的抽样框"
    NOT_YET_DUE = "通话在当天或之后"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCandidate:
    """A call that may be drawn.

    `risk` (0..1) orders calls, it is no calibrated probability. `findings` says in
    words what the machine found, "" when nothing. `unfit` is why the call may
    never be drawn.
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
    call, scorecard = judged.analyzed.call, judged.evaluation.scorecard
    findings = findings_of(judged.evaluation)
    return QueueCandidate(
        call_id=call.call_id,
        agent_id=call.agent_id,
        team=call.team,
        started_at=call.started_at or file_time,
        duration_ms=call.recording.duration_ms,
        risk=risk_of(judged.evaluation),
        findings=say_findings(findings, scorecard, rubric),
        expected_review_ms=expected_review_ms(judged),
        unfit=_unfit(judged, settings),
    )


def _unfit(judged: JudgedCall, settings: QueueSettings) -> Exclusion | None:
    analyzed = judged.analyzed
    if analyzed.call.recording.duration_ms < settings.min_eligible_ms:
        return Exclusion.TOO_SHORT
    if analyzed.quality is not None and analyzed.quality.verdict is QualityVerdict.UNFIT:
        return Exclusion.UNFIT_AUDIO
    if analyzed.metrics.no_conversation:
        return Exclusion.NO_CONVERSATION
    return None
