"""How far inspectors agree: coefficients with bootstrap intervals, leniency, gold calls.

A unit is a call that several inspectors judged on one item; a rating is the category
that one of them gave. Formulas: K. L. Gwet, Handbook of Inter-Rater Reliability, 4th
ed. 2014, ch. 2-5; K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011.
Units with one rating count only towards how often categories are used (AC1).
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

Floats = NDArray[np.float64]
Unit = Mapping[str, str]
"""The category that each rater gave, by rater."""

N_BOOTSTRAPS = 1000
SMALL_SAMPLE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded:
    """A figure with its 95 % interval; None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The agreement on `n` units that at least two raters judged.

    κ takes every rater's own use of the categories (with two raters it is Cohen's, with
    more the mean over their pairs). κ and α are undefined where all gave one category.
    """

    n: int
    percent: Bounded
    kappa: Bounded
    ac1: Bounded
    alpha: Bounded

    @property
    def is_small_sample(self) -> bool:
        return self.n < SMALL_SAMPLE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tally:
    """Units as arrays; the last axis is the category.

    `counts` has the ratings of each unit. Each pair of ratings of one unit has a line:
    its unit, its two raters and its share of the unit's pairs.
    """

    counts: Floats
    by_rater: Floats
    pair_unit: NDArray[np.int64]
    pair_raters: NDArray[np.int64]
    pair_share: Floats
    agreed: Floats

    def summed(self, weights: Floats, of_unit: Floats) -> Floats:
        """The sum over units of what they hold, as often as `weights` say (B × units)."""
        flat = of_unit.reshape(len(of_unit), -1)
        return (weights @ flat).reshape(len(weights), *of_unit.shape[1:])


def agreement_of(units: Sequence[Unit]) -> Agreement:
    """Percent agreement, Cohen's κ, Gwet's AC1 and Krippendorff's α of nominal ratings.

    Intervals are percentiles over units drawn anew (the seed is a digest of the units);
    that of percent is Wilson's, from which also follow the others where everybody agreed.
    """
    units = sorted(units, key=lambda u: sorted(u.items()))
    double = [u for u in units if len(u) >= 2]
    nothing = Bounded(value=None, low=None, high=None)
    if not double:
        return Agreement(n=0, percent=nothing, kappa=nothing, ac1=nothing, alpha=nothing)
    tally = _tally(units)
    once = np.ones((1, len(units)))
    rng = np.random.default_rng(_seed(units))
    again = rng.multinomial(len(units), np.full(len(units), 1 / len(units)), N_BOOTSTRAPS)
    percent = float(_percent(tally, once)[0])
    wilson = binomtest(round(percent * len(double)), len(double)).proportion_ci(method="wilson")
    bounds = Bounded(value=percent, low=float(wilson.low), high=float(wilson.high))

    def bounded(coefficient: Callable[[_Tally, Floats], Floats]) -> Bounded:
        value = float(coefficient(tally, once)[0])
        if np.isnan(value):
            return nothing
        if percent == 1.0:
            return Bounded(value=value, low=_lowest(bounds.low or 0.0, tally), high=1.0)
        drawn = coefficient(tally, again.astype(np.float64))
        low, high = np.nanpercentile(drawn, [2.5, 97.5])
        return Bounded(value=value, low=float(low), high=float(high))

    return Agreement(
        n=len(double),
        percent=bounds,
        kappa=bounded(_kappa),
        ac1=bounded(_ac1),
        alpha=bounded(_alpha),
    )


def _tally(units: Sequence[Unit]) -> _Tally:
    categories = sorted({c for u in units for c in u.values()})
    raters = sorted({r for u in units for r in u})
    column = {c: i for i, c in enumerate(categories)}
    row = {r: i for i, r in enumerate(raters)}
    counts = np.zeros((len(units), max(2, len(categories))))
    by_rater = np.zeros((len(units), len(raters), counts.shape[1]))
    pairs: list[tuple[int, int, int, float, float]] = []
    for i, unit in enumerate(units):
        for rater, category in unit.items():
            counts[i, column[category]] += 1
            if len(unit) > 1:
                by_rater[i, row[rater], column[category]] = 1
        found = list(combinations(sorted(unit), 2))
        pairs += [(i, row[a], row[b], 1 / len(found), float(unit[a] == unit[b])) for a, b in found]
    unit_of, first, second, share, agreed = zip(*pairs, strict=True)
    return _Tally(
        counts=counts,
        by_rater=by_rater,
        pair_unit=np.array(unit_of),
        pair_raters=np.array([first, second]),
        pair_share=np.array(share),
        agreed=np.array(agreed),
    )


def _pair_mean(tally: _Tally, weights: Floats, of_pair: Floats) -> Floats:
    """The mean over units of the mean over their pairs."""
    share = weights[:, tally.pair_unit] * tally.pair_share
    with np.errstate(invalid="ignore"):
        found: Floats = (share * of_pair).sum(axis=1) / share.sum(axis=1)
    return found


def _percent(tally: _Tally, weights: Floats) -> Floats:
    return _pair_mean(tally, weights, tally.agreed)


def _beyond_chance(seen: Floats, expected: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(expected < 1 - 1e-12, (seen - expected) / (1 - expected), np.nan)
    return found


def _kappa(tally: _Tally, weights: Floats) -> Floats:
    used = tally.summed(weights, tally.by_rater)
    with np.errstate(invalid="ignore"):
        used = np.nan_to_num(used / used.sum(axis=2, keepdims=True))
    first, second = tally.pair_raters
    by_chance = (used[:, first] * used[:, second]).sum(axis=2)
    return _beyond_chance(_percent(tally, weights), _pair_mean(tally, weights, by_chance))


def _ac1(tally: _Tally, weights: Floats) -> Floats:
    per_unit = tally.counts / tally.counts.sum(axis=1, keepdims=True)
    used = tally.summed(weights, per_unit) / weights.sum(axis=1, keepdims=True)
    expected = (used * (1 - used)).sum(axis=1) / (used.shape[1] - 1)
    return _beyond_chance(_percent(tally, weights), expected)


def _alpha(tally: _Tally, weights: Floats) -> Floats:
    size = tally.counts.sum(axis=1)
    several = np.where(size[:, None] > 1, tally.counts, 0.0)
    unequal = several.sum(axis=1) ** 2 - (several**2).sum(axis=1)
    differ = weights @ (unequal / np.maximum(size - 1, 1))
    used = tally.summed(weights, several)
    total = used.sum(axis=1)
    by_chance = total**2 - (used**2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(by_chance > 0, 1 - (total - 1) * differ / by_chance, np.nan)


def _lowest(percent_low: float, tally: _Tally) -> float:
    """Of full agreement: what the lower bound of percent would be beyond chance."""
    used = (tally.counts / tally.counts.sum(axis=1, keepdims=True)).mean(axis=0)
    expected = float((used * (1 - used)).sum()) / (len(used) - 1)
    return float(_beyond_chance(np.array([percent_low]), np.array([expected]))[0])


def _seed(units: Sequence[Unit]) -> int:
    text = repr([sorted(u.items()) for u in units])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
