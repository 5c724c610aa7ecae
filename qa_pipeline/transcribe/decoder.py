"""The Whisper network: features, encoder, beam search and word alignment for a batch."""

import math
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import tokenizers
from ctranslate2 import StorageView
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens
from numpy.typing import NDArray

from qa_pipeline.errors import ModelError
from qa_pipeline.settings import usable_cores
from qa_pipeline.transcribe.audio import Samples
from qa_pipeline.transcribe.domain_words import prompt_of
from qa_pipeline.transcribe.weights import ModelFiles

# With this much context a wider beam reads no better: in windows of 14 s, CER on five
# sample calls with a beam of 5 and of 3: 0.180 and 0.179, noisy 0.456 and 0.459.
BEAM_SIZE = 3
TOKENS_PER_SECOND = 10.0
SPARE_TOKENS = 8
FRAMES_PER_SECOND = 100
MAX_FRAMES = 3000
MAX_TOKENS = 448
_WHOLE_VOCABULARY = 51_866
# What the alignment of a batch may hold: it scores every word at every place at once.
_MAX_SCORES = 16_000_000
_CHINESE = frozenset({"zh", "yue"})

Features = NDArray[np.float32]
Rows = NDArray[np.float32]


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
    """The encoder's output (windows, time, width) of a batch and each window's frames of sound."""

    rows: Rows
    frames: tuple[int, ...]


class _Network:
    """One CTranslate2 model and the ids of its vocabulary, whole or reduced."""

    def __init__(self, model: Any, kept: tuple[int, ...] | None = None) -> None:
        self.model = model
        self._kept = kept
        self._own = None if kept is None else {old: new for new, old in enumerate(kept)}

    @property
    def n_words(self) -> int:
        """The size of its vocabulary, the widest there is where it is not reduced."""
        return _WHOLE_VOCABULARY if self._kept is None else len(self._kept)

    def knows(self, ids: Iterable[int]) -> bool:
        """Whether every id of the tokenizer stands in this model."""
        return self._own is None or all(i in self._own for i in ids)

    def own_ids(self, ids: Iterable[int]) -> list[int]:
        """Ids of the tokenizer as ids of this model; what it does not know is left out."""
        if self._own is None:
            return list(ids)
        return [self._own[i] for i in ids if i in self._own]

    def tokenizer_ids(self, ids: Iterable[int]) -> tuple[int, ...]:
        """Ids of this model as ids of the tokenizer."""
        kept = self._kept
        return tuple(ids) if kept is None else tuple(kept[i] for i in ids)


