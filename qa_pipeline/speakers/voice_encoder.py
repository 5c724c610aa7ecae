"""What a voice is like: a stretch of speech becomes 256 numbers.

The network is the speaker encoder of Resemblyzer 0.1.4 (Apache-2.0; generalized
end-to-end loss), rewritten as ONNX and quantized to int8 by
`benchmarks/build_voice_encoder.py`; it runs in onnxruntime alone.
"""

from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16_000
FRAME_MS = 10
_HOP, _WINDOW, _BANDS = 160, 400, 40
_USUAL_RMS = 10 ** (-30 / 20)  # the loudness that the network was trained at
_BATCH = 64

Floats = NDArray[np.float32]


def mel_frames(samples: Floats) -> Floats:
    """Mel power of (samples,) at 16 kHz: one row of 40 bands each 10 ms."""
    padded = np.pad(samples, (_WINDOW // 2, _WINDOW // 2))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    power = np.square(np.abs(np.fft.rfft(frames * _hann(), axis=1)))
    return np.asarray(power @ _mel_bands().T, dtype=np.float32)


def usual_gain(rms: float) -> float:
    """The factor that brings speech of this RMS to the loudness the network knows."""
    return _USUAL_RMS / max(rms, 1e-6)


def embed(stretches: Sequence[Floats]) -> Floats:
    """One unit-length row of 256 for each stretch of mel frames; equal lengths run together."""
    voices = np.zeros((len(stretches), 256), dtype=np.float32)
    by_length: dict[int, list[int]] = {}
    for index, stretch in enumerate(stretches):
        by_length.setdefault(len(stretch), []).append(index)
    for indices in by_length.values():
        for first in range(0, len(indices), _BATCH):
            part = indices[first : first + _BATCH]
            batch = np.stack([stretches[i] for i in part])
            voices[part] = _session().run(None, {"mel": batch})[0]
    return voices


@lru_cache(maxsize=1)
def _session() -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    weights = resources.files("qa_pipeline.speakers").joinpath("voice_encoder.onnx").read_bytes()
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])


@lru_cache(maxsize=1)
def _hann() -> Floats:
    turn = np.arange(_WINDOW) / _WINDOW
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * turn), dtype=np.float32)


@lru_cache(maxsize=1)
def _mel_bands() -> Floats:
    """Triangles on the Slaney mel scale, each of area one: (bands, bins)."""
    step, knee = 200 / 3, 15.0
    slope = np.log(6.4) / 27
    top = knee + np.log(SAMPLE_RATE_HZ / 2 / 1000) / slope
    mels = np.linspace(0, top, _BANDS + 2)
    edges = np.where(mels < knee, mels * step, 1000 * np.exp(slope * (mels - knee)))
    bins = np.linspace(0, SAMPLE_RATE_HZ / 2, _WINDOW // 2 + 1)
    widths = np.diff(edges)[:, None]
    rising = (bins - edges[:-2, None]) / widths[:-1]
    falling = (edges[2:, None] - bins) / widths[1:]
    triangles = np.maximum(0, np.minimum(rising, falling))
    return np.asarray(triangles * (2 / (edges[2:] - edges[:-2]))[:, None], dtype=np.float32)
