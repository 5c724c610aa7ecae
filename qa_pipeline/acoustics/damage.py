"""What a line does to speech in time: flattened waves and gaps."""

import numpy as np

from qa_pipeline.acoustics.frames import SAMPLE_RATE_HZ, Samples, decibels

FULL_SCALE = 0.95
_LEAST_SECONDS = 5
_CREST_DB = (5.5, 6.2, 7.0, 8.0, 9.0, 10.0, 10.4)
_FLATTENED = (0.45, 0.33, 0.19, 0.095, 0.065, 0.035, 0.0)
# The 99.9th percentile of |samples| over their RMS, and the share of samples cut off:
# measured on eight sample channels and two calls from a centre, clipped before and
# after the step to 8 kHz. Unspoilt they have 13 to 18 dB, white noise has 10.3.

_FRAME = SAMPLE_RATE_HZ * 5 // 1000
_DEAD_DB = -80.0
_LONGEST_GAP = 80  # frames: 0.4 s; longer ones are pauses of a line without noise
_SHORTEST_GAP = 2
_BESIDE = 3
_LOUD_WITHIN_DB = 15.0


def clipping_ratio(speech: Samples) -> float:
    """The share of samples that lie flat: at full scale, or as the missing peaks tell.

    A filter after the clipping (every telephone has one) rounds the flat tops and
    only the missing peaks remain: then the share is an estimate, right to a factor of two.
    """
    if not len(speech):
        return 0.0
    level = np.abs(speech - speech.mean())
    at_full_scale = float((np.abs(speech) >= FULL_SCALE).mean())
    rms = float(np.sqrt(np.square(level).mean()))
    if len(speech) < _LEAST_SECONDS * SAMPLE_RATE_HZ or rms == 0.0:
        return at_full_scale
    crest_db = 20.0 * np.log10(float(np.quantile(level, 0.999)) / rms)
    return max(at_full_scale, float(np.interp(crest_db, _CREST_DB, _FLATTENED)))


def dropout_ratio(speech: Samples) -> float:
    """The share of 5 ms frames without any sound between two loud ones."""
    frames = speech[: len(speech) // _FRAME * _FRAME].reshape(-1, _FRAME)
    if not len(frames):
        return 0.0
    level_db = np.asarray(decibels(np.square(frames).mean(axis=1)))
    is_dead = level_db < _DEAD_DB
    alive = level_db[~is_dead]
    if not len(alive):
        return 0.0
    loud_db = float(np.median(alive)) - _LOUD_WITHIN_DB
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_dead, [False]])))
    lost = 0
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        before, after = level_db[max(0, first - _BESIDE) : first], level_db[last : last + _BESIDE]
        is_between_speech = len(before) and len(after) and min(before.max(), after.max()) > loud_db
        if _SHORTEST_GAP <= last - first <= _LONGEST_GAP and is_between_speech:
            lost += int(last - first)
    return lost / len(frames)
