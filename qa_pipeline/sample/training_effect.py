"""Whether a training worked: difference in differences of the clauses' rates.

Effect = (trained after − trained before) − (others after − others before), over agents who
were trained against agents who are not yet trained (Callaway and Sant'Anna 2021, Journal
of Econometrics 225: 200). Each share is the honest estimate from the reviewed calls
(ADR 12); `contrast` says why its intervals count agents.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from scipy.stats import false_discovery_control

from qa_pipeline.domain.estimate import SMALL_SAMPLE, Estimate
from qa_pipeline.domain.training import (
    Clause,
    ClauseEffect,
    Difference,
    Side,
    SideRate,
    Verdict,
    Windows,
)
from qa_pipeline.sample.clause_data import ClauseData
from qa_pipeline.sample.contrast import Cells, Ints, agents_answered, cell_estimates, contrast

MIN_AGENTS = 5
"""Fewer agents with an answer on any side and nothing is said."""

MIN_ANSWERS = SMALL_SAMPLE
"""Fewer reviewed calls on any side and nothing is said."""

FEW_AGENTS = 10
FEW_ANSWERS = 100
"""Below these an effect carries the small-sample mark."""

FALSE_DISCOVERIES = 0.05

SIDE_TITLES: Mapping[Side, str] = {
    Side.TRAINED_BEFORE: "参训坐席培训前",
    Side.TRAINED_AFTER: "参训坐席培训后",
    Side.OTHERS_BEFORE: "未参训坐席培训前",
    Side.OTHERS_AFTER: "未参训坐席培训后",
}

_SIDES = tuple(Side)
_EFFECT = (-1.0, 1.0, 1.0, -1.0)
_GROUPS = (0, 0, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Who is compared: trained agents and those not yet trained; the rest is left out."""

    trained: frozenset[str]
    others: frozenset[str]


def windows_around(held_on: date, *, before_days: int = 28, after_days: int = 28) -> Windows:
    """Whole weeks on both sides of a training by default, its own day in neither."""
    return Windows(
        before_first=held_on - timedelta(days=before_days),
        before_last=held_on - timedelta(days=1),
        after_first=held_on + timedelta(days=1),
        after_last=held_on + timedelta(days=after_days),
    )


def clause_effect(
    clause: Clause,
    data: ClauseData,
    days: Sequence[date],
    windows: Windows,
    compared: Compared,
) -> ClauseEffect:
    """The effect on one clause; `days` says for each call of `data` when it took place."""
    tuning = data.tuning()
    cells = _effect_cells(data, days, windows, compared)
    estimates = cell_estimates(data, cells, tuning)
    n_agents = agents_answered(data, cells)
    rates = tuple(
        SideRate(
            side=side,
            share=e.share,
            n_agents=n,
            n_calls=e.n_calls,
            n_reviewed=e.n_reviewed,
            n_found=e.n_found,
        )
        for side, e, n in zip(_SIDES, estimates, n_agents, strict=True)
    )
    refused = _refusal(rates)
    effect = None if refused else contrast(data, cells, tuning, estimates)
    return ClauseEffect(
        clause=clause,
        rates=rates,
        effect=effect,
        level=_level(data, cells, tuning, estimates, rates),
        trend=_trend(data, days, windows, compared, tuning),
        verdict=Verdict.TOO_LITTLE if effect is None else _verdict(effect),
        refused_because=refused,
        is_small_sample=any(r.n_agents < FEW_AGENTS or r.n_reviewed < FEW_ANSWERS for r in rates),
    )


def with_verdicts(effects: Sequence[ClauseEffect]) -> tuple[ClauseEffect, ...]:
    """The effects with verdicts that hold the false discovery rate of all of them.

    Benjamini and Hochberg (1995): of several clauses of one training one is clear by
    chance more often than in one of twenty trainings.
    """
    p_values = [e.effect.p_value for e in effects if e.effect]
    if not p_values:
        return tuple(effects)
    adjusted = iter(false_discovery_control(p_values))
    return tuple(
        replace(e, verdict=Verdict.NOT_SHOWN)
        if e.effect and next(adjusted) >= FALSE_DISCOVERIES
        else e
        for e in effects
    )


def _verdict(effect: Difference) -> Verdict:
    if not effect.is_clear:
        return Verdict.NOT_SHOWN
    return Verdict.FELL if effect.value < 0 else Verdict.ROSE


def _effect_cells(
    data: ClauseData, days: Sequence[date], windows: Windows, compared: Compared
) -> Cells:
    late = np.array([_window(day, windows) for day in days], dtype=np.int64)
    return Cells(of_call=_crossed(data, late, compared), signs=_EFFECT, groups=_GROUPS)


def _crossed(data: ClauseData, late: Ints, compared: Compared) -> Ints:
    """0 and 1 trained before and after, 2 and 3 the others; -1 neither."""
    group = np.array([_group(agent, compared) for agent in data.agents], dtype=np.int64)
    return np.where((group < 0) | (late < 0), -1, 2 * group + late)


def _group(agent_id: str, compared: Compared) -> int:
    if agent_id in compared.trained:
        return 0
    return 1 if agent_id in compared.others else -1


def _window(day: date, windows: Windows) -> int:
    if windows.before_first <= day <= windows.before_last:
        return 0
    return 1 if windows.after_first <= day <= windows.after_last else -1


def _refusal(rates: Sequence[SideRate]) -> str | None:
    """What is missing in words; None where enough is there."""
    short = [
        f"{SIDE_TITLES[r.side]}只有 {r.n_agents} 名坐席、{r.n_reviewed} 通已复核"
        for r in rates
        if r.n_agents < MIN_AGENTS or r.n_reviewed < MIN_ANSWERS
    ]
    if not short:
        return None
    return f"数据不足：{'；'.join(short)}（每格至少 {MIN_AGENTS} 名坐席、{MIN_ANSWERS} 通）"


def _level(
    data: ClauseData,
    cells: Cells,
    tuning: float,
    estimates: Sequence[Estimate],
    rates: Sequence[SideRate],
) -> Difference | None:
    """Trained minus others before the training."""
    if _refusal([rates[0], rates[2]]):
        return None
    renamed = np.select([cells.of_call == 0, cells.of_call == 2], [0, 1], -1)
    pair = Cells(of_call=renamed, signs=(1.0, -1.0), groups=(0, 1))
    return contrast(data, pair, tuning, [estimates[0], estimates[2]])


def _trend(
    data: ClauseData,
    days: Sequence[date],
    windows: Windows,
    compared: Compared,
    tuning: float,
) -> Difference | None:
    """The same difference in differences where no training was: between the halves before."""
    length = (windows.before_last - windows.before_first).days + 1
    middle = windows.before_first + timedelta(days=length // 2)
    halves = replace(
        windows,
        before_last=middle - timedelta(days=1),
        after_first=middle,
        after_last=windows.before_last,
    )
    cells = _effect_cells(data, days, halves, compared)
    estimates = cell_estimates(data, cells, tuning)
    enough = min(agents_answered(data, cells)) >= MIN_AGENTS
    enough = enough and min(e.n_reviewed for e in estimates) >= MIN_ANSWERS
    return contrast(data, cells, tuning, estimates) if enough else None


def last_answered(data: ClauseData, days: Sequence[date], among: Collection[date]) -> date | None:
    """The last of the days `among` on which a call with an answer took place."""
    heard = {day for day, answered in zip(days, data.answered, strict=True) if answered}
    return max(heard & set(among), default=None)
