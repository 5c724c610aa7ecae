"""Two voices in one channel: embeddings of windows, and the ways to divide them in two."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering

from qa_pipeline.domain.interval import Interval
from qa_pipeline.speakers.timbre import PieceSound, colour_of, pitch_track, sound_of
from qa_pipeline.speakers.voice_encoder import FRAME_MS, embed, mel_frames, usual_gain

_PER_MS = 16
_LONG, _HOP, _STEP, _SHORTEST = 100, 40, 20, 40  # frames of 10 ms
# Windows of 1.6 s, as the network was trained, miss short answers: on 28 synthetic
# calls of quick turns the median DER was 0.26, with 1.2 s 0.16, with 1.0 s 0.08; two
# public calls kept theirs.
_GROUPS = 8
_CLUSTERED_WINDOWS = 1500
_MIN_SHARE = 0.03
_FEWEST_TO_COMPARE = 3
_COLOUR_SHARE, _PITCH_SHARE = 0.2, 0.15

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceWindows:
    """Windows of up to 1.0 s over the pieces of speech, with what describes the voice.

    `start_ms`, `end_ms`: (n,); `voices`: (n, 256 and more), rows of unit length.
    """

    start_ms: NDArray[np.int64]
    end_ms: NDArray[np.int64]
    voices: Floats

    def __len__(self) -> int:
        return len(self.start_ms)

    @property
    def weights(self) -> Floats:
        """The seconds that each window lasts."""
        return np.asarray((self.end_ms - self.start_ms) / 1000.0)


def listen(samples: NDArray[Any], pieces: Sequence[Interval]) -> VoiceWindows:
    """Embed every piece of at least 0.4 s of (samples,) at 16 kHz, float32 or int16."""
    gain = np.float32(usual_gain(_speech_rms(samples, pieces)))
    spans: list[tuple[int, int]] = []
    stretches: list[NDArray[np.float32]] = []
    sounds: list[tuple[Floats, float]] = []
    for piece in pieces:
        stretch = _samples_of(samples, piece) * gain
        sound = PieceSound(mel=mel_frames(stretch), pitch=pitch_track(stretch))
        for first, last in _windows(len(sound.mel)):
            start_ms = piece.start_ms + first * FRAME_MS
            spans.append((start_ms, start_ms + (last - first) * FRAME_MS))
            stretches.append(sound.mel[first:last])
            sounds.append(sound_of(sound, first, last))
    times = np.array(spans, dtype=np.int64).reshape(-1, 2)
    return VoiceWindows(
        start_ms=times[:, 0], end_ms=times[:, 1], voices=_described(embed(stretches), sounds)
    )


def _described(embedded: NDArray[np.float32], sounds: list[tuple[Floats, float]]) -> Floats:
    """Embedding, colour and pitch of each window side by side, rows of unit length."""
    if len(embedded) < _FEWEST_TO_COMPARE:
        return embedded.astype(np.float64)
    colour, pitch = colour_of(
        np.stack([cepstrum for cepstrum, _ in sounds]), np.array([p for _, p in sounds])
    )
    return _unit(np.hstack([embedded, _COLOUR_SHARE * colour, _PITCH_SHARE * pitch]))


def _samples_of(samples: NDArray[Any], piece: Interval) -> NDArray[np.float32]:
    stretch = samples[piece.start_ms * _PER_MS : piece.end_ms * _PER_MS]
    if np.issubdtype(stretch.dtype, np.integer):
        return stretch.astype(np.float32) / np.float32(32768.0)
    return np.asarray(stretch, dtype=np.float32)


def _speech_rms(samples: NDArray[Any], pieces: Sequence[Interval]) -> float:
    energy, count = 0.0, 0
    for piece in pieces:
        stretch = _samples_of(samples, piece)
        energy += float(stretch @ stretch)
        count += len(stretch)
    return float(np.sqrt(energy / max(1, count)))


def _windows(n_frames: int) -> list[tuple[int, int]]:
    if n_frames < _SHORTEST:
        return []
    if n_frames <= _LONG:
        length = n_frames // _STEP * _STEP
        first = (n_frames - length) // 2
        return [(first, first + length)]
    starts = [*range(0, n_frames - _LONG, _HOP), n_frames - _LONG]
    return [(first, first + _LONG) for first in starts]


def divisions(windows: VoiceWindows, most: int) -> list[NDArray[np.bool_]]:
    """The `most` likeliest ways to divide the windows between two voices, the best first.

    Ward's method gathers the windows in at most eight groups; every division of
    the groups is compared by how near the windows are to their voice's mean.
    """
    n = len(windows)
    if n < 2:
        return []
    step = -(-n // _CLUSTERED_WINDOWS)
    chosen = windows.voices[::step]
    n_groups = min(_GROUPS, len(chosen))
    labels = AgglomerativeClustering(n_groups, linkage="ward").fit_predict(chosen)
    centres = np.stack([chosen[labels == g].mean(axis=0) for g in range(n_groups)])
    owner = np.argmax(windows.voices @ _unit(centres).T, axis=1)
    weights = windows.weights
    sums = np.stack(
        [(windows.voices * weights[:, None])[owner == g].sum(axis=0) for g in range(n_groups)]
    )
    shares = np.array([weights[owner == g].sum() for g in range(n_groups)]) / weights.sum()
    ranked = []
    for code in range(1, 2 ** (n_groups - 1)):
        second = np.array([(code >> g) & 1 for g in range(n_groups)], dtype=bool)
        if min(shares[second].sum(), shares[~second].sum()) < _MIN_SHARE:
            continue
        nearness = sum(float(np.linalg.norm(sums[side].sum(axis=0))) for side in (second, ~second))
        ranked.append((-nearness, code, second[owner]))
    return [division for _, _, division in sorted(ranked, key=lambda r: r[:2])[:most]]


def centres_of(windows: VoiceWindows, second: Floats) -> tuple[Floats, Floats]:
    """The unit-length mean voice of both parties; `second` is each window's share in the second."""
    weights = windows.weights
    return (
        _unit((weights * (1.0 - second)) @ windows.voices),
        _unit((weights * second) @ windows.voices),
    )


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / (np.linalg.norm(rows, axis=-1, keepdims=True) + 1e-9))
