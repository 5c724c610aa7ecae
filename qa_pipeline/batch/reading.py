"""Recordings come into memory, in their turn or ahead of it."""

from functools import partial

from qa_pipeline.batch.attempt import attempt
from qa_pipeline.batch.in_memory import InMemory, ReadEarly
from qa_pipeline.batch.outcomes import RecordingOutcome
from qa_pipeline.batch.shift import Shift
from qa_pipeline.batch.stopping import Deadline
from qa_pipeline.batch.stopwatch import Stopwatch
from qa_pipeline.batch.work import WorkItem
from qa_pipeline.ingest import read_channels, read_recording
from qa_pipeline.transcribe import AudioInput


def read_item(shift: Shift, item: WorkItem, watch: Stopwatch) -> RecordingOutcome | InMemory:
    """The recording in memory, read now or before, or why it cannot be read."""
    early = shift.ahead.take(item.recording_id)
    if early is not None:
        watch.add("decode", early.decode_s)
        return early.beginning
    limit_s = shift.settings.run.recording_timeout_s
    return attempt(item.source, limit_s, partial(_read, shift, item, watch))


def read_ahead(shift: Shift, items: tuple[WorkItem, ...]) -> None:
    """Begin to read what has to be listened to; returns at once."""
    shift.ahead.begin(
        {i.recording_id: partial(_read_early, shift, i) for i in items if i.known is None}
    )


def _read_early(shift: Shift, item: WorkItem) -> ReadEarly:
    shift.stop.check()
    watch = Stopwatch()
    limit_s = shift.settings.run.recording_timeout_s
    beginning = attempt(item.source, limit_s, partial(_read, shift, item, watch))
    return ReadEarly(beginning=beginning, decode_s=watch.seconds.get("decode", 0.0))


def _read(shift: Shift, item: WorkItem, watch: Stopwatch) -> InMemory:
    deadline = Deadline.after(shift.settings.run.recording_timeout_s)
    with watch.stage("decode"):
        found = read_recording(item.source, shift.ingest)
        deadline.check()
        audio = None
        if found.recording.audio_channels:
            channels = read_channels(found.recording, shift.ingest)
            deadline.check()
            audio = AudioInput(recording_id=item.recording_id, channels=channels)
    return InMemory(item=item, read=found, audio=audio)
