"""Stretches of a channel and their levels."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.domain.interval import Interval

SAMPLE_RATE_HZ = 16_000
SAMPLES_PER_MS = SAMPLE_RATE_HZ // 1000
FRAME_MS = 20
FLOOR_DB = -100.0

ChannelAudio = NDArray[Any]
"""(channels, samples) at 16 kHz: float32 in -1..1, or int16."""

Samples = NDArray[np.float32]


def stretch(channels: ChannelAudio, channel: int, interval: Interval) -> Samples:
    """The samples of one channel within the interval, as float32."""
    first, last = interval.start_ms * SAMPLES_PER_MS, interval.end_ms * SAMPLES_PER_MS
    samples = channels[channel, first:last]
    if np.issubdtype(samples.dtype, np.integer):
        return samples.astype(np.float32) / np.float32(32768.0)
    return np.asarray(samples, dtype=np.float32)


def frame_powers(samples: Samples) -> Samples:
    """Mean power of each whole 20 ms, without its DC offset."""
    size = FRAME_MS * SAMPLES_PER_MS
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    return np.asarray(frames.var(axis=1), dtype=np.float32)


def decibels(power: Any) -> Any:
    """Power (1.0 is a full-scale square wave) in dB, never below -100."""
    return 10.0 * np.log10(np.maximum(power, 10.0 ** (FLOOR_DB / 10.0)))
