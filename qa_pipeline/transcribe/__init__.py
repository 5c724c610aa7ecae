"""Plug-in point: audio becomes Transcripts.

A recognizer is anything with `engine`, `transcribe_group` and `answer`. Another speech
engine is one module here and one line in `load_recognizer`; the shared contract
test in tests/transcribe says what it must keep.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from qa_pipeline.domain.phrase_query import PhraseQuery
from qa_pipeline.domain.transcript import Engine
from qa_pipeline.transcribe.audio import AudioInput, GroupResult, Verified
from qa_pipeline.transcribe.weights import ModelFiles, prepare_model, with_mandarin

__all__ = [
    "AudioInput",
    "GroupResult",
    "ModelFiles",
    "Recognizer",
    "Verified",
    "load_recognizer",
    "prepare_model",
]


class Recognizer(Protocol):
    """A speech engine that is ready to listen."""

    engine: Engine

    def transcribe_group(
        self, recordings: Sequence[AudioInput], *, check: Callable[[], None] | None = None
    ) -> GroupResult:
        """Transcribe recordings together, one transcript for each `recording_id`.

        `check` is called now and then; what it raises ends the work.
        """
        ...

    def answer(
        self,
        recordings: Sequence[AudioInput],
        queries: Sequence[PhraseQuery],
        *,
        check: Callable[[], None] | None = None,
    ) -> Verified:
        """Answer what only listening again can tell; a query without sound is left out."""
        ...


def load_recognizer(
    model: str | None,
    models_dir: Path,
    *,
    words: Sequence[str] = (),
    device: str = "auto",
    threads: int = 0,
    hears_digits: bool = False,
) -> Recognizer:
    """Prepare the model (see `prepare_model`) and load it.

    `words` are the centre's own (products, people), which it should expect, the most
    important first. `threads` is the number of processor cores to use, 0 for all that this
    process may use. `hears_digits` tells also where digits are dictated (GroupResult.dictated),
    which only the embedded model can. Raises ModelError.
    """
    # Loading the network's libraries takes a second that no other command should pay.
    from qa_pipeline.transcribe.whisper import WhisperRecognizer

    files = with_mandarin(prepare_model(model, models_dir), models_dir)
    return WhisperRecognizer(
        files, words=words, device=device, threads=threads, hears_digits=hears_digits
    )
