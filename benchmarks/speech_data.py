"""Sound and reference texts for the speech benchmarks, and how errors are counted."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from scipy.signal import butter, resample_poly, sosfilt

from qa_pipeline.ingest import IngestOptions, SourceFile, read_channels, read_recording
from qa_pipeline.text.normalize import normalize
from qa_pipeline.text.numbers import digits_spoken

RATE = 16_000
ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "data_samples"
SHARED = ROOT.parent / "shared" / "data"

Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Character edits against a reference of `n_chars`."""

    edits: int
    n_chars: int

    @property
    def rate(self) -> float:
        """The character error rate; 0.0 where there is nothing to get wrong."""
        return self.edits / self.n_chars if self.n_chars else 0.0


def sound_of(path: Path) -> Sound:
    """(channels, samples) at 16 kHz in -1..1, read as a run reads it."""
    options = IngestOptions()
    source = SourceFile(location=str(path), name=path.name, is_named=True)
    whole = read_channels(read_recording(source, options).recording, options)
    return np.asarray(whole, np.float32) / np.float32(32768)


def errors_of(pairs: Iterable[tuple[str, str]], *, numbers: bool = False) -> Errors:
    """Edits over pairs of (reference, heard).

    With `numbers` both are first spelled as spoken, so 8016 equals 八零幺六.
    """
    form = (lambda text: normalize(digits_spoken(text))) if numbers else normalize
    edits = n_chars = 0
    for wanted, got in pairs:
        reference = form(wanted)
        edits += Levenshtein.distance(reference, form(got))
        n_chars += len(reference)
    return Errors(edits=edits, n_chars=n_chars)


def sample_truth() -> dict[str, Any]:
    """truth.json by recording name."""
    found: dict[str, Any] = json.loads((SAMPLES / "truth.json").read_text("utf-8"))
    return found


def texts_of_channels(truth: dict[str, Any], n_channels: int) -> tuple[str, ...]:
    """What was truly said on each channel, in time order."""
    if n_channels == 1:
        return ("".join(u["text"] for u in truth["utterances"]),)
    agent = int(truth["agent_channel"])
    said = {"agent": "", "customer": ""}
    for utterance in truth["utterances"]:
        said[utterance["role"]] += utterance["text"]
    rows = ["", ""]
    rows[agent], rows[1 - agent] = said["agent"], said["customer"]
    return tuple(rows)


def read_sentences(limit: int | None = None) -> Iterator[tuple[Path, str]]:
    """The read Mandarin utterances and their texts; nothing where they are not at hand."""
    table = SHARED / "asr" / "refs.tsv"
    if table.exists():
        for line in table.read_text("utf-8").splitlines()[:limit]:
            name, text = line.split("\t")
            yield SHARED / "asr" / name, text


def through_telephone(sound: Sound) -> Sound:
    """The sound after an 8 kHz µ-law line (FFmpeg's codec), again at 16 kHz.

    Of what it costs, the step to 8 kHz is nearly all: on 40 read sentences CER
    0.262 at 16 kHz, 0.279 at 8 kHz, 0.284 with 8 bit steps besides.
    """
    narrow = resample_poly(sound, 1, 2, axis=-1)
    rows = [_mu_law(row) for row in np.atleast_2d(narrow)]
    coded = np.stack(rows) if sound.ndim == 2 else rows[0]
    return np.asarray(resample_poly(coded, 2, 1, axis=-1), np.float32)


def _mu_law(samples: NDArray[Any]) -> NDArray[Any]:
    """What comes back of (samples,) at 8 kHz in -1..1 after G.711."""
    whole = np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)
    coder = av.CodecContext.create("pcm_mulaw", "w")
    decoder = av.CodecContext.create("pcm_mulaw", "r")
    for codec in (coder, decoder):
        codec.sample_rate, codec.layout, codec.format = 8000, "mono", "s16"
    frame = av.AudioFrame.from_ndarray(whole[np.newaxis], format="s16", layout="mono")
    frame.sample_rate = 8000
    packets = [*coder.encode(frame), *coder.encode(None)]
    decoded = [out.to_ndarray()[0] for packet in packets for out in decoder.decode(packet)]
    return np.asarray(np.concatenate(decoded), np.float64) / 32768


