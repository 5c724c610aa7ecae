"""How one agent does: scores of calls, and how often lines lost points."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredCall:
    """A call with the percent that counts."""

    call_id: str
    at: datetime
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCount:
    """Of the `n` calls in which a line was judged, in how many it lost points."""

    rubric_id: str
    criterion_id: str
    n: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSums:
    """An agent's scored calls: how many, the sum of their percents and of the squares."""

    agent_id: str
    name: str | None
    team: str | None
    n: int
    total: float
    squares: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanScore:
    """The mean percent of `n` calls with its 95 % interval, all 0..100."""

    n: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekScore:
    """One week, named by its Monday in the centre's zone."""

    monday: date
    score: MeanScore
