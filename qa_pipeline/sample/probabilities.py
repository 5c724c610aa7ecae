"""Inclusion probabilities: a random share for everybody, the rest by weight, within bounds.

Call k of agent a gets min(1, floor + rate_a · weight_k). The floor is the random
share. The rate is the same for every agent, but for those whose calls together would
come to less than their minimum or to more than their maximum.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNIT = 1_000_000_000
"""Probabilities are whole billionths, so that they add up exactly."""

BY_CHANCE, BY_DOUBT = 0.35, 0.30
"""How what is not random is shared: by the chance of a violation, and by how unsure it is."""

UNSEEN_SHARE = 0.15
"""How much of what is wrong no detector sees: it may be in any call."""

_LEAST_RISK = 1e-6

_HALVINGS = 80
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Which group (agent) each call belongs to, and what its calls' probabilities may sum to.

    `of_call` numbers the groups from 0; `low` and `high` have one figure a group,
    in expected calls.
    """

    of_call: Ints
    low: Floats
    high: Floats


def inclusion_units(risks: Sequence[float], n: int, random_share: float) -> tuple[int, ...]:
    """Each call's inclusion probability in billionths; they sum to n billion exactly.

    Every call gets `random_share` · n / N; the rest of n is shared in proportion
    to risk, capped so that no probability exceeds 1. With n ≥ N all are certain.
    """
    together = Groups(
        of_call=np.zeros(len(risks), dtype=np.int64),
        low=np.zeros(1),
        high=np.full(1, float(len(risks))),
    )
    units = bounded_units(weights_of(risks), together, n, random_share)
    return tuple(int(u) for u in units)


def weights_of(risks: Sequence[float]) -> Floats:
    """What calls weigh: partly their risk (finds most), partly how unsure it is (tells most).

    Neyman's allocation goes by a call's standard deviation, √q(1 − q); q is the risk, a
    little drawn to the mean. Above ½ it stays at its height, so that more risk never
    weighs less. docs/benchmarks.md, Sampling, says what the mixture reaches.
    """
    if not len(risks):
        return np.zeros(0)
    risk = np.clip(np.asarray(risks, dtype=np.float64), _LEAST_RISK, 1.0)
    guess = (1.0 - UNSEEN_SHARE) * risk + UNSEEN_SHARE * risk.mean()
    guess = np.minimum(guess, 0.5)
    unsure = np.sqrt(np.maximum(guess * (1.0 - guess), _LEAST_RISK))
    mixed: Floats = BY_CHANCE * risk / risk.mean() + BY_DOUBT * unsure / unsure.mean()
    return mixed


def bounded_units(weights: Floats, groups: Groups, n: int, random_share: float) -> Ints:
    """Inclusion probabilities in billionths that sum to n billion and keep the bounds.

    A group's sum is exact in billionths too: a minimum of 1 is one whole UNIT. The
    random share goes before the maxima, the size of the draw before both bounds:
    where they contradict it they are widened alike.
    """
    size = len(weights)
    if n >= size:
        return np.full(size, UNIT, dtype=np.int64)
    if n <= 0:
        return np.zeros(size, dtype=np.int64)
    floor = random_share * n / size
    mass = _Mass(weights, groups.of_call, floor, len(groups.low))
    least, most = mass.at(np.zeros(len(groups.low))), mass.counts
    high = np.minimum(np.maximum(groups.high, least), most)
    high = _widened(high, most, float(n))
    low = np.clip(groups.low, least, high)
    low = least + (low - least) * min(1.0, (n - least.sum()) / max((low - least).sum(), 1e-12))
    totals = _totals(mass, low, high, float(n))
    whole = _whole_totals(totals, low, high, mass.counts, n)
    shares = mass.of_calls(mass.rates_for(whole / UNIT))
    return _whole_units(shares, groups.of_call, whole)


