"""Two channels that carry one and the same sound are one."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

SAME_ABOVE = 0.98
SAME_LEVELS_ABOVE, HOPELESS_BELOW = 0.95, 0.7
MOST_DRIFT = 0.002
"""How much faster the clock of one channel may run: 0.2 %, far beyond cheap crystals."""

_BLOCK = 16_000 * 30
_FRAME = 320
_FRAMES, _LEAST_FRAMES, _ENOUGH_FRAMES = 500, 250, 3000
_SHIFT = 25  # frames: half a second that one channel may begin later

Floats = NDArray[np.float64]


def are_identical(channels: NDArray[Any]) -> bool:
    """Whether the first two channels of (channels, samples) hold the same sound.

    They correlate above 0.98, or their levels each 20 ms do above 0.95, every ten
    seconds as much earlier or later as fits best: clocks drift. Gain and sign do
    not matter. A silent channel is identical to nothing.
    """
    if channels.shape[0] < 2:
        return False
    return _same_samples(channels) or _same_levels(channels)


def _same_samples(channels: NDArray[Any]) -> bool:
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


def _same_levels(channels: NDArray[Any]) -> bool:
    left, right = (_levels(channels, channel) for channel in (0, 1))
    sums = np.zeros(3)
    for start in range(0, len(left) - _LEAST_FRAMES, _FRAMES):
        sums += _nearest(left, right, start)
        if start >= _ENOUGH_FRAMES and sums[0] < HOPELESS_BELOW * np.sqrt(sums[1] * sums[2]):
            return False  # looking far for a likeness in three hours takes a minute
    shared, left_var, right_var = sums
    return bool(shared > SAME_LEVELS_ABOVE * np.sqrt(left_var * right_var) > 0)


def _levels(channels: NDArray[Any], channel: int) -> Floats:
    parts = []
    scale = 32768.0 if np.issubdtype(channels.dtype, np.integer) else 1.0
    for start in range(0, channels.shape[1] // _FRAME * _FRAME, _BLOCK):
        block = channels[channel, start : start + _BLOCK].astype(np.float64) / scale
        parts.append(block[: len(block) // _FRAME * _FRAME].reshape(-1, _FRAME).std(axis=1))
    return np.convolve(np.concatenate([*parts, np.zeros(1)]), np.ones(3) / 3, mode="same")


def _nearest(left: Floats, right: Floats, start: int) -> Floats:
    """Covariance and both variances of ten seconds, the other channel as late as fits best."""
    most = _SHIFT + int(MOST_DRIFT * (start + _FRAMES))
    best = np.zeros(3)
    for shift in range(-most, most + 1):
        first = max(start, -shift)
        last = min(start + _FRAMES, len(left), len(right) - shift)
        if last - first < _LEAST_FRAMES:
            continue
        own = left[first:last] - left[first:last].mean()
        theirs = right[first + shift : last + shift] - right[first + shift : last + shift].mean()
        found = np.array([own @ theirs, own @ own, theirs @ theirs])
        likeness, likeliest = (f[0] / np.sqrt(f[1] * f[2] + 1e-30) for f in (found, best))
        if not best[1] or likeness > likeliest:
            best = found
    return best
