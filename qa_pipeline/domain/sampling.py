"""What drawing calls for review needs to know of calls and agents, and what it leaves behind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Unfit(StrEnum):
    """Why a call may never be drawn, whatever its length; the value is what people read."""

    AUDIO = "音质无法判断"
    NO_CONVERSATION = "没有通话内容"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLoad:
    """What takes time in a review: sound around evidence, the rest, pieces to decide on."""

    heard_ms: int
    rest_ms: int
    n_spans: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSummary:
    """One judgement, reduced to what the queue and the estimates read of it.

    `risk` (0..1) orders calls, it is no calibrated probability. `findings` says
    in words what the machine found, "" when nothing. `predicted` is how likely a
    violation is, by detector_id; what could not be measured is left out.
    `abstained` when no detector came to an answer. `version` names the code that
    made the summary.
    """

    call_id: str
    version: str
    risk: float
    findings: str
    load: ReviewLoad
    unfit: Unfit | None
    abstained: bool
    predicted: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SummarizedCall:
    """A stored call as planning reads it: who spoke, when, how long, and its summary."""

    call_id: str
    agent_id: str | None
    team: str | None
    started_at: datetime
    duration_ms: int
    is_complaint: bool
    risk: float
    findings: str
    load: ReviewLoad
    unfit: Unfit | None
    abstained: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRecord:
    """What happened to an agent before the day that is planned.

    `heard_this_month` counts reviewed calls, `heard_by` this month's tasks by
    inspector_id, `complaints` recent calls that were complaints.
    """

    first_call_at: datetime | None = None
    last_heard_at: datetime | None = None
    heard_this_month: int = 0
    complaints: int = 0
    heard_by: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameCall:
    """A call that could have been drawn on a day, drawn or not.

    `inclusion_probability` is None where the day was planned before probabilities
    were kept for the whole frame. `rubric_id` is of the current judgement. `predicted`
    as in `CallSummary`; empty where the call was never summarized.
    """

    call_id: str
    day: date
    agent_id: str | None
    team: str | None
    queue: str | None
    rubric_id: str
    inclusion_probability: float | None
    design_id: str | None
    predicted: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedReview:
    """How long a review took, and what there was to hear."""

    inspector_id: str
    load: ReviewLoad
    spent_ms: int
