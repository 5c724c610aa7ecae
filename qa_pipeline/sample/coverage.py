"""What calls weigh, and how often each agent has to be heard and may be heard today."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.sample.candidate import QueueCandidate
from qa_pipeline.sample.history import History, midnight_of, weekdays_left
from qa_pipeline.sample.probabilities import Groups, weights_of
from qa_pipeline.settings import QueueSettings

Floats = NDArray[np.float64]

_RARE = 0.5
_MIN_REACH = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """Bounds for the agents of a pool; `notes` say what cannot be met, with what is needed."""

    agents: tuple[str | None, ...]
    groups: Groups
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What raises an agent's calls today, for the weights and for the reasons."""

    is_new: bool
    has_complaints: bool
    days_unheard: int | None
    never_heard: bool


def weigh(
    pool: Sequence[QueueCandidate], settings: QueueSettings, day: date, history: History
) -> Floats:
    """Risk, more for new agents and where a complaint is about."""
    standing = standing_of(pool, settings, day, history)
    tells = complaints_tell(pool)
    factors = np.ones(len(pool))
    for index, candidate in enumerate(pool):
        agent = standing[candidate.agent_id]
        if agent.is_new:
            factors[index] *= settings.new_agent_factor
        if agent.has_complaints or (tells and candidate.is_complaint):
            factors[index] *= settings.complaint_factor
    weighted: Floats = weights_of([c.risk for c in pool]) * factors
    return weighted


def complaints_tell(pool: Sequence[QueueCandidate]) -> bool:
    """Whether being a complaint sets a call apart; in a complaint centre it does not."""
    return sum(c.is_complaint for c in pool) < _RARE * len(pool)


def standing_of(
    pool: Sequence[QueueCandidate], settings: QueueSettings, day: date, history: History
) -> dict[str | None, Standing]:
    """How each agent of the pool stands on the day."""
    midnight = midnight_of(day, settings)
    newer_than = midnight - timedelta(days=settings.new_agent_days)
    # Nobody is new to a store that has only just begun.
    oldest = history.oldest_call_at
    agents = {c.agent_id for c in pool}
    complained = {a for a in agents if history.of(a).complaints > 0}
    tells = complaints_tell(pool) and len(complained) < _RARE * max(1, len(agents))
    standing: dict[str | None, Standing] = {}
    for agent in agents:
        record = history.of(agent)
        first, last = record.first_call_at, record.last_heard_at
        since = None if last is None else (midnight - last.astimezone(midnight.tzinfo)).days
        standing[agent] = Standing(
            is_new=first is not None
            and oldest is not None
            and first >= newer_than
            and first - oldest >= _MIN_REACH,
            has_complaints=tells and agent in complained,
            days_unheard=since,
            never_heard=agent is not None and last is None,
        )
    return standing


def fairness(
    pool: Sequence[QueueCandidate],
    n: int,
    settings: QueueSettings,
    day: date,
    history: History,
    today: Mapping[str, int],
) -> Fairness:
    """Every agent heard `min_per_agent_month` times a month, and nobody twice a day unneeded.

    An agent that still misses hearings is certain to be drawn, as long as the
    coverage share of the draw suffices for all of them; otherwise they share it
    alike, and near the month's end it grows to what is missing a day. Once there
    are more places than agents, each may be heard up to twice the even share.
    `today` are calls of agents that are certain already. Calls without an agent are
    bounded by nothing.
    """
    agents = tuple(sorted({c.agent_id for c in pool}, key=lambda a: (a is not None, a or "")))
    number = {agent: i for i, agent in enumerate(agents)}
    of_call = np.array([number[c.agent_id] for c in pool], dtype=np.int64)
    counts = np.bincount(of_call, minlength=len(agents)).astype(np.float64)
    known = np.array([agent is not None for agent in agents], dtype=bool)
    certain = [today.get(a or "", 0) for a in agents]
    left = weekdays_left(day)
    missing = np.array(
        [
            max(0, settings.min_per_agent_month - history.of(a).heard_this_month - had)
            for a, had in zip(agents, certain, strict=True)
        ],
        dtype=np.float64,
    )
    missing[~known] = 0.0
    wanted = np.minimum(np.ceil(missing / left), counts)
    needed = max(settings.coverage_share * n, float(missing.sum()) / left)
    budget = min(needed, (1.0 - settings.random_share) * n)
    low = wanted * min(1.0, budget / max(float(wanted.sum()), 1e-12))
    even = _even_share(counts, known, n)
    cap = float(even if even <= 1 else 2 * even)
    high = np.where(known, np.maximum(cap - np.array(certain, dtype=np.float64), wanted), counts)
    return Fairness(
        agents=agents,
        groups=Groups(of_call=of_call, low=low, high=high),
        notes=_notes(missing, n, left, day, settings),
    )


def _even_share(counts: Floats, known: NDArray[np.bool_], n: int) -> int:
    """The smallest number of calls an agent with which n calls can be found."""
    free = float(counts[~known].sum())
    for calls in range(1, int(counts.max(initial=1.0)) + 1):
        if np.minimum(counts[known], calls).sum() + free >= n:
            return calls
    return max(1, int(counts.max(initial=1.0)))


def _notes(
    missing: Floats, n: int, left: int, day: date, settings: QueueSettings
) -> tuple[str, ...]:
    short = int(missing.sum())
    if n == 0 or short <= n * left:
        return ()
    return (
        f"{day.month} 月每名坐席至少抽听 {settings.min_per_agent_month} 通：今天有"
        f" {int((missing > 0).sum())} 名坐席还差 {short} 通，余下 {left} 个工作日每天需要"
        f" {math.ceil(short / left)} 通，今天只能安排 {n} 通",
    )
