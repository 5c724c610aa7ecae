"""Frames of the encoder's output with what truly sounds there, for fit_digits.py.

The truth is the text that was spoken: its characters are laid over the sound by forced
alignment with the same model. A frame is dictation in a run of three digits and more (零 to 九,
幺 洞 两 拐 勾), none in other characters, also in single digits; runs of two, quantities
(一百三十八), pauses and 80 ms on both sides of a change are left out.
"""

import json
import pickle
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.listening import channels_of
from qa_pipeline.transcribe import AudioInput, prepare_model
from qa_pipeline.transcribe.decoder import Encoded, Hypothesis, WhisperDecoder, frames_wanted
from qa_pipeline.transcribe.dictation import FRAME_MS
from qa_pipeline.transcribe.speech_activity import speech_of
from qa_pipeline.transcribe.weights import with_mandarin
from qa_pipeline.transcribe.whisper import LEAST_S, TAIL_S
from qa_pipeline.transcribe.windows import windows_of

MODELS = Path("workspace/models")
DIGITS = frozenset("零〇洞幺一二两三四五六七八九拐勾")
_UNITS = frozenset("十百千万")
_PAUSES = frozenset("，。、？?,.- ！")
_LEAST = 3
_BORDER = 4  # frames
IGNORED, OTHER, DIGIT = -1, 0, 1

Sounds = NDArray[np.int16]


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One window: the encoder's `rows` (n, width) and the `truth` of each, -1, 0 or 1."""

    rows: NDArray[np.float16]
    truth: NDArray[np.int8]


def examples_of(folder: Path, carriers: str, copies: int, kept_in: Path) -> Iterator[Heard]:
    """The windows of spoken examples (speak_redaction), as they are and changed `copies` times."""
    for path in sorted(folder.glob(f"{carriers}-[pk]*.wav")):
        yield from example_of(path, copies, kept_in)


def example_of(path: Path, copies: int, kept_in: Path) -> list[Heard]:
    kept = kept_in / f"{path.stem}.{copies}.pkl"
    if kept.exists():
        known: list[Heard] = pickle.loads(kept.read_bytes())
        return known
    truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    whole = channels_of(path)
    said: dict[int, list[Segment]] = {0: [], 1: []}
    for turn in truth["turns"]:
        channel = 0 if turn["role"] == "agent" else 1
        start_ms = max(0, turn["start_ms"] - 100)
        text = "".join(piece for piece, _ in turn["pieces"])
        part = whole[channel, start_ms * 16 : (turn["end_ms"] + 200) * 16]
        said[channel] += segments(part, text, start_ms)
    heard = list(windows_with_truth(whole, said))
    for copy in range(1, copies + 1):
        random = np.random.default_rng(zlib.crc32(f"{path.stem}{copy}".encode()))
        changed, speed = augmented(whole, random)
        heard += windows_with_truth(changed, said, speed=speed)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(pickle.dumps(heard))
    return heard


def augmented(channels: Sounds, random: np.random.Generator) -> tuple[Sounds, float]:
    """The sound faster or slower (pitch too), louder, in noise and coloured; and its speed."""
    speed = float(np.exp(random.uniform(np.log(0.82), np.log(1.2))))
    places = np.arange(channels.shape[1])
    taken = np.arange(0, channels.shape[1] - 1, speed)
    sound = np.stack([np.interp(taken, places, c.astype(np.float32)) for c in channels])
    sound *= 10 ** (random.uniform(-10, 4) / 20)
    level = float(np.sqrt(np.square(sound).mean()))
    noise = random.normal(size=sound.shape)
    if random.random() < 0.5:
        noise = np.stack([np.convolve(c, np.ones(6) / 6, "same") * 2.4 for c in noise])
    sound += noise * level * 10 ** (-random.uniform(12, 35) / 20)
    if random.random() < 0.5:
        coloured = sound.copy()
        coloured[:, 1:] += random.uniform(-0.5, 0.5) * sound[:, :-1]
        sound = coloured
    return np.clip(sound, -32767, 32767).astype(np.int16), speed


