"""The shipped recognizer: Whisper over utterances packed across channels and calls."""

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

import ctranslate2
import numpy as np

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.phrase_query import PhraseQuery
from qa_pipeline.domain.transcript import Engine
from qa_pipeline.transcribe import decoder as network
from qa_pipeline.transcribe import vocabulary
from qa_pipeline.transcribe.assemble import Recognized, transcript_of
from qa_pipeline.transcribe.audio import AudioInput, GroupResult, Verified
from qa_pipeline.transcribe.decoder import (
    Encoded,
    Features,
    Hypothesis,
    Rows,
    TimedToken,
    WhisperDecoder,
    frames_wanted,
)
from qa_pipeline.transcribe.dictation import DigitEar, dictated_by, fitted_ear
from qa_pipeline.transcribe.firewall import LOW_LOG_PROBABILITY, is_doubled, is_loop
from qa_pipeline.transcribe.language import language_of
from qa_pipeline.transcribe.leakage import speech_without_leakage
from qa_pipeline.transcribe.rest import unread_rest
from qa_pipeline.transcribe.speech_activity import VAD_SETTINGS, speech_of
from qa_pipeline.transcribe.verify import PhraseVerifier
from qa_pipeline.transcribe.weights import EMBEDDED_SHA256, ModelFiles
from qa_pipeline.transcribe.windows import (
    BATCH_WINDOWS,
    MAX_PAUSE_MS,
    MAX_WINDOW_MS,
    Window,
    batches_of,
    windows_of,
)

VERSION = "4"
TAIL_S, LEAST_S = 0.7, 8.0
"""Silence after the speech, and the least length that the encoder sees.

Less of either and the model, not seeing the end, says a short sentence twice.
"""
RETRY_TAIL_S, RETRY_LEAST_S = 4.0, 15.0
SLAB_WINDOWS = 96
MOST_RESTS = 2
_UNSURE_LOG_PROBABILITY = -1.0


class WhisperRecognizer:
    """A loaded Whisper model that transcribes groups of recordings."""

    def __init__(
        self,
        files: ModelFiles,
        *,
        words: Sequence[str] = (),
        device: str = "auto",
        threads: int = 0,
        hears_digits: bool = False,
    ) -> None:
        is_known = files.weights_hash == EMBEDDED_SHA256
        self._ear = fitted_ear() if hears_digits and is_known else None
        self._decoder = WhisperDecoder(files, words=words, device=device, threads=threads)
        self.engine = Engine(
            name=f"whisper:{files.name}",
            version=f"{VERSION}+ct2.{ctranslate2.__version__}",
            weights_hash=files.weights_hash,
            settings_digest=_settings_digest(self._decoder),
        )

    def transcribe_group(
        self, recordings: Sequence[AudioInput], *, check: Callable[[], None] | None = None
    ) -> GroupResult:
        """Transcribe recordings together; roles stay UNKNOWN (see GroupResult)."""
        check = check or _carry_on
        started = time.perf_counter()
        with ThreadPoolExecutor(self._decoder.workers) as pool:
            speech = _speech_of_group(pool, recordings, check)
            vad_seconds = time.perf_counter() - started
            work = _Work(self._decoder, recordings, check, self._ear)
            languages = work.run(pool, speech)
            pool_seconds = time.perf_counter() - started - vad_seconds
        align_seconds = pool_seconds * work.align_share
        transcripts = {
            audio.recording_id: transcript_of(
                audio,
                languages.get(index, "zh"),
                work.recognized_of(index),
                self.engine,
                prompt=self._decoder.prompt,
            )
            for index, audio in enumerate(recordings)
        }
        return GroupResult(
            transcripts=transcripts,
            speech={
                a.recording_id: speech_without_leakage(
                    speech[i], transcripts[a.recording_id].utterances
                )
                for i, a in enumerate(recordings)
            },
            stage_seconds={
                "vad": vad_seconds,
                "transcribe": time.perf_counter() - started - vad_seconds - align_seconds,
                "align": align_seconds,
            },
            dictated=None
            if self._ear is None
            else {
                audio.recording_id: dictated_by(work.recognized_of(index))
                for index, audio in enumerate(recordings)
            },
        )

    def answer(
        self,
        recordings: Sequence[AudioInput],
        queries: Sequence[PhraseQuery],
        *,
        check: Callable[[], None] | None = None,
    ) -> Verified:
        """Ask by forced decoding whether phrases were said (see PhraseVerifier)."""
        return PhraseVerifier(self._decoder).answer(recordings, queries, check=check)