class _Mass:
    """How much probability groups have at given rates."""

    def __init__(self, weights: Floats, of_call: Ints, floor: float, n_groups: int) -> None:
        self._weights, self._of_call, self._floor = weights, of_call, floor
        self._n_groups = n_groups
        self.counts = np.bincount(of_call, minlength=n_groups).astype(np.float64)
        self.top_rate = (1.0 - floor) / float(weights.min())

    def of_calls(self, rates: Floats) -> Floats:
        shares: Floats = np.minimum(1.0, self._floor + rates[self._of_call] * self._weights)
        return shares

    def at(self, rates: Floats) -> Floats:
        sums = np.bincount(self._of_call, self.of_calls(rates), minlength=self._n_groups)
        return sums.astype(np.float64)

    def rates_for(self, totals: Floats) -> Floats:
        """The rate at which each group's calls sum to its total, by halving."""
        below, above = np.zeros(self._n_groups), np.full(self._n_groups, self.top_rate)
        for _ in range(_HALVINGS):
            middle = (below + above) / 2
            short = self.at(middle) < totals
            below, above = np.where(short, middle, below), np.where(short, above, middle)
        return above


def _widened(high: Floats, most: Floats, n: float) -> Floats:
    """Maxima that leave room for n calls: each goes the same part of the way to all its calls."""
    missing = n - high.sum()
    if missing <= 0:
        return high
    part = min(1.0, missing / max(float((most - high).sum()), 1e-12))
    widened: Floats = high + (most - high) * part
    return widened


def _totals(mass: _Mass, low: Floats, high: Floats, n: float) -> Floats:
    """Each group's sum at the one rate that gives n calls in all."""
    below, above = 0.0, mass.top_rate
    totals = high
    for _ in range(_HALVINGS):
        middle = (below + above) / 2
        totals = np.clip(mass.at(np.full(len(low), middle)), low, high)
        if totals.sum() < n:
            below = middle
        else:
            above = middle
    return totals


def _whole_totals(totals: Floats, low: Floats, high: Floats, counts: Floats, n: int) -> Ints:
    """Whole billionths that sum to n billion; groups at a bound give way last.

    A group of c calls gets between c (each has some chance) and c billion.
    """
    least = counts.astype(np.int64)
    most = least * UNIT
    whole = np.clip(np.rint(totals * UNIT).astype(np.int64), least, most)
    at_bound = (totals <= low) | (totals >= high)
    missing = n * UNIT - int(whole.sum())
    bounds = np.rint(low * UNIT).astype(np.int64), np.rint(high * UNIT).astype(np.int64)
    for yielding, (lowest, highest) in ((~at_bound, bounds), (at_bound, (least, most))):
        for index in np.flatnonzero(yielding):
            # Nearly always a few billionths, which the first group takes.
            if missing > 0:
                step = max(0, min(missing, int(highest[index] - whole[index])))
            else:
                step = min(0, max(missing, int(lowest[index] - whole[index])))
            whole[index] += step
            missing -= step
            if not missing:
                return whole
    return whole


def _whole_units(shares: Floats, of_call: Ints, totals: Ints) -> Ints:
    """Round to whole billionths so that each group's calls sum to its total exactly."""
    exact = np.clip(shares, 0.0, 1.0) * UNIT
    units: Ints = np.clip(np.floor(exact).astype(np.int64), 1, UNIT)
    order = np.lexsort((np.arange(len(units)), units - exact, of_call))
    while True:
        sums = np.zeros(len(totals), dtype=np.int64)
        np.add.at(sums, of_call, units)
        missing = totals - sums
        if not missing.any():
            return units
        step = np.sign(missing)[of_call]
        may = ((step > 0) & (units < UNIT)) | ((step < 0) & (units > 1))
        rank = _rank_in_group(may[order], of_call[order])
        chosen = order[may[order] & (rank < np.abs(missing)[of_call[order]])]
        units[chosen] += step[chosen]


def _rank_in_group(counted: NDArray[np.bool_], groups: Ints) -> Ints:
    """How many counted ones stand before each within its group; groups stand together."""
    running: Ints = np.cumsum(counted) - counted
    starts = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]])
    offsets: Ints = np.repeat(running[starts], np.diff(np.r_[starts, len(groups)]))
    ranks: Ints = running - offsets
    return ranks
