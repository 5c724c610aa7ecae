"""Where somebody speaks: the only home of the voice activity detector."""

from collections.abc import Iterator

import numpy as np
from faster_whisper.vad import get_vad_model

from qa_pipeline.domain.interval import Interval, union
from qa_pipeline.transcribe.audio import SAMPLE_RATE_HZ, SAMPLES_PER_MS, AudioInput, Samples

_FRAME = 512
FRAME_MS = _FRAME // SAMPLES_PER_MS
_BLOCK_FRAMES = 1875  # a minute: bounds memory whatever the call's length
_LEAD_FRAMES = 62  # two seconds in which the detector's state settles

VAD_SETTINGS = "silero_v6;sure=0.5;edge=0.2;off=0.12;min_speech=96;join=160;pad=96;dither=3e-4"
# A region must be sure somewhere, but reaches out to where speech was first likely:
# measured on 254 sample utterances, one threshold of 0.5 clips 379 ms off every
# twentieth beginning, this clips nothing.
_SURE, _EDGE, _OFF = 0.5, 0.2, 0.12
_MIN_SPEECH_MS = 96
_JOIN_MS = 160
_PAD_MS = 96
# After a minute of digital silence the detector overhears the next word; at -70 dB
# of noise it does not.
_DITHER = np.float32(3e-4)
_QUIET_RMS = 10 ** (-66 / 20)


def speech_of(audio: AudioInput, channel: int) -> tuple[Interval, ...]:
    """Sorted disjoint intervals in which the channel holds speech."""
    probabilities = np.concatenate([*_probabilities(audio, channel), np.zeros(0, np.float32)])
    return regions_of(probabilities, audio.duration_ms)


def regions_of(probabilities: Samples, duration_ms: int) -> tuple[Interval, ...]:
    """Turn one speech probability a frame of 32 ms into padded speech regions."""
    regions: list[Interval] = []
    start: int | None = None
    best = 0.0
    for index, probability in enumerate([*probabilities.tolist(), 0.0]):
        if start is None and probability >= _EDGE:
            start, best = index, probability
        elif start is not None and probability < _OFF:
            if best >= _SURE:
                regions.append(Interval(start * FRAME_MS, index * FRAME_MS))
            start = None
        best = max(best, probability)
    joined = _joined(regions)
    kept = (r for r in joined if r.duration_ms >= _MIN_SPEECH_MS)
    padded = (
        Interval(max(0, r.start_ms - _PAD_MS), min(duration_ms, r.end_ms + _PAD_MS))
        for r in kept
        if r.start_ms < duration_ms
    )
    return union(padded)


def _joined(regions: list[Interval]) -> list[Interval]:
    joined: list[Interval] = []
    for region in regions:
        if joined and region.start_ms - joined[-1].end_ms < _JOIN_MS:
            joined[-1] = Interval(joined[-1].start_ms, region.end_ms)
        else:
            joined.append(region)
    return joined


def _probabilities(audio: AudioInput, channel: int) -> Iterator[Samples]:
    model = get_vad_model()
    n_frames = -(-int(audio.channels.shape[1]) // _FRAME)
    for first in range(0, n_frames, _BLOCK_FRAMES):
        lead = min(first, _LEAD_FRAMES)
        last = min(n_frames, first + _BLOCK_FRAMES)
        block = audio.samples(channel, (first - lead) * _FRAME, last * _FRAME)
        if _is_quiet(block):
            # Most of a channel is digital silence or comfort noise: no work on it.
            yield np.zeros(last - first, np.float32)
            continue
        missing = (last - first + lead) * _FRAME - len(block)
        padded = np.pad(block, (0, missing))
        dither = np.random.default_rng(0).standard_normal(len(padded), dtype=np.float32)
        heard = model(padded + _DITHER * dither)
        yield np.asarray(heard, np.float32).reshape(-1)[lead:]


def _is_quiet(block: Samples) -> bool:
    if len(block) < SAMPLE_RATE_HZ // 10:
        return len(block) == 0
    tenths = block[: len(block) // 1600 * 1600].reshape(-1, 1600)
    return bool(np.sqrt(np.square(tenths).mean(axis=1)).max() < _QUIET_RMS)
