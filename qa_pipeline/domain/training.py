"""A training that was held, and what the reviewed calls say that it changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What was trained on `held_on` (a day of the centre), with whom.

    `agents` are agent_ids, `clauses` detector ids (`script:greeting`,
    `behaviour:arguing`) or `manual:<criterion>`; both sorted, each once. `entry` counts the
    entries of this training from 1: a later one corrects those before it. A withdrawn
    training was recorded by mistake. `training_id` is 0 before it is stored.
    """

    training_id: int
    held_on: date
    title: str
    agents: tuple[str, ...]
    clauses: tuple[str, ...]
    trainer: str
    note: str
    recorded_by: str
    recorded_at: datetime
    entry: int = 1
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """What is trained and counted: a behaviour, or one criterion of the rubrics that have it.

    `rubric_ids` is empty for a behaviour, which every call is judged on.
    """

    clause_id: str
    title: str
    rubric_ids: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The criterion_id, or `behaviour:arguing`."""
        kind, _, name = self.clause_id.partition(":")
        return self.clause_id if kind == "behaviour" else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """The days that are compared, both ends included; the training's own day is in neither."""

    before_first: date
    before_last: date
    after_first: date
    after_last: date


class Side(StrEnum):
    """Which agents and which window a rate is of."""

    TRAINED_BEFORE = "trained_before"
    TRAINED_AFTER = "trained_after"
    OTHERS_BEFORE = "others_before"
    OTHERS_AFTER = "others_after"


@dataclass(frozen=True, slots=True, kw_only=True)
class SideRate:
    """One clause's share of calls with a violation on one side; None without any answer."""

    side: Side
    share: float | None
    n_agents: int
    n_calls: int
    n_reviewed: int
    n_found: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A difference of shares with its 95 % interval; `p_value` is two-sided."""

    value: float
    low: float
    high: float
    p_value: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval lies on one side of 0."""
        return self.low > 0 or self.high < 0


class Verdict(StrEnum):
    """What may be said of a training's effect on one clause."""

    TOO_LITTLE = "too little data"
    FELL = "fell"
    ROSE = "rose"
    NOT_SHOWN = "not shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseEffect:
    """How a clause's rate moved among the trained, beyond how it moved among the others.

    `effect` is the difference in differences, None where `refused_because` says what is
    missing. `level` is trained minus others before the training; `trend` is the same
    difference in differences between the two halves of the window before, which should be
    near 0. Both None where there is too little for them. `verdict` holds the false
    discovery rate of all clauses of the training at 5 %.
    """

    clause: Clause
    rates: tuple[SideRate, ...]
    effect: Difference | None
    level: Difference | None
    trend: Difference | None
    verdict: Verdict
    refused_because: str | None = None
    is_small_sample: bool = False

    def rate(self, side: Side) -> SideRate:
        return next(r for r in self.rates if r.side is side)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingEffect:
    """The effect of one training, clause by clause.

    `last_day` is the last day of the window after with any answer (None without), so that a
    window which is not over yet is seen. `left_out` are agents of this training who were
    trained on one of its clauses a second time within the windows: they count on no side
    of that clause.
    """

    training: Training
    windows: Windows
    left_out: tuple[str, ...]
    last_day: date | None
    clauses: tuple[ClauseEffect, ...]


def names_of(given: Iterable[str]) -> tuple[str, ...]:
    """Names without blanks and repetitions, sorted."""
    return tuple(sorted({name.strip() for name in given} - {""}))
