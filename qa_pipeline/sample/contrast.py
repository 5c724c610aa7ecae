"""Differences between shares of several cells of calls, with intervals that know the agents.

Calls of one agent resemble each other, and an agent's calls before and after belong
together: the unit of chance is the agent. The interval leaves agents out one at a time
(jackknife, CV3; MacKinnon, Nielsen, Webb 2023, Journal of Econometrics 232: 272), with
Student's t and the degrees of freedom of Satterthwaite (1946) over the groups. With few
finds in a cell that interval is blind to what was not drawn: there each side is at least as
wide as the cells' own gamma intervals (ADR 12) joined by MOVER (Zou and Donner 2008).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

from qa_pipeline.domain.estimate import Estimate
from qa_pipeline.domain.training import Difference
from qa_pipeline.sample.clause_data import ClauseData
from qa_pipeline.sample.estimates import estimate_share

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_TWO_SIDED = float(norm.ppf(0.975))
_UPPER = 0.975

FEW_FINDS = 10
"""Fewer violations among a cell's reviewed calls and its own interval counts too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Which cell a call is in (-1: none), each cell's sign in the difference, and its group.

    Cells of one group may share agents; those of different groups do not.
    """

    of_call: Ints
    signs: tuple[float, ...]
    groups: tuple[int, ...]


def cell_estimates(data: ClauseData, cells: Cells, tuning: float) -> tuple[Estimate, ...]:
    """Each cell's share with its own interval, as the reports print it."""
    return tuple(
        estimate_share(
            data.weights,
            data.predicted,
            data.answers,
            inside=cells.of_call == k,
            tuning=tuning,
        )
        for k in range(len(cells.signs))
    )


def agents_answered(data: ClauseData, cells: Cells) -> tuple[int, ...]:
    """How many agents have an answer in each cell."""
    agents = np.array(data.agents)
    return tuple(
        len(set(agents[data.answered & (cells.of_call == k)])) for k in range(len(cells.signs))
    )


def contrast(
    data: ClauseData, cells: Cells, tuning: float, estimates: Sequence[Estimate]
) -> Difference | None:
    """The signed sum of the cells' shares; None where a cell is empty or has one agent only.

    `estimates` are those of `cell_estimates`.
    """
    shares = [e.share for e in estimates if e.share is not None]
    if len(shares) < len(estimates) or min(agents_answered(data, cells), default=0) < 2:
        return None
    value = float(np.dot(cells.signs, shares))
    agents = _agent_margin(data, cells, tuning)
    below = above = agents
    if min(e.n_found for e in estimates) < FEW_FINDS:
        down, up = _joined(estimates, cells.signs)
        below, above = max(below, down), max(above, up)
    towards = below if value > 0 else above
    return Difference(
        value=value,
        low=value - below,
        high=value + above,
        p_value=_p_value(value, towards),
    )


def _p_value(value: float, margin: float) -> float:
    """Two-sided, as if the 95 % margin towards 0 were 1.96 standard errors."""
    if margin <= 0:
        return 1.0 if value == 0 else 0.0
    return float(2 * norm.sf(abs(value) / margin * _TWO_SIDED))


def _joined(estimates: Sequence[Estimate], signs: Sequence[float]) -> tuple[float, float]:
    below = above = 0.0
    for estimate, sign in zip(estimates, signs, strict=True):
        share, low, high = estimate.share or 0.0, estimate.low or 0.0, estimate.high or 0.0
        down, up = share - low, high - share
        below = hypot(below, down if sign > 0 else up)
        above = hypot(above, up if sign > 0 else down)
    return below, above


def _agent_margin(data: ClauseData, cells: Cells, tuning: float) -> float:
    """Half the width of the agents' interval: each left out once, group by group."""
    sums = _sums_by_agent(data, cells, tuning)
    signs = np.array(cells.signs)
    whole = float(signs @ _shares(sums.sum(axis=1), tuning))
    without = sums.sum(axis=1, keepdims=True) - sums
    moved = signs @ _shares(without, tuning) - whole
    in_cell = sums[0] > 0
    variances, freedoms = [], []
    for group in sorted(set(cells.groups)):
        columns = [k for k, g in enumerate(cells.groups) if g == group]
        members = in_cell[:, columns].any(axis=1)
        n = int(members.sum())
        variances.append((n - 1) / n * float(np.square(moved[members]).sum()))
        freedoms.append(n - 1)
    total = sum(variances)
    if total <= 0:
        return 0.0
    freedom = total**2 / sum(v**2 / f for v, f in zip(variances, freedoms, strict=True))
    return float(t.ppf(_UPPER, freedom)) * sqrt(total)


def _sums_by_agent(data: ClauseData, cells: Cells, tuning: float) -> Floats:
    """(4, agents, cells): weight, weighted residual, calls, predictions."""
    inside = (cells.of_call >= 0) & data.weights.covered
    _, agent = np.unique(np.array(data.agents)[inside], return_inverse=True)
    n_agents, n_cells = int(agent.max(initial=-1)) + 1, len(cells.signs)
    where = agent * n_cells + cells.of_call[inside]
    weight = data.weights.of_call[inside]
    residual = data.answers[inside] - tuning * data.predicted[inside]
    columns = (weight, weight * residual, np.ones(len(weight)), data.predicted[inside])
    size = n_agents * n_cells
    return np.stack([np.bincount(where, c, size).reshape(n_agents, n_cells) for c in columns])


def _shares(sums: Floats, tuning: float) -> Floats:
    """Each cell's share from (4, …, cells), as (cells, …)."""
    weight, weighted, calls, predicted = sums
    seen = np.divide(weighted, weight, out=np.zeros_like(weight), where=weight > 1e-12)
    foreseen = np.divide(predicted, calls, out=np.zeros_like(calls), where=calls > 0.5)
    shares: Floats = np.moveaxis(seen + tuning * foreseen, -1, 0)
    return shares