@dataclass(slots=True)
class _Work:
    """One group's way through the network; batches run in the pool's threads."""

    decoder: WhisperDecoder
    recordings: Sequence[AudioInput]
    check: Callable[[], None]
    ear: DigitEar | None = None
    results: list[Recognized] = field(default_factory=list)
    busy_s: float = 0.0
    align_s: float = 0.0

    @property
    def align_share(self) -> float:
        return self.align_s / self.busy_s if self.busy_s else 0.0

    def recognized_of(self, recording: int) -> tuple[Recognized, ...]:
        mine = (r for r in self.results if r.window.recording == recording)
        return tuple(sorted(mine, key=lambda r: (r.window.regions, r.window.audio_channel)))

    def run(
        self, pool: ThreadPoolExecutor, speech: Sequence[tuple[tuple[Interval, ...], ...]]
    ) -> Mapping[int, str]:
        """Recognize everything; returns the language of each recording that holds speech."""
        windows = [
            window
            for index, audio in enumerate(self.recordings)
            for channel in audio.distinct_channels
            for window in windows_of(audio, index, channel, speech[index][channel])
        ]
        # The longest window of each channel tells the language, so they come first.
        scouts, rest = _scouts(windows)
        languages: dict[int, str] = {}
        for slab in _slabs(scouts, rest):
            batches = self._encoded(pool, batches_of(slab))
            if not languages:
                languages = self._languages(pool, batches, scouts)
            self.results += self._read(pool, _of_one_language(batches, languages), languages)
        self._read_on(pool, languages)
        self._listen_again(pool, languages)
        return languages

    def _languages(
        self, pool: ThreadPoolExecutor, batches: Sequence["_Batch"], scouts: Sequence[Window]
    ) -> dict[int, str]:
        wanted = {id(window) for window in scouts}
        parts = [part for b in batches if (part := b.only(lambda w: id(w) in wanted)).windows]
        heard: dict[int, list[tuple[float, Mapping[str, float]]]] = defaultdict(list)
        told = pool.map(lambda part: self.decoder.languages(part.encoded.rows), parts)
        for part, each in zip(parts, told, strict=True):
            for window, probabilities in zip(part.windows, each, strict=True):
                heard[window.recording].append((window.duration_ms / 1000, probabilities))
        return {recording: language_of(part) for recording, part in heard.items()}

    def _read_on(self, pool: ThreadPoolExecutor, languages: Mapping[int, str]) -> None:
        """Read what is left of windows whose text broke off, and once more what is left of that."""
        latest = self.results
        for _ in range(MOST_RESTS):
            rests = [rest for r in latest if (rest := unread_rest(r)) is not None]
            latest = []
            for slab in _slabs([], rests):
                batches = self._encoded(pool, batches_of(slab))
                latest += self._read(pool, _of_one_language(batches, languages), languages)
            self.results += latest

    def _listen_again(self, pool: ThreadPoolExecutor, languages: Mapping[int, str]) -> None:
        doubtful = [r for r in self.results if _is_doubtful(r)]
        if not doubtful:
            return
        first = {id(r.window): r for r in doubtful}
        better: dict[int, Recognized] = {}
        for slab in _slabs([], [r.window for r in doubtful]):
            batches = self._encoded(pool, batches_of(slab), again=True)
            for second in self._read(pool, _of_one_language(batches, languages), languages):
                key = id(second.window)
                better[key] = _better(first[key], second)
        self.results = [better.get(id(r.window), r) for r in self.results]

    def _encoded(
        self, pool: ThreadPoolExecutor, batches: Sequence[tuple[Window, ...]], again: bool = False
    ) -> list["_Batch"]:
        # Windows are the smallest pieces of work there are: no worker waits for another.
        tail_s, least_s = (RETRY_TAIL_S, RETRY_LEAST_S) if again else (TAIL_S, LEAST_S)
        flat = [window for batch in batches for window in batch]
        features = dict(zip(map(id, flat), pool.map(self._features, flat), strict=True))
        lengths = [
            frames_wanted([features[id(w)].shape[1] for w in batch], tail_s=tail_s, least_s=least_s)
            for batch in batches
        ]
        pieces = [
            (part, length)
            for batch, length in zip(batches, lengths, strict=True)
            for part in ([batch] if self.decoder.on_gpu else [(w,) for w in batch])
        ]
        rows = pool.map(lambda p: self._encode([features[id(w)] for w in p[0]], p[1]), pieces)
        return [
            _Batch(
                windows=batch,
                encoded=Encoded(
                    rows=np.concatenate(
                        list(islice(rows, 1 if self.decoder.on_gpu else len(batch)))
                    ),
                    frames=tuple(int(features[id(w)].shape[1]) for w in batch),
                ),
            )
            for batch in batches
        ]

    def _features(self, window: Window) -> Features:
        self.check()
        return self.decoder.features(window.samples(self.recordings[window.recording]))

    def _encode(self, features: Sequence[Features], length: int) -> Rows:
        self.check()
        started = time.perf_counter()
        rows = self.decoder.encode(features, length)
        self.busy_s += time.perf_counter() - started
        return rows

    def _read(
        self, pool: ThreadPoolExecutor, batches: Sequence["_Batch"], languages: Mapping[int, str]
    ) -> list[Recognized]:
        def read(batch: _Batch) -> list[Recognized]:
            return self._recognize(batch, languages[batch.windows[0].recording])

        return [recognized for part in pool.map(read, batches) for recognized in part]

    def _recognize(self, batch: "_Batch", language: str) -> list[Recognized]:
        self.check()
        started = time.perf_counter()
        hypotheses = self.decoder.generate(batch.encoded, language)
        decoded = time.perf_counter()
        timed = self.decoder.align(batch.encoded, hypotheses, language)
        finished = time.perf_counter()
        self.busy_s += finished - started
        self.align_s += finished - decoded
        read = [_recognized(*row) for row in zip(batch.windows, hypotheses, timed, strict=True)]
        return read if self.ear is None else self.ear.beside(batch.encoded, read)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Windows of like length with what the encoder made of them."""

    windows: tuple[Window, ...]
    encoded: Encoded

    def only(self, is_wanted: Callable[[Window], bool]) -> "_Batch":
        places = [place for place, window in enumerate(self.windows) if is_wanted(window)]
        if len(places) == len(self.windows):
            return self
        return _Batch(
            windows=tuple(self.windows[p] for p in places),
            encoded=Encoded(
                rows=self.encoded.rows[places],
                frames=tuple(self.encoded.frames[p] for p in places),
            ),
        )


def _recognized(
    window: Window, hypothesis: Hypothesis, tokens: tuple[TimedToken, ...]
) -> Recognized:
    return Recognized(
        window=window,
        tokens=tokens,
        log_probability=hypothesis.log_probability,
        no_speech_probability=hypothesis.no_speech_probability,
        was_cut=hypothesis.was_cut,
    )


def _is_doubtful(recognized: Recognized) -> bool:
    plain = recognized.plain
    return bool(plain) and (
        recognized.was_cut
        or recognized.log_probability < _UNSURE_LOG_PROBABILITY
        or is_loop(plain)
        or is_doubled(plain)
    )


def _better(first: Recognized, second: Recognized) -> Recognized:
    """The reading to keep; it remembers the other one where both are weak."""
    broken = is_loop(first.plain) or is_doubled(first.plain) or first.was_cut
    keep_second = bool(second.plain) and (broken or second.log_probability > first.log_probability)
    kept, other = (second, first) if keep_second else (first, second)
    if kept.log_probability < LOW_LOG_PROBABILITY and not broken:
        return kept.beside(other)
    return kept


def _scouts(windows: Sequence[Window]) -> tuple[list[Window], list[Window]]:
    longest: dict[tuple[int, int], Window] = {}
    for window in windows:
        key = (window.recording, window.audio_channel)
        if key not in longest or (window.duration_ms > longest[key].duration_ms):
            longest[key] = window
    chosen = {id(window) for window in longest.values()}
    return list(longest.values()), [w for w in windows if id(w) not in chosen]


def _slabs(first: Sequence[Window], rest: Sequence[Window]) -> Iterator[Sequence[Window]]:
    """Windows in portions whose encodings fit in memory together; `first` are all in the first."""
    ordered = [*first, *rest]
    size = max(SLAB_WINDOWS, len(first))
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def _of_one_language(batches: Iterable["_Batch"], languages: Mapping[int, str]) -> list["_Batch"]:
    def is_spoken(language: str, window: Window) -> bool:
        return languages[window.recording] == language

    return [
        batch.only(partial(is_spoken, language))
        for batch in batches
        for language in sorted({languages[w.recording] for w in batch.windows})
    ]


def _speech_of_group(
    pool: ThreadPoolExecutor, recordings: Sequence[AudioInput], check: Callable[[], None]
) -> list[tuple[tuple[Interval, ...], ...]]:
    def listen(task: tuple[int, int]) -> tuple[Interval, ...]:
        check()
        return speech_of(recordings[task[0]], task[1])

    tasks = [(i, c) for i, audio in enumerate(recordings) for c in audio.distinct_channels]
    found = dict(zip(tasks, pool.map(listen, tasks), strict=True))
    return [
        tuple(found.get((i, c), found[i, 0]) for c in range(audio.n_channels))
        for i, audio in enumerate(recordings)
    ]


def _carry_on() -> None:
    """Nobody asked to stop."""


def _settings_digest(decoder: WhisperDecoder) -> str:
    parts = (
        VAD_SETTINGS, MAX_WINDOW_MS, MAX_PAUSE_MS, BATCH_WINDOWS, TAIL_S, LEAST_S,
        RETRY_TAIL_S, RETRY_LEAST_S, _UNSURE_LOG_PROBABILITY, network.BEAM_SIZE,
        network.TOKENS_PER_SECOND, network.SPARE_TOKENS, decoder.compute_type,
        vocabulary.RECIPE, decoder.prompt,
    )  # fmt: skip
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
