"""Two channels that carry one and the same sound are one."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

SAME_ABOVE = 0.98
_BLOCK = 16_000 * 30


def are_identical(channels: NDArray[Any]) -> bool:
    """Whether the first two channels of (channels, samples) correlate above 0.98.

    Gain and sign do not matter. A silent channel is identical to nothing.
    """
    if channels.shape[0] < 2:
        return False
    sums = np.zeros(5)
    for start in range(0, channels.shape[1], _BLOCK):
        block = channels[:2, start : start + _BLOCK].astype(np.float32)
        left, right = block
        sums += (left.sum(), right.sum(), left @ left, right @ right, left @ right)
    n = max(1, channels.shape[1])
    left_var = sums[2] - sums[0] ** 2 / n
    right_var = sums[3] - sums[1] ** 2 / n
    shared = sums[4] - sums[0] * sums[1] / n
    if left_var <= 0 or right_var <= 0:
        return False
    return bool(abs(shared) > SAME_ABOVE * np.sqrt(left_var * right_var))
