"""Where digits are dictated, told by what the encoder made of the sound.

The recognizer writes 邮霸士 for 幺八四, but its encoder heard the digits: a small network
over its output tells frames of dictation from other talk. It was fitted by
`benchmarks/fit_digits.py` on the embedded model, and knows the output of no other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.domain.dictated import Dictated
from qa_pipeline.domain.interval import Interval, union
from qa_pipeline.transcribe.assemble import Recognized
from qa_pipeline.transcribe.decoder import Encoded
from qa_pipeline.transcribe.windows import Window

FRAME_MS = 20
POOLS = ((-24, -11), (-10, -5), (-4, -2), (-1, 1), (2, 4), (5, 10), (11, 24))
"""First and last frame of each stretch around a frame whose mean the network sees."""
_WEIGHTS = "digit_ear.npz"
_SMOOTHED = 5
_SURE = 0.5
_LONGEST_GAP, _SHORTEST = 12, 10
"""Frames: a shorter doubt is bridged, a shorter stretch is no dictation."""

Frames = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitEar:
    """The fitted network: a projection of each frame, pooled around it, one hidden layer.

    `mean` (width,), `projection` (width, k), `hidden` (7 k, h), `hidden_bias` (h,), `output`
    (h,), `output_bias` (1,).
    """

    mean: Frames
    projection: Frames
    hidden: Frames
    hidden_bias: Frames
    output: Frames
    output_bias: Frames

    def shares(self, rows: Frames) -> Frames:
        """The probability that a digit of a dictation sounds, for each of `rows` (n, width)."""
        seen = pooled(np.asarray((rows - self.mean) @ self.projection, dtype=np.float32))
        inner = np.maximum(seen @ self.hidden + self.hidden_bias, 0.0)
        odds = np.clip(inner @ self.output + self.output_bias, -30.0, 30.0)
        return np.asarray(1.0 / (1.0 + np.exp(-odds)), dtype=np.float32)

    def beside(self, encoded: Encoded, read: Sequence[Recognized]) -> list[Recognized]:
        """What was read of each window, with where digits are dictated in it."""
        return [
            replace(one, dictated=tuple(dictated_in(self.shares(rows[: frames // 2]), one.window)))
            for one, rows, frames in zip(read, encoded.rows, encoded.frames, strict=True)
        ]


@cache
def fitted_ear() -> DigitEar:
    """The ear for the embedded model's encoder."""
    with as_file(files("qa_pipeline.transcribe") / _WEIGHTS) as path, np.load(path) as arrays:
        return DigitEar(**{name: arrays[name].astype(np.float32) for name in arrays.files})


def pooled(frames: Frames) -> Frames:
    """(n, 7 k): the means of `POOLS` around each of n frames, as far as there are frames."""
    count = len(frames)
    sums = np.concatenate([np.zeros((1, frames.shape[1])), np.cumsum(frames, axis=0)])
    at = np.arange(count)
    parts = []
    for first, last in POOLS:
        low, high = np.clip(at + first, 0, count), np.clip(at + last + 1, 0, count)
        parts.append((sums[high] - sums[low]) / np.maximum(1, high - low)[:, np.newaxis])
    return np.concatenate(parts, axis=1, dtype=np.float32)


def dictated_by(recognized: Iterable[Recognized]) -> tuple[Dictated, ...]:
    """The dictations in all windows of a recording, by channel and time."""
    by_channel: dict[int, list[Interval]] = {}
    for one in recognized:
        by_channel.setdefault(one.window.audio_channel, []).extend(one.dictated)
    return tuple(
        Dictated(audio_channel=channel, interval=interval)
        for channel, found in sorted(by_channel.items())
        for interval in union(found)
    )


def dictated_in(shares: Frames, window: Window) -> Iterator[Interval]:
    """Stretches of dictation on the recording's clock, from a window's frames."""
    smooth = np.convolve(shares, np.ones(_SMOOTHED) / _SMOOTHED, mode="same")
    said = np.flatnonzero(smooth > _SURE)
    if len(said) == 0:
        return
    borders = np.flatnonzero(np.diff(said) > _LONGEST_GAP)
    firsts = [int(said[0]), *(int(said[b + 1]) for b in borders)]
    lasts = [*(int(said[b]) for b in borders), int(said[-1])]
    for first, last in zip(firsts, lasts, strict=True):
        if last - first + 1 >= _SHORTEST:
            start_ms = window.recording_ms(first * FRAME_MS)
            end_ms = window.recording_ms(min((last + 1) * FRAME_MS, window.duration_ms))
            yield Interval(start_ms, max(start_ms, end_ms))
