"""What else tells two voices on one line apart: their pitch and the colour of their sound."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct

SAMPLE_RATE_HZ = 16_000
PITCH_FRAME_MS = 20
_HOP, _WINDOW, _FFT = 320, 640, 2048
_LOWEST_HZ, _HIGHEST_HZ, _CUTOFF_HZ = 70, 400, 1000
_VOICED_ABOVE = 0.5
_CEPSTRA = 13
_QUIET_BELOW = 2.0  # natural log, summed over the bands, under the window's median
_BLOCK = 1500

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceSound:
    """One piece of speech: mel power each 10 ms, natural log of F0 (NaN unvoiced) each 20 ms."""

    mel: NDArray[np.float32]
    pitch: Floats


def pitch_track(samples: NDArray[np.float32]) -> Floats:
    """Natural log of F0 each 20 ms of (samples,) at 16 kHz, NaN where unvoiced.

    The autocorrelation of what lies under 1 kHz; a telephone line leaves the
    harmonics, not always the fundamental.
    """
    if len(samples) < _WINDOW:
        return np.zeros(0)
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP]
    shortest, longest = SAMPLE_RATE_HZ // _HIGHEST_HZ, SAMPLE_RATE_HZ // _LOWEST_HZ
    track = np.full(len(frames), np.nan)
    cutoff = _CUTOFF_HZ * _FFT // SAMPLE_RATE_HZ + 1
    for first in range(0, len(frames), _BLOCK):
        block = frames[first : first + _BLOCK]
        block = (block - block.mean(axis=1, keepdims=True)) * np.hanning(_WINDOW)
        power = np.square(np.abs(np.fft.rfft(block, _FFT, axis=1)))
        power[:, cutoff:] = 0.0
        likeness = np.fft.irfft(power, axis=1)[:, :longest]
        likeness = likeness / (likeness[:, :1] + 1e-9)
        lags = likeness[:, shortest:].argmax(axis=1) + shortest
        is_voiced = likeness[np.arange(len(lags)), lags] > _VOICED_ABOVE
        track[first : first + len(lags)][is_voiced] = np.log(SAMPLE_RATE_HZ / lags[is_voiced])
    return track


def sound_of(piece: PieceSound, first: int, last: int) -> tuple[Floats, float]:
    """Mean cepstrum and median pitch (NaN if unvoiced) of mel frames `first` to `last`."""
    loudness = np.log(piece.mel[first:last] + 1e-8)
    sums = loudness.sum(axis=1)
    heard = loudness[sums > np.median(sums) - _QUIET_BELOW]
    cepstrum = dct(heard.mean(axis=0).astype(np.float64), norm="ortho")[1 : _CEPSTRA + 1]
    pitch = piece.pitch[first // 2 : last // 2]
    voiced = pitch[np.isfinite(pitch)]
    return cepstrum, float(np.median(voiced)) if len(voiced) > 3 else float("nan")


def colour_of(cepstra: Floats, pitches: Floats) -> tuple[Floats, Floats]:
    """Cepstra (n, 13) and pitches (n,), each in its own spreads within the recording."""
    usual = np.nanmedian(pitches) if np.isfinite(pitches).any() else 0.0
    known = np.where(np.isfinite(pitches), pitches, usual)[:, None]
    return _standard(cepstra) / np.sqrt(_CEPSTRA), np.clip(_standard(known), -2.0, 2.0)


def _standard(rows: Floats) -> Floats:
    return np.asarray((rows - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-6))