def on_a_bad_line(call: Sound, seed: int) -> Sound:
    """A two-channel call with coloured noise, unequal levels and leakage, through a telephone.

    Nothing here copies what other calls measure; it is a second opinion on
    changes that look good on clean samples.
    """
    rng = np.random.default_rng(seed)
    gains = 10 ** (rng.uniform(-14.0, 2.0, (len(call), 1)) / 20)
    spoken = call * gains
    late = np.pad(spoken, ((0, 0), (RATE // 50, 0)))[:, : call.shape[1]]
    leak = 10 ** (rng.uniform(-26.0, -16.0) / 20)
    mixed = spoken + leak * late[::-1] if len(call) > 1 else spoken
    shape = butter(2, 1200, fs=RATE, output="sos")
    hiss = sosfilt(shape, rng.standard_normal(call.shape), axis=-1)
    loud = np.sqrt(np.square(spoken).mean(axis=1, keepdims=True)) + 1e-6
    noise = hiss / hiss.std() * loud * 10 ** (-rng.uniform(6.0, 16.0, (len(call), 1)) / 20)
    return through_telephone(np.asarray(mixed + noise, np.float32))


def stretches_without_speech() -> dict[str, Sound]:
    """Sounds of the telephone in which nobody says a word, one channel each."""
    ring = np.concatenate([_tones([450], 1.0, 0.2), _quiet(4.0)])
    busy = np.concatenate([_tones([450], 0.35, 0.2), _quiet(0.35)])
    key_pairs = [(r, c) for r in (697, 770, 852, 941) for c in (1209, 1336, 1477)]
    keys = [np.concatenate([_tones(list(k), 0.12, 0.15), _quiet(0.18)]) for k in key_pairs]
    fax = [np.concatenate([_tones([f], s, 0.2), _quiet(1.0)]) for f, s in ((2100, 3), (1100, 0.5))]
    carrier = _tones([1700, 1850, 2250], 8.0, 0.08) * _hum(600.0)[: 8 * RATE]
    found = {
        "digital silence": _quiet(30.0),
        "ring-back 450 Hz": np.tile(ring, 6),
        "busy tone": np.tile(busy, 30),
        "DTMF": np.tile(np.concatenate(keys), 6),
        "fax 1100/2100 Hz": np.tile(np.concatenate(fax), 4),
        "modem": np.tile(carrier, 3),
        "white noise": _noise(30.0, 0.05, 0),
        "comfort noise": _noise(60.0, 0.0015, 1),
        "loud pink noise": _pink(30.0, 0.08),
        "chords": _chords(),
        "knocks": _knocks(),
    }
    music = SHARED / "formats" / "hold_music_60s.wav"
    if music.exists():
        found["hold_music_60s.wav"] = sound_of(music)[0]
    return {name: np.asarray(sound, np.float32) for name, sound in found.items()}


def _tones(hertz: list[float], seconds: float, level: float) -> Sound:
    at = np.arange(int(seconds * RATE)) / RATE
    return np.asarray(level * sum(np.sin(2 * np.pi * f * at) for f in hertz), np.float32)


def _quiet(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE), np.float32)


def _noise(seconds: float, level: float, seed: int) -> Sound:
    rng = np.random.default_rng(seed)
    return rng.normal(0.0, level, int(seconds * RATE)).astype(np.float32)


def _pink(seconds: float, level: float) -> Sound:
    spectrum = np.fft.rfft(_noise(seconds, 1.0, 2))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    pink = np.fft.irfft(spectrum)
    return np.asarray(level * pink / pink.std(), np.float32)


def _hum(hertz: float) -> Sound:
    return np.asarray(1 + 0.5 * np.sign(_tones([hertz], 8.0, 1.0)), np.float32)


def _chords() -> Sound:
    roots = [261.6, 220.0, 174.6, 196.0, 261.6, 329.6]
    parts = []
    for root in roots:
        chord = _tones([root, root * 1.26, root * 1.5, root * 2, root * 3], 2.5, 0.06)
        swing = np.exp(-np.linspace(0, 2.5, len(chord))) * (1 + 0.2 * _tones([5.5], 2.5, 1.0))
        parts.append(chord * swing)
    return np.tile(np.concatenate(parts), 3)


def _knocks() -> Sound:
    at = _noise(20.0, 0.001, 3)
    thud = _noise(0.06, 0.4, 4) * np.exp(-np.linspace(0, 6, int(0.06 * RATE)))
    for start in range(RATE, len(at) - RATE, int(1.3 * RATE)):
        at[start : start + len(thud)] += thud
    return at
