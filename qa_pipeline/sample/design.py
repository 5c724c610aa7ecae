"""The day's design: every call's probability, and the calls that it drew."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.domain.review import ReviewTask
from qa_pipeline.sample.candidate import QueueCandidate
from qa_pipeline.sample.coverage import fairness
from qa_pipeline.sample.draw import draw_calls
from qa_pipeline.sample.history import History
from qa_pipeline.sample.probabilities import UNIT, bounded_units
from qa_pipeline.settings import QueueSettings

DESIGN = "agent-ordered-systematic-3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """`units` are probabilities in billionths by call_id, `drawn` the calls that are in."""

    units: Mapping[str, int]
    drawn: frozenset[str]
    notes: tuple[str, ...] = ()

    def probability(self, call_id: str) -> float:
        return self.units[call_id] / UNIT

    @property
    def mean_probability(self) -> float:
        return sum(self.units.values()) / UNIT / max(1, len(self.units))

    @property
    def takes_all(self) -> bool:
        return all(u == UNIT for u in self.units.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnFrom:
    """What a draw depends on besides its size."""

    pool: tuple[QueueCandidate, ...]
    weights: NDArray[np.float64]
    settings: QueueSettings
    day: date
    history: History
    seed: int


def draw_design(given: DrawnFrom, n: int, started: Sequence[ReviewTask]) -> Design:
    """Draw n calls; calls whose review was started are always among them.

    Where the design is the one that the started tasks come from, it draws them again
    and nothing changes. Otherwise they are certain now, and the others are drawn from
    the rest of the frame under a seed of their own: given what was started, every
    probability is exact (docs/adr/0011).
    """
    in_pool = {c.call_id for c in given.pool}
    kept = {
        t.call_id: t
        for t in started
        if t.inclusion_probability is not None and t.call_id in in_pool
    }
    whole = _drawn(given, n, given.seed, Counter())
    if all(_is_same_draw(task, whole, given.seed) for task in kept.values()):
        return whole
    rest = _without(given, kept)
    today = Counter(c.agent_id for c in given.pool if c.call_id in kept and c.agent_id)
    again = _drawn(rest, max(0, n - len(kept)), _seed_given(given.seed, kept), today)
    return Design(
        units={**again.units, **dict.fromkeys(kept, UNIT)},
        drawn=again.drawn | kept.keys(),
        notes=again.notes,
    )


def _drawn(given: DrawnFrom, n: int, seed: int, today: Mapping[str, int]) -> Design:
    if not given.pool:
        return Design(units={}, drawn=frozenset())
    fair = fairness(given.pool, n, given.settings, given.day, given.history, today)
    shares = bounded_units(given.weights, fair.groups, n, given.settings.random_share)
    units = {c.call_id: int(u) for c, u in zip(given.pool, shares, strict=True)}
    agent_of = {c.call_id: c.agent_id for c in given.pool}
    return Design(units=units, drawn=frozenset(draw_calls(units, seed, agent_of)), notes=fair.notes)


def _is_same_draw(task: ReviewTask, design: Design, seed: int) -> bool:
    return (
        task.seed == seed
        and task.call_id in design.drawn
        and task.inclusion_probability == design.probability(task.call_id)
    )


def _without(given: DrawnFrom, kept: Mapping[str, ReviewTask]) -> DrawnFrom:
    stays = [c.call_id not in kept for c in given.pool]
    return DrawnFrom(
        pool=tuple(c for c, s in zip(given.pool, stays, strict=True) if s),
        weights=given.weights[np.array(stays, dtype=bool)],
        settings=given.settings,
        day=given.day,
        history=given.history,
        seed=given.seed,
    )


def _seed_given(seed: int, kept: Mapping[str, ReviewTask]) -> int:
    # The first draw's seed would tie the second to what was started of the first.
    text = f"{seed}|{'|'.join(sorted(kept))}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def design_id_of(settings: QueueSettings) -> str:
    """Names the design and every setting that it depends on."""
    used = (
        DESIGN, settings.random_share, settings.min_eligible_ms, settings.min_per_agent_month,
        settings.coverage_share, settings.new_agent_days, settings.new_agent_factor,
        settings.complaint_days, settings.complaint_factor, settings.complaint_words,
        settings.double_share, settings.gold_share,
    )  # fmt: skip
    return f"{DESIGN}-{hashlib.sha256(repr(used).encode()).hexdigest()[:8]}"


def default_seed(day: date, design_id: str) -> int:
    """The seed of a day that nobody gave one: a digest of day and design."""
    digest = hashlib.sha256(f"{day.isoformat()}|{design_id}".encode()).digest()
    return int.from_bytes(digest[:4], "big")
