"""Listen a second time to clips that may leave, by a recognizer that expects dictated numbers."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

from qa_pipeline.domain.case_card import HeardAgain
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.transcript import Transcript, Utterance, Word
from qa_pipeline.errors import ModelError, UnreadableRecording
from qa_pipeline.ingest import IngestOptions, read_channels
from qa_pipeline.redact import EXPECTED, heard_again
from qa_pipeline.transcribe import AudioInput, Recognizer, load_recognizer

MOST_CLIPS = 200
"""A night hears no more of them: the rest of a library that is heard anew waits for the next."""
SHARE_OF_TRANSCRIBING = 0.1
"""A run hears clips for so much of the time that its recordings took to transcribe."""
_LEAST_SECONDS = 10.0
"""For less the model is not loaded."""
BESIDE_MS = 10_000
"""So much before and behind a clip is heard too: the words there say what a number is."""
_SAMPLES_PER_MS = 16


@dataclass(slots=True)
class SecondHearing:
    """The ears for clips: the model is loaded with the first clip and kept.

    `clips` and `seconds` count what was heard and the wall time that it took, without loading,
    of `allowed_seconds`; `put_off` what was left to later nights.
    """

    model: str | None
    models_dir: Path
    allowed_seconds: float
    clips: int = 0
    seconds: float = 0.0
    put_off: int = 0
    problem: str = ""
    _recognizer: Recognizer | None = None

    def hear(self, judged: JudgedCall, clip: Interval) -> tuple[HeardAgain, ...] | None:
        """What is personal in and around the clip; None, and why in `problem`, where it is unheard.

        That is where the recording is gone or has no sound, the model is missing, or the night
        has heard enough.
        """
        recording = judged.analyzed.call.recording
        if recording.audio_channels == 0:
            return None
        if self.is_done:
            self.put_off += not self.problem
            return None
        try:
            channels = read_channels(recording, IngestOptions())
        except UnreadableRecording:
            return None
        recognizer = self._load()
        if recognizer is None:
            return None
        begun = time.perf_counter()
        start_ms = max(0, clip.start_ms - BESIDE_MS)
        end_ms = clip.end_ms + BESIDE_MS
        part = channels[:, start_ms * _SAMPLES_PER_MS : end_ms * _SAMPLES_PER_MS]
        if part.shape[1] == 0:
            return None
        sound = AudioInput(recording_id=recording.recording_id, channels=part)
        result = recognizer.transcribe_group([sound])
        heard = _moved(result.transcripts[recording.recording_id], start_ms)
        dictated = None
        if result.dictated is not None:
            runs = result.dictated[recording.recording_id]
            dictated = [replace(d, interval=_later(d.interval, start_ms)) for d in runs]
        found = heard_again(judged.analyzed.transcript, heard, dictated)
        self.clips += 1
        self.seconds += time.perf_counter() - begun
        return found

    @property
    def is_done(self) -> bool:
        """Whether nothing more will be heard: the model is missing, or it was enough."""
        is_enough = self.clips >= MOST_CLIPS or self.seconds >= self.allowed_seconds
        return bool(self.problem) or is_enough or self.allowed_seconds < _LEAST_SECONDS

    @property
    def told(self) -> tuple[str, ...]:
        """What people should know of it: the time each clip took, and why none was heard."""
        lines = []
        if self.clips:
            each = self.seconds / self.clips
            lines.append(f"案例片段第二次听写：{self.clips} 个，平均每个 {each:.1f} 秒")
        if self.put_off:
            lines.append(
                f"案例片段 {self.put_off} 个还没有第二次听写，以后的夜间运行会做，"
                "也可现在运行 qa-pipeline cases hear"
            )
        if self.problem:
            lines.append(f"案例片段没有第二次听写：{self.problem}")
        return tuple(lines)

    def _load(self) -> Recognizer | None:
        if self._recognizer is None:
            try:
                self._recognizer = load_recognizer(
                    self.model, self.models_dir, words=EXPECTED, hears_digits=True
                )
            except ModelError as error:
                self.problem = str(error)
        return self._recognizer


def _moved(transcript: Transcript, by_ms: int) -> Transcript:
    """A part's transcript on the clock of the whole recording."""

    def word(one: Word) -> Word:
        return replace(one, interval=_later(one.interval, by_ms))

    def utterance(one: Utterance) -> Utterance:
        words = tuple(map(word, one.words))
        return replace(one, interval=_later(one.interval, by_ms), words=words)

    return replace(transcript, utterances=tuple(map(utterance, transcript.utterances)))


def _later(interval: Interval, by_ms: int) -> Interval:
    return Interval(interval.start_ms + by_ms, interval.end_ms + by_ms)
