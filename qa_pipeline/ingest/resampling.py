"""Any rate to the 16 kHz that everything after ingest works with."""

from collections.abc import Iterable, Iterator

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from qa_pipeline.ingest.source import Block

WORKING_RATE_HZ = 16_000


def resampled(blocks: Iterable[tuple[int, Block]]) -> Iterator[Block]:
    """Yield the blocks at 16 kHz, each channel resampled apart so that none leaks.

    The output is as long as the input to within one sample; a rate that changes
    on the way starts a new resampler.
    """
    current_hz, resamplers = 0, list[AudioResampler]()
    for rate_hz, block in blocks:
        if rate_hz != current_hz:
            yield from _flushed(resamplers)
            current_hz, resamplers = rate_hz, []
            if rate_hz != WORKING_RATE_HZ:
                resamplers = [
                    AudioResampler(format="fltp", layout="mono", rate=WORKING_RATE_HZ)
                    for _ in range(block.shape[0])
                ]
        if resamplers:
            pairs = zip(resamplers, block, strict=True)
            yield from _stacked([_resample(r, _frame(row, rate_hz)) for r, row in pairs])
        else:
            yield block
    yield from _flushed(resamplers)


def _flushed(resamplers: list[AudioResampler]) -> Iterator[Block]:
    if resamplers:
        yield from _stacked([_resample(r, None) for r in resamplers])


def _stacked(rows: list[Block]) -> Iterator[Block]:
    if rows[0].size:
        yield np.stack(rows)


def _resample(resampler: AudioResampler, frame: AudioFrame | None) -> Block:
    # to_ndarray views memory that the next call overwrites, so every piece is copied.
    pieces = [np.array(out.to_ndarray()[0], np.float32) for out in resampler.resample(frame)]
    return np.concatenate(pieces) if pieces else np.empty(0, np.float32)


def _frame(row: Block, rate_hz: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(
        np.ascontiguousarray(row[np.newaxis, :]), format="fltp", layout="mono"
    )
    frame.sample_rate = rate_hz
    return frame
