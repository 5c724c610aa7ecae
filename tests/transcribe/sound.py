"""Real and made sound for the recognizer's tests, always 16 kHz float32 (channels, samples)."""

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from qa_pipeline.transcribe.audio import AudioInput

SAMPLES = Path(__file__).parents[2] / "data_samples"
SHARED = Path(__file__).parents[3] / "shared" / "data"
RATE = 16_000


def sound_of(path: Path, seconds: float | None = None) -> NDArray[np.float32]:
    with av.open(str(path)) as container:
        resampler = av.AudioResampler("fltp", None, RATE)
        blocks = [
            piece.to_ndarray()
            for frame in [*container.decode(audio=0), None]
            for piece in resampler.resample(frame)
        ]
    whole = np.concatenate(blocks, axis=1).astype(np.float32)
    return whole if seconds is None else whole[:, : int(seconds * RATE)]


def tones(hertz: list[float], seconds: float, level: float = 0.1) -> NDArray[np.float32]:
    at = np.arange(int(seconds * RATE)) / RATE
    return (level * sum(np.sin(2 * np.pi * f * at) for f in hertz)).astype(np.float32)


def noise(seconds: float, level: float, seed: int = 0) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    return rng.normal(0.0, level, int(seconds * RATE)).astype(np.float32)


def quiet(seconds: float) -> NDArray[np.float32]:
    return np.zeros(int(seconds * RATE), np.float32)


def an_input(*channels: NDArray[np.float32], recording_id: str = "r1") -> AudioInput:
    return AudioInput(recording_id=recording_id, channels=np.stack(channels))
