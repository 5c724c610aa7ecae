"""What somebody looks for among the stored calls, and what was found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval

SEARCHED_METRICS: tuple[str, ...] = (
    "duration_ms",
    "agent_talk_ratio",
    "dead_air_ms",
    "hold_ms",
    "agent_interruptions",
    "longest_monologue_ms",
    "response_latency_median_ms",
    "speech_rate_cpm",
)
"""The metrics that calls can be searched by: fields of ConversationMetrics."""

Range = tuple[float | None, float | None]
"""Least and most, both included; None leaves the side open."""


def behaviour_subject(name: str) -> str:
    """How a behaviour that was found is called in a search."""
    return f"behaviour:{name}"


def criterion_subject(criterion_id: str) -> str:
    """How a criterion that failed is called in a search."""
    return f"criterion:{criterion_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Conditions that all have to hold; what is None or empty is not asked.

    `agent` is an id or a name. `since` is included, `until` is not. `findings` are
    subjects (`behaviour_subject`, `criterion_subject`). `metrics` has ranges by
    metric; a call in which it could not be measured is in no range.
    """

    agent: str | None = None
    team: str | None = None
    queue: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    findings: tuple[str, ...] = ()
    percent: Range = (None, None)
    metrics: Mapping[str, Range] = field(default_factory=dict)

    @property
    def asks_machine(self) -> bool:
        """Whether being found tells what the machine answered."""
        asked = set(self.metrics) - {"duration_ms"}
        return bool(self.findings or asked or self.percent != (None, None))


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindView:
    """From whom the machine's answers are hidden where a blind review is owed.

    Their own blind calls always; somebody else's unless `sees_others` or they have
    a task on the call themselves.
    """

    inspector_id: str | None
    sees_others: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCall:
    """A call of the list; `moment_id` orders calls by time and is a page's end.

    With `hides_machine` percent, passed and findings are empty.
    """

    moment_id: int
    call_id: str
    at: datetime
    agent_id: str | None
    agent_name: str | None
    team: str | None
    queue: str | None
    duration_ms: int
    percent: float | None
    passed: bool | None
    findings: str
    hides_machine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenPiece:
    """A stretch of a call in which a phrase may have been said.

    `piece_id` numbers it; what was said before it in the same call has smaller ones.
    """

    piece_id: int
    moment_id: int
    role: Role
    interval: Interval
    said: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A search that an account has kept; `query` is the page's query string."""

    saved_id: int
    name: str
    query: str
