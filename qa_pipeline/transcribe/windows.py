"""Cutting speech into windows for the recognizer, and packing windows into batches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa_pipeline.domain.interval import Interval
from qa_pipeline.transcribe.audio import SAMPLE_RATE_HZ, SAMPLES_PER_MS, AudioInput

MAX_WINDOW_MS = 12_000
JOIN_GAP_MS = 600
BATCH_WINDOWS = 16
_SEARCH_MS = 4_000  # a breathless stretch is cut at the quietest place of its last 4 s
_FAIR_PART_MS = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of one channel that is recognized at once.

    `recording` is the index within the group; `regions` are the speech regions
    that the window covers, sorted, the first starting and the last ending it.
    """

    recording: int
    audio_channel: int
    regions: tuple[Interval, ...]

    @property
    def interval(self) -> Interval:
        return Interval(self.regions[0].start_ms, self.regions[-1].end_ms)


def windows_of(
    audio: AudioInput, recording: int, channel: int, speech: Sequence[Interval]
) -> tuple[Window, ...]:
    """Windows of at most 12 s over the channel's speech, cut where the pauses are longest."""
    short = [piece for region in speech for piece in _cut_breathless(audio, channel, region)]
    chains: list[list[Interval]] = []
    for region in short:
        if chains and region.start_ms - chains[-1][-1].end_ms < JOIN_GAP_MS:
            chains[-1].append(region)
        else:
            chains.append([region])
    return tuple(
        Window(recording=recording, audio_channel=channel, regions=tuple(part))
        for chain in chains
        for part in _split(chain)
    )


def batches_of(windows: Sequence[Window]) -> tuple[tuple[Window, ...], ...]:
    """Pack windows of like length together, longest first."""
    ordered = sorted(
        windows,
        key=lambda w: (-w.interval.duration_ms, w.recording, w.audio_channel, w.interval),
    )
    return tuple(
        tuple(ordered[i : i + BATCH_WINDOWS]) for i in range(0, len(ordered), BATCH_WINDOWS)
    )


def _split(chain: list[Interval]) -> list[list[Interval]]:
    if len(chain) == 1 or chain[-1].end_ms - chain[0].start_ms <= MAX_WINDOW_MS:
        return [chain]

    def merit(cut: int) -> float:
        gap_ms = chain[cut].start_ms - chain[cut - 1].end_ms
        left_ms = chain[cut - 1].end_ms - chain[0].start_ms
        right_ms = chain[-1].end_ms - chain[cut].start_ms
        return (gap_ms + 20) * min(1.0, min(left_ms, right_ms) / _FAIR_PART_MS)

    cut = max(range(1, len(chain)), key=merit)
    return _split(chain[:cut]) + _split(chain[cut:])


def _cut_breathless(audio: AudioInput, channel: int, region: Interval) -> list[Interval]:
    pieces: list[Interval] = []
    while region.duration_ms > MAX_WINDOW_MS:
        last_ms = region.start_ms + MAX_WINDOW_MS
        first_ms = last_ms - _SEARCH_MS
        cut_ms = first_ms + _quietest_ms(audio, channel, first_ms, last_ms)
        pieces.append(Interval(region.start_ms, cut_ms))
        region = Interval(cut_ms, region.end_ms)
    return [*pieces, region]


def _quietest_ms(audio: AudioInput, channel: int, start_ms: int, end_ms: int) -> int:
    samples = audio.samples(channel, start_ms * SAMPLES_PER_MS, end_ms * SAMPLES_PER_MS)
    step = SAMPLE_RATE_HZ // 50
    power = np.square(samples[: len(samples) // step * step].reshape(-1, step)).mean(axis=1)
    smooth = np.convolve(power, np.ones(5) / 5, mode="same")
    inner = smooth[2:-2]
    return (int(inner.argmin()) + 2) * 20 + 10
