"""A recorder's constant offset, taken away before anybody listens or measures.

An offset is no sound, yet it looks like a loud channel to whatever squares samples.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from qa_pipeline.ingest.source import Block

LEAST_OFFSET = 0.003
"""Smaller means are left alone: most recordings then pass through bit by bit."""

_LEAST_SAMPLES = 16_000  # the mean of less than a second may be speech


def without_offset(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks of (channels, samples) at 16 kHz, each channel around zero.

    The offset is each block's mean; between two blocks it moves in a straight
    line, so that nothing clicks.
    """
    before: Block | None = None
    for block in blocks:
        if before is None or block.shape[1] >= _LEAST_SAMPLES:
            now = block.mean(axis=1, dtype=np.float64).astype(np.float32)
            now[np.abs(now) < LEAST_OFFSET] = 0.0
        else:
            now = before
        start = now if before is None else before
        before = now
        if start.any() or now.any():
            line = np.linspace(start, now, block.shape[1], axis=1, dtype=np.float32)
            yield block - line
        else:
            yield block
