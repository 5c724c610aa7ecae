"""Inclusion probabilities: a random share for everybody, the rest by risk."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

UNIT = 1_000_000_000
"""Probabilities are whole billionths, so that they add up exactly."""

MIN_RISK = 0.02
"""What a call without any finding weighs beside a call of risk 1."""


def inclusion_units(risks: Sequence[float], n: int, random_share: float) -> tuple[int, ...]:
    """Each call's inclusion probability in billionths; they sum to n billion exactly.

    Every call gets `random_share` · n / N; the rest of n is shared in proportion
    to risk, capped so that no probability exceeds 1. With n ≥ N all are certain.
    """
    size = len(risks)
    if n >= size:
        return (UNIT,) * size
    if n <= 0:
        return (0,) * size
    floor = random_share * n / size
    weights = np.maximum(np.asarray(risks, dtype=np.float64), MIN_RISK)
    shares = floor + _shared_by_weight(weights, n - floor * size, 1.0 - floor)
    return _whole_units(shares, n)


def _shared_by_weight(
    weights: NDArray[np.float64], total: float, cap: float
) -> NDArray[np.float64]:
    """`total` in proportion to the weights, none above `cap` (total ≤ cap · size)."""
    capped = np.zeros(len(weights), dtype=bool)
    while True:
        free = ~capped
        if not free.any():
            return np.full(len(weights), cap)
        rate = (total - cap * capped.sum()) / weights[free].sum()
        over = free & (weights * rate > cap)
        if not over.any():
            return np.where(capped, cap, weights * rate)
        capped |= over


def _whole_units(shares: NDArray[np.float64], n: int) -> tuple[int, ...]:
    """Round to whole units by largest remainder, so that the sum is n units exactly."""
    exact = np.clip(shares, 0.0, 1.0) * UNIT
    units = np.floor(exact).astype(np.int64)
    remainders = exact - units
    missing = n * UNIT - int(units.sum())
    order = np.argsort(-remainders, kind="stable")
    while missing != 0:
        step = 1 if missing > 0 else -1
        for index in order if step > 0 else order[::-1]:
            if missing == 0:
                break
            if 0 < units[index] + step <= UNIT:
                units[index] += step
                missing -= step
    return tuple(int(u) for u in units)
