"""A recording that was read and waits to be judged."""

from dataclasses import dataclass

from qa_pipeline.batch.outcomes import RecordingOutcome
from qa_pipeline.batch.work import WorkItem
from qa_pipeline.ingest import ReadRecording
from qa_pipeline.transcribe import AudioInput


@dataclass(frozen=True, slots=True, kw_only=True)
class InMemory:
    """A recording in memory."""

    item: WorkItem
    read: ReadRecording
    audio: AudioInput | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEarly:
    """What became of a recording that was read ahead of its turn, and what it took."""

    beginning: RecordingOutcome | InMemory
    decode_s: float

    @property
    def size_bytes(self) -> int:
        """The decoded sound that waits with it."""
        beginning = self.beginning
        if isinstance(beginning, InMemory) and beginning.audio is not None:
            return beginning.audio.channels.nbytes
        return 0
