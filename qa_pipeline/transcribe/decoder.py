"""The Whisper network: features, encoder, beam search and word alignment for a batch."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ctranslate2
import numpy as np
import tokenizers
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens
from numpy.typing import NDArray

from qa_pipeline.errors import ModelError
from qa_pipeline.transcribe.audio import Samples
from qa_pipeline.transcribe.weights import ModelFiles

# With this much context a wider beam reads no better: in windows of 14 s, CER on five
# sample calls with a beam of 5 and of 3: 0.180 and 0.179, noisy 0.456 and 0.459.
BEAM_SIZE = 3
TOKENS_PER_SECOND = 10.0
SPARE_TOKENS = 8
FRAMES_PER_SECOND = 100
MAX_FRAMES = 3000
MAX_TOKENS = 448


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """What the beam search preferred for one window.

    `log_probability` is the mean per token, end of text included. `was_cut` says
    that the cap on tokens ended it.
    """

    tokens: tuple[int, ...]
    log_probability: float
    no_speech_probability: float
    was_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedToken:
    """A piece of text with its seconds from the start of the window."""

    text: str
    start_s: float
    end_s: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """The encoder's output for a batch and the frames of sound in each window."""

    output: Any
    frames: tuple[int, ...]


class WhisperDecoder:
    """A loaded model; safe to use from as many threads as it has workers."""

    def __init__(self, files: ModelFiles, *, device: str = "auto", threads: int = 0) -> None:
        cores = threads or len(os.sched_getaffinity(0))
        on_gpu = device != "cpu" and ctranslate2.get_cuda_device_count() > 0
        self.workers = 1 if on_gpu else min(4, cores)
        self.compute_type = "float16" if on_gpu else "int8"
        try:
            self._model = ctranslate2.models.Whisper(
                str(files.path),
                device="cuda" if on_gpu else "cpu",
                compute_type=self.compute_type,
                inter_threads=self.workers,
                intra_threads=max(1, cores // self.workers),
            )
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{files.path}: the model cannot be loaded ({error})") from error
        self._vocabulary = tokenizers.Tokenizer.from_file(str(files.path / "tokenizer.json"))
        self._features = FeatureExtractor(feature_size=self._model.n_mels)
        self._tokenizers: dict[str, Tokenizer] = {}

    @property
    def is_multilingual(self) -> bool:
        return bool(self._model.is_multilingual)

    def tokenizer(self, language: str) -> Tokenizer:
        """The tokenizer whose start sequence names the language."""
        if language not in self._tokenizers:
            self._tokenizers[language] = Tokenizer(
                self._vocabulary, self.is_multilingual, "transcribe", language
            )
        return self._tokenizers[language]

    @cached_property
    def _suppressed(self) -> list[int]:
        return list(get_suppressed_tokens(self.tokenizer("zh"), [-1]))

    def encode(self, windows: Sequence[Samples], *, tail_s: float, least_s: float) -> Encoded:
        """Encode windows, each followed by at least `tail_s` of silence, `least_s` in all."""
        features = [self._features(samples, padding=0) for samples in windows]
        frames = tuple(int(f.shape[1]) for f in features)
        wanted = max(max(frames) + tail_s * FRAMES_PER_SECOND, least_s * FRAMES_PER_SECOND)
        length = min(MAX_FRAMES, math.ceil(wanted / 2) * 2)
        lengthened = [_lengthened(f, length)[np.newaxis] for f in features]
        return Encoded(output=self._encoded(lengthened), frames=frames)

    def _encoded(self, windows: Sequence[NDArray[np.float32]]) -> Any:
        if self._model.device != "cpu":
            return self._model.encode(ctranslate2.StorageView.from_array(np.concatenate(windows)))
        # One window fits the processor's cache, sixteen do not: measured, a batch
        # costs 60 % more for each frame, and twenty times the memory.
        encoded = [
            np.array(self._model.encode(ctranslate2.StorageView.from_array(w))) for w in windows
        ]
        return ctranslate2.StorageView.from_array(np.concatenate(encoded))

    def languages(self, encoded: Encoded) -> list[dict[str, float]]:
        """For each window, the probability of every language code."""
        if not self.is_multilingual:
            return [{"en": 1.0} for _ in encoded.frames]
        return [
            {token[2:-2]: float(probability) for token, probability in ranked}
            for ranked in self._model.detect_language(encoded.output)
        ]

    def generate(self, encoded: Encoded, language: str) -> list[Hypothesis]:
        """Beam search without time tokens; tokens are capped by the longest window."""
        tokenizer = self.tokenizer(language)
        prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        cap = SPARE_TOKENS + int(TOKENS_PER_SECOND * max(encoded.frames) / FRAMES_PER_SECOND)
        cap = min(cap, MAX_TOKENS - len(prompt))
        results = self._model.generate(
            encoded.output,
            [prompt] * len(encoded.frames),
            beam_size=BEAM_SIZE,
            max_length=len(prompt) + cap,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=self._suppressed,
        )
        return [_hypothesis(result, cap) for result in results]

    def align(
        self, encoded: Encoded, hypotheses: Sequence[Hypothesis], language: str
    ) -> list[tuple[TimedToken, ...]]:
        """Word times and probabilities of each window's text, in one pass."""
        tokenizer = self.tokenizer(language)
        texts = [[t for t in h.tokens if t < tokenizer.eot] for h in hypotheses]
        if not any(texts):
            return [() for _ in texts]
        aligned = self._model.align(
            encoded.output, tokenizer.sot_sequence, texts, list(encoded.frames)
        )
        return [
            _timed(tokenizer, text, result) if text else ()
            for text, result in zip(texts, aligned, strict=True)
        ]


def _lengthened(features: NDArray[Any], length: int) -> NDArray[np.float32]:
    # The floor of the log mel scale is what silence after the speech looks like.
    missing = length - features.shape[1]
    floor = float(features.min())
    padded = np.pad(features[:, :length], ((0, 0), (0, max(0, missing))), constant_values=floor)
    return np.ascontiguousarray(padded, dtype=np.float32)


def _hypothesis(result: Any, cap: int) -> Hypothesis:
    tokens = tuple(result.sequences_ids[0])
    return Hypothesis(
        tokens=tokens,
        log_probability=float(result.scores[0]) * len(tokens) / (len(tokens) + 1),
        no_speech_probability=float(result.no_speech_prob),
        was_cut=len(tokens) >= cap,
    )


def _timed(tokenizer: Tokenizer, text: list[int], result: Any) -> tuple[TimedToken, ...]:
    words, pieces = tokenizer.split_to_word_tokens([*text, tokenizer.eot])
    if len(pieces) <= 1 or not result.alignments:
        return ()
    text_indices = np.array([pair[0] for pair in result.alignments])
    time_indices = np.array([pair[1] for pair in result.alignments])
    jumps = np.concatenate([[True], np.diff(text_indices) > 0])
    seconds = time_indices[jumps] / (FRAMES_PER_SECOND / 2)
    bounds = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces[:-1]])])
    if bounds[-1] >= len(seconds):
        seconds = np.pad(seconds, (0, int(bounds[-1]) + 1 - len(seconds)), mode="edge")
    probabilities = result.text_token_probs
    return tuple(
        TimedToken(
            text=word,
            start_s=float(seconds[first]),
            end_s=float(seconds[last]),
            probability=float(np.mean(probabilities[first:last])),
        )
        for word, first, last in zip(words, bounds[:-1], bounds[1:], strict=False)
    )
