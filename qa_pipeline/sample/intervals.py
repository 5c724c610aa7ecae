"""Intervals for weighted counts of which few were seen."""

from collections.abc import Callable
from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gammainc, gammaincinv

Floats = NDArray[np.float64]

_TAIL = 0.025
"""Each side of a 95 % interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """How far a sum may lie below and above what was seen, both ≥ 0."""

    below: float
    above: float


def margins_of_sum(pieces: Floats, largest: float, *, exact: bool) -> Margins:
    """95 % margins of a sum of rare non-negative pieces, of which `pieces` were seen.

    The pieces are taken for a weighted sum of Poisson counts and their sum for a
    gamma variate with the same mean and variance; the upper bound allows for one
    more piece of size `largest` (Fay and Feuer 1997, Statistics in Medicine 16: 791).
    One piece of equal size each makes it the exact Poisson interval. `exact` takes
    that interval, else its mid-P version (Fay and Kim 2017, Biometrical Journal 59).
    """
    seen, variance = float(pieces.sum()), float(np.square(pieces).sum())
    if largest <= 0:
        return Margins(below=0.0, above=0.0)
    more, more_variance = seen + largest, variance + largest**2
    if exact:
        low = _gamma_quantile(_TAIL, seen, variance)
        high = _gamma_quantile(1 - _TAIL, more, more_variance)
    else:
        low, high = _mid_p(seen, variance, more, more_variance)
    return Margins(below=max(0.0, seen - low), above=max(0.0, high - seen))


def margins_of_difference(plus: Margins, minus: Margins) -> Margins:
    """Margins of plus − minus from those of two independent sums.

    The method of variance estimates recovery (Zou and Donner 2008, Statistics in
    Medicine 27: 1693): each side has the root of the squares of what pulls that way.
    """
    return Margins(
        below=hypot(plus.below, minus.above),
        above=hypot(plus.above, minus.below),
    )


def _gamma_quantile(probability: float, mean: float, variance: float) -> float:
    if mean <= 0 or variance <= 0:
        return 0.0
    return float(gammaincinv(mean**2 / variance, probability)) * variance / mean


def _gamma_share(x: float, mean: float, variance: float) -> float:
    if mean <= 0 or variance <= 0:
        return 1.0
    return float(gammainc(mean**2 / variance, x * mean / variance))


def _mid_p(seen: float, variance: float, more: float, more_variance: float) -> tuple[float, float]:
    """Quantiles of the even mixture of the lower and the upper gamma variate."""

    def mixed(x: float) -> float:
        return (_gamma_share(x, seen, variance) + _gamma_share(x, more, more_variance)) / 2

    top = _gamma_quantile(1 - _TAIL / 4, more, more_variance)
    low = 0.0 if mixed(0.0) >= _TAIL else _root(lambda x: mixed(x) - _TAIL, top)
    return low, _root(lambda x: mixed(x) - (1 - _TAIL), 2 * top)


def _root(function: Callable[[float], float], top: float) -> float:
    return float(brentq(function, 0.0, top, xtol=1e-7 * top))
