"""Pitch, loudness and rate of each utterance, from its own sound."""

from functools import lru_cache
from typing import Any

import numpy as np
from scipy.signal import resample_poly

from qa_pipeline.acoustics.frames import (
    SAMPLE_RATE_HZ,
    ChannelAudio,
    Samples,
    decibels,
    frame_powers,
    stretch,
)
from qa_pipeline.domain.prosody import Prosody
from qa_pipeline.domain.transcript import Transcript, Utterance
from qa_pipeline.text.normalize import han_count

LOWEST_HZ, HIGHEST_HZ = 60.0, 500.0
REFERENCE_HZ = 55.0
VOICED_ABOVE = 0.5
RATE_MIN_CHARS = 5

_PITCH_FRAME_MS = 32
_MEDIAN_NEEDS_FRAMES = 6
_SPREAD_NEEDS_FRAMES = 15
_SPEECH_WITHIN_DB = 30.0
_CONTEXT_MS = 100


def prosody_of(channels: ChannelAudio, transcript: Transcript) -> tuple[Prosody, ...]:
    """Prosody of each judged utterance whose channel exists, in transcript order."""
    return tuple(
        _prosody(channels, utterance)
        for utterance in transcript.judged_utterances
        if utterance.audio_channel < channels.shape[0]
    )


def _prosody(channels: ChannelAudio, utterance: Utterance) -> Prosody:
    own = stretch(channels, utterance.audio_channel, utterance.interval)
    around = utterance.interval.padded(_CONTEXT_MS, _CONTEXT_MS)
    voiced = voiced_semitones(stretch(channels, utterance.audio_channel, around))
    spread_st = None
    if len(voiced) >= _SPREAD_NEEDS_FRAMES:
        low, high = np.percentile(voiced, (10, 90))
        spread_st = round(float(high - low), 3)
    has_pitch = len(voiced) >= _MEDIAN_NEEDS_FRAMES
    return Prosody(
        utterance_id=utterance.utterance_id,
        pitch_median_st=round(float(np.median(voiced)), 3) if has_pitch else None,
        pitch_spread_st=spread_st,
        loudness_db=_loudness_db(own),
        speech_rate_cpm=_rate_cpm(utterance),
    )


def voiced_semitones(samples: Samples) -> Samples:
    """Pitch of the voiced 32 ms frames, in semitones above 55 Hz.

    The tracker takes 16 kHz; it is given 8 kHz as if it were, so that every
    pitch reads an octave high. Measured against full rate on six telephone
    channels: median difference 0.07 semitones, at half the cost.
    """
    halved = np.asarray(resample_poly(samples, 1, 2), dtype=np.float32)
    if len(halved) < SAMPLE_RATE_HZ * _PITCH_FRAME_MS // 2000:
        return np.zeros(0, np.float32)
    found = _tracker().detect(halved, SAMPLE_RATE_HZ, 2 * LOWEST_HZ, 2 * HIGHEST_HZ)
    hertz = found.pitch_hz[found.confidence >= VOICED_ABOVE] / 2.0
    return np.asarray(12.0 * np.log2(hertz / REFERENCE_HZ), dtype=np.float32)


@lru_cache(maxsize=1)
def _tracker() -> Any:
    # Loading a network must wait until somebody measures.
    from swift_f0 import SwiftF0

    return SwiftF0(threads=1, spin=False)


def _loudness_db(samples: Samples) -> float | None:
    powers = frame_powers(samples)
    if not len(powers) or powers.max() <= 0.0:
        return None
    loud = powers[decibels(powers) >= decibels(powers.max()) - _SPEECH_WITHIN_DB]
    return round(float(decibels(loud.mean())), 2)


def _rate_cpm(utterance: Utterance) -> float | None:
    n_chars = han_count(utterance.text)
    if n_chars < RATE_MIN_CHARS or utterance.interval.duration_ms == 0:
        return None
    return round(n_chars * 60_000 / utterance.interval.duration_ms, 1)
