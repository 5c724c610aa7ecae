"""What was before the day that is planned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from qa_pipeline.domain.sampling import AgentRecord
from qa_pipeline.sample.candidate import QueueCandidate
from qa_pipeline.sample.review_time import SHIPPED, ReviewTimes
from qa_pipeline.settings import QueueSettings

UNKNOWN_AGENT = AgentRecord()
_WEEKDAYS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The past as it stood when the day began, so that planning again sees the same.

    `agents` by agent_id; `oldest_call_at` is how far back the store reaches; `gold` are the
    calls to test with, `seen_gold` who has had or reviewed which (inspector_id, call_id).
    """

    agents: Mapping[str, AgentRecord] = field(default_factory=dict)
    oldest_call_at: datetime | None = None
    times: ReviewTimes = SHIPPED
    gold: tuple[QueueCandidate, ...] = ()
    seen_gold: frozenset[tuple[str, str]] = frozenset()

    def of(self, agent_id: str | None) -> AgentRecord:
        return UNKNOWN_AGENT if agent_id is None else self.agents.get(agent_id, UNKNOWN_AGENT)

    @property
    def has_reviews(self) -> bool:
        return any(r.last_heard_at is not None for r in self.agents.values())


def midnight_of(day: date, settings: QueueSettings) -> datetime:
    """When the day begins at the centre."""
    return datetime.combine(day, time(), ZoneInfo(settings.centre_time_zone))


def weekdays_left(day: date) -> int:
    """How many weekdays the month still has, `day` included; at least 1."""
    last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    days = (day + timedelta(days=i) for i in range((last - day).days + 1))
    return max(1, sum(d.weekday() < _WEEKDAYS for d in days))
