"""A recording on disk and the call that it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from qa_pipeline.domain.interval import Interval


class Role(StrEnum):
    AGENT = "agent"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One recording: its bytes' identity and what its container says.

    `recording_id` is the SHA-256 of the bytes in hex. `path` is where it lay
    when it was read (a path or URL); `name` the full file name. `audio_channels`
    is 0 for a ready transcript without audio; `duration_ms` is then the end of
    its last utterance.
    """

    recording_id: str
    path: str
    name: str
    sample_rate_hz: int
    duration_ms: int
    audio_channels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A recording with what the centre knows of the call.

    Fields that nobody delivered are None. `holds` are hold intervals from the
    metadata; `hold_ms` is a bare total, which excuses nothing. `agent_channel`
    is the audio channel on which the agent was said to be. `started_at` is aware.
    """

    call_id: str
    recording: Recording
    agent_id: str | None = None
    agent_name: str | None = None
    team: str | None = None
    queue: str | None = None
    direction: Direction | None = None
    started_at: datetime | None = None
    ring_ms: int | None = None
    holds: tuple[Interval, ...] = ()
    hold_ms: int | None = None
    hang_up_by: Role | None = None
    agent_channel: int | None = None
    customer_ref: str | None = None
    business_type: str | None = None
    rating: float | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
