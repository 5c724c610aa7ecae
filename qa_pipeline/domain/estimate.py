"""What a sample of reviewed calls says of all calls."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

SMALL_SAMPLE = 30
"""Below this many reviewed calls an estimate carries the small-sample mark."""

RARE_BELOW = 0.02
"""Below this share an estimate carries the mark `rare` and the exact kind of interval."""


class Item(NamedTuple):
    """What is counted: a criterion with its rubric_id, or with none `behaviour:arguing` …"""

    rubric_id: str
    name: str


ANY_BEHAVIOUR = Item("", "any_behaviour")
ANY_VIOLATION = Item("", "any_violation")


class Level(StrEnum):
    """Of whom an estimate speaks."""

    CENTRE = "centre"
    QUEUE = "queue"
    TEAM = "team"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The share of calls with a violation, estimated from the reviewed ones.

    `share`, `low` and `high` (95 %) are None where nothing was reviewed. `n_calls` is
    how many calls the share is of, `n_reviewed` how many of them have an answer,
    `n_found` in how many of those reviewers found the violation (two reviewers of one
    call who differ are half a find). `tuning` (0..1) is how far the machine's
    predictions were used: 0 is the weighted share of the reviewed calls alone.
    """

    share: float | None
    low: float | None
    high: float | None
    n_calls: int
    n_reviewed: int
    n_found: float
    tuning: float

    @property
    def is_small_sample(self) -> bool:
        return self.n_reviewed < SMALL_SAMPLE

    @property
    def is_rare(self) -> bool:
        return self.share is not None and self.share < RARE_BELOW


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateLine:
    """One estimate of one group; `name` is "" for the whole centre.

    Lines of one level and item that share a `tier` cannot be told apart: their
    intervals overlap, or others' bridge them. Tier 1 has the lowest shares. None for
    the centre and where nothing was reviewed.
    """

    level: Level
    name: str
    item: Item
    title: str
    estimate: Estimate
    tier: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """What the reviewed calls of some days say of all calls of these days.

    `planned` counts the calls that were drawn, `reviewed` those of them with a
    finished review. `silent_days` have no review and are not spoken of; on
    `unknown_days` calls were drawn before probabilities were kept. `gaps` counts
    classes of drawn calls that nobody has reviewed.
    """

    lines: tuple[EstimateLine, ...] = ()
    planned: int = 0
    reviewed: int = 0
    silent_days: tuple[date, ...] = ()
    unknown_days: tuple[date, ...] = ()
    gaps: int = 0