Segment = tuple[float, float, int]
"""Start and end in ms, and IGNORED, OTHER or DIGIT."""


def windows_with_truth(
    channels: Sounds, said: dict[int, list[Segment]], *, speed: float = 1.0
) -> Iterator[Heard]:
    """Every window that a recognizer would make of the channels."""
    audio = AudioInput(recording_id="", channels=channels)
    for channel in audio.distinct_channels:
        for window in windows_of(audio, 0, channel, speech_of(audio, channel)):
            rows, frames = _encoded(window.samples(audio))
            rows = rows[: (frames + 1) // 2]
            at_ms = [window.recording_ms(i * FRAME_MS + 10) * speed for i in range(len(rows))]
            truth = _truth(np.array(at_ms), said[channel])
            yield Heard(rows=rows.astype(np.float16), truth=truth)


def segments(sound: Sounds, text: str, start_ms: float) -> list[Segment]:
    """The characters of the text with their times by forced alignment."""
    rows, frames = _encoded(sound.astype(np.float32) / 32768.0)
    decoder = _decoder()
    read = Hypothesis(
        tokens=tuple(decoder.spelled(text.replace("-", "，").replace(" ", "，"))),
        log_probability=0.0,
        no_speech_probability=0.0,
        was_cut=False,
    )
    encoded = Encoded(rows=rows[np.newaxis], frames=(frames,))
    chars: list[tuple[str, float, float]] = []
    for token in decoder.align(encoded, [read], "zh")[0]:
        first, step = token.start_s * 1000, (token.end_s - token.start_s) * 1000 / len(token.text)
        for place, char in enumerate(token.text):
            begin = start_ms + first + place * step
            chars.append((char, begin, begin + step))
    kinds = kinds_of("".join(c for c, _, _ in chars))
    return [(begin, end, kind) for (_, begin, end), kind in zip(chars, kinds, strict=True)]


def kinds_of(text: str) -> list[int]:
    """For each character whether a digit of a dictation sounds: DIGIT, OTHER or IGNORED."""
    kinds = [IGNORED if char in _PAUSES else OTHER for char in text]
    at = 0
    while at < len(text):
        if text[at] not in DIGITS:
            at += 1
            continue
        end = at
        while end < len(text) and (text[end] in DIGITS or text[end] in _PAUSES):
            end += 1
        places = [i for i in range(at, end) if text[i] in DIGITS]
        beside = text[max(0, at - 1) : at] + text[places[-1] + 1 : places[-1] + 2]
        is_quantity = any(char in _UNITS for char in beside)
        kind = OTHER if len(places) == 1 else IGNORED
        if len(places) >= _LEAST and not is_quantity:
            kind = DIGIT
        for place in places:
            kinds[place] = kind
        at = end
    return kinds


def _truth(at_ms: NDArray[np.float64], said: Sequence[Segment]) -> NDArray[np.int8]:
    truth = np.full(len(at_ms), IGNORED, dtype=np.int8)
    for start_ms, end_ms, kind in said:
        truth[(at_ms >= start_ms) & (at_ms < end_ms)] = kind
    known = truth >= 0
    changes = np.flatnonzero((truth[1:] != truth[:-1]) & known[1:] & known[:-1])
    for change in changes:
        truth[max(0, change - _BORDER + 1) : change + _BORDER + 1] = IGNORED
    return truth


def _encoded(samples: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    features = _decoder().features(samples)
    frames = int(features.shape[1])
    length = frames_wanted([frames], tail_s=TAIL_S, least_s=LEAST_S)
    return _decoder().encode([features], length)[0], frames


@cache
def _decoder() -> WhisperDecoder:
    files = with_mandarin(prepare_model(None, MODELS), MODELS)
    return WhisperDecoder(files, device="cpu", threads=1)