class WhisperDecoder:
    """A loaded model; safe to use from as many threads as it has workers."""

    def __init__(
        self,
        files: ModelFiles,
        *,
        words: Sequence[str] = (),
        device: str = "auto",
        threads: int = 0,
    ) -> None:
        self._cores = threads or usable_cores()
        self.on_gpu = device != "cpu" and ctranslate2.get_cuda_device_count() > 0
        self.workers = 1 if self.on_gpu else min(4, self._cores)
        self.compute_type = "float16" if self.on_gpu else "int8"
        self._files = files
        self._loading = threading.Lock()
        self._whole: _Network | None = None
        self._mandarin: _Network | None = None
        if files.mandarin is not None:
            self._mandarin = _Network(self._load(files.mandarin.path), files.mandarin.kept)
        self._listener = self._mandarin or self._network("en")
        self._vocabulary = tokenizers.Tokenizer.from_file(str(files.path / "tokenizer.json"))
        self._features = FeatureExtractor(feature_size=self._listener.model.n_mels)
        self._tokenizers: dict[str, Tokenizer] = {}
        self._suppressed = list(get_suppressed_tokens(self.tokenizer("zh"), [-1]))
        self.prompt = prompt_of(words, lambda text: len(self.spelled(text)))
        self._context = self.spelled(self.prompt) if self.prompt else []

    def _load(self, folder: Path) -> Any:
        try:
            return ctranslate2.models.Whisper(
                str(folder),
                device="cuda" if self.on_gpu else "cpu",
                compute_type=self.compute_type,
                inter_threads=self.workers,
                intra_threads=max(1, self._cores // self.workers),
            )
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{folder}: the model cannot be loaded ({error})") from error

    def spelled(self, text: str) -> list[int]:
        """Tokens of a text; what the reduced model lacks is spelled letter by letter."""
        tokenizer = self.tokenizer("zh")
        pieces = (tokenizer.encode(piece) for piece in text)
        whole: list[int] = tokenizer.encode(text)
        return whole if self._listener.knows(whole) else [t for piece in pieces for t in piece]

    def _network(self, language: str) -> _Network:
        """The reduced model for Chinese; the whole one, loaded when first wanted, for others."""
        if self._mandarin is not None and language in _CHINESE:
            return self._mandarin
        with self._loading:
            if self._whole is None:
                self._whole = _Network(self._load(self._files.path))
            return self._whole

    @property
    def is_multilingual(self) -> bool:
        return bool(self._listener.model.is_multilingual)

    def tokenizer(self, language: str) -> Tokenizer:
        """The tokenizer whose start sequence names the language."""
        if language not in self._tokenizers:
            self._tokenizers[language] = Tokenizer(
                self._vocabulary, self.is_multilingual, "transcribe", language
            )
        return self._tokenizers[language]

    def features(self, samples: Samples) -> Features:
        """(mels, frames): the log mel spectrum of one window, 100 frames a second."""
        return np.asarray(self._features(samples, padding=0), dtype=np.float32)

    def encode(self, features: Sequence[Features], length: int) -> Rows:
        """(windows, length / 2, width): the encoder's output, silence after each window.

        On a processor windows are encoded one at a time: one fits its cache, sixteen do
        not (measured, a batch costs 60 % more for each frame, and twenty times the memory).
        """
        model = self._listener.model
        lengthened = [_lengthened(one, length)[np.newaxis] for one in features]
        batches = [np.concatenate(lengthened)] if self.on_gpu else lengthened
        encoded = [model.encode(StorageView.from_array(batch), to_cpu=True) for batch in batches]
        return np.concatenate([np.array(one, dtype=np.float32) for one in encoded])

    def languages(self, encoded: Rows) -> list[dict[str, float]]:
        """For each window, the probability of every language code."""
        if not self.is_multilingual:
            return [{"en": 1.0} for _ in encoded]
        detected = self._listener.model.detect_language(StorageView.from_array(encoded))
        return [
            {token[2:-2]: float(probability) for token, probability in ranked}
            for ranked in detected
        ]

    def generate(self, encoded: Encoded, language: str) -> list[Hypothesis]:
        """Beam search without time tokens; tokens are capped by the longest window."""
        tokenizer, network = self.tokenizer(language), self._network(language)
        start = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        if self._context and language in _CHINESE:
            start = [tokenizer.sot_prev, *self._context, *start]
        prompt = network.own_ids(start)
        cap = SPARE_TOKENS + int(TOKENS_PER_SECOND * max(encoded.frames) / FRAMES_PER_SECOND)
        cap = min(cap, MAX_TOKENS - len(prompt))
        results = network.model.generate(
            StorageView.from_array(encoded.rows),
            [prompt] * len(encoded.frames),
            beam_size=BEAM_SIZE,
            max_length=len(prompt) + cap,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=network.own_ids(self._suppressed),
        )
        return [
            _hypothesis(result, network.tokenizer_ids(result.sequences_ids[0]), cap)
            for result in results
        ]

    def align(
        self, encoded: Encoded, hypotheses: Sequence[Hypothesis], language: str
    ) -> list[tuple[TimedToken, ...]]:
        """Word times and probabilities of each window's text, in one pass."""
        tokenizer, network = self.tokenizer(language), self._network(language)
        texts = [[t for t in h.tokens if t < tokenizer.eot] for h in hypotheses]
        longest = max(len(text) for text in texts)
        if longest == 0:
            return [() for _ in texts]
        size = max(1, _MAX_SCORES // (longest * network.n_words))
        aligned = [
            result
            for start in range(0, len(texts), size)
            for result in network.model.align(
                StorageView.from_array(encoded.rows[start : start + size]),
                network.own_ids(tokenizer.sot_sequence),
                [network.own_ids(text) for text in texts[start : start + size]],
                list(encoded.frames[start : start + size]),
            )
        ]
        return [
            _timed(tokenizer, text, result) if text else ()
            for text, result in zip(texts, aligned, strict=True)
        ]

    def forced(
        self, encoded: Encoded, texts: Sequence[Sequence[int]], language: str
    ) -> list[list[float]]:
        """The probability of each token of each text, said of the one window in `encoded`.

        A token that the model does not know has probability 0.
        """
        tokenizer, network = self.tokenizer(language), self._network(language)
        known = [network.own_ids(text) for text in texts]
        if not any(known):
            return [[0.0] * len(text) for text in texts]
        results = network.model.align(
            StorageView.from_array(np.repeat(encoded.rows[:1], len(texts), axis=0)),
            network.own_ids(tokenizer.sot_sequence),
            known,
            [encoded.frames[0]] * len(texts),
        )
        return [
            [next(probabilities) if network.knows([token]) else 0.0 for token in text]
            for text, probabilities in zip(
                texts, (iter(r.text_token_probs) for r in results), strict=True
            )
        ]


def frames_wanted(frames: Iterable[int], *, tail_s: float, least_s: float) -> int:
    """Frames to encode for windows together: their longest, at least `tail_s` of silence,
    `least_s` in all; even, at most Whisper's 3000.
    """
    wanted = max(max(frames) + tail_s * FRAMES_PER_SECOND, least_s * FRAMES_PER_SECOND)
    return min(MAX_FRAMES, math.ceil(wanted / 2) * 2)


def _lengthened(features: Features, length: int) -> Features:
    # The floor of the log mel scale is what silence after the speech looks like.
    missing = length - features.shape[1]
    floor = float(features.min())
    padded = np.pad(features[:, :length], ((0, 0), (0, max(0, missing))), constant_values=floor)
    return np.ascontiguousarray(padded, dtype=np.float32)


def _hypothesis(result: Any, tokens: tuple[int, ...], cap: int) -> Hypothesis:
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
