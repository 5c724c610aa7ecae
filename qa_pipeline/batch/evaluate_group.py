"""A few recordings from file to stored scorecard: the work of one task run."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from qa_pipeline.batch.attempt import attempt
from qa_pipeline.batch.judge import Heard, judge_again, judge_and_save
from qa_pipeline.batch.outcomes import GroupResult, OutcomeKind, RecordingOutcome
from qa_pipeline.batch.prepare import WorkItem
from qa_pipeline.batch.shift import Shift
from qa_pipeline.batch.stopping import Deadline, Stopped
from qa_pipeline.batch.stopwatch import Stopwatch
from qa_pipeline.ingest import ReadRecording, read_channels, read_recording
from qa_pipeline.transcribe import AudioInput
from qa_pipeline.transcribe import GroupResult as Transcribed

log = logging.getLogger("qa_pipeline.batch")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A recording in memory, with the time that it has left."""

    item: WorkItem
    read: ReadRecording
    audio: AudioInput | None
    deadline: Deadline


def evaluate_group(shift: Shift, group: tuple[WorkItem, ...]) -> GroupResult:
    """Judge each recording of the group and save it; none costs its neighbours.

    A recording ends as a typed outcome whatever happens to it. Only a store that
    refuses and a request to stop end the group; what was saved before stays.
    """
    watch = Stopwatch()
    limit_s = shift.settings.run.recording_timeout_s
    outcomes: list[RecordingOutcome] = []
    ready: list[_Read] = []
    for item in group:
        shift.stop.check()
        if item.is_heard:
            outcomes.append(attempt(item.source, limit_s, partial(judge_again, shift, item, watch)))
            continue
        read = attempt(item.source, limit_s, partial(_read, shift, item, watch))
        if isinstance(read, RecordingOutcome):
            outcomes.append(read)
        else:
            ready.append(read)
    transcribed = _transcribe(shift, ready, watch)
    for each in ready:
        shift.stop.check()
        finish = partial(_finish, shift, each, transcribed, watch)
        outcomes.append(attempt(each.item.source, limit_s, finish))
    for outcome in outcomes:
        if outcome.kind is OutcomeKind.NOT_READABLE:
            shift.store.quarantine(outcome.recording, outcome.path, outcome.reason or "")
    return GroupResult(outcomes=tuple(outcomes), stage_seconds=watch.seconds)


def _read(shift: Shift, item: WorkItem, watch: Stopwatch) -> _Read:
    deadline = Deadline.after(shift.settings.run.recording_timeout_s)
    with watch.stage("decode"):
        found = read_recording(item.source, shift.ingest)
        deadline.check()
        audio = None
        if found.recording.audio_channels:
            channels = read_channels(found.recording, shift.ingest)
            audio = AudioInput(recording_id=item.recording_id, channels=channels)
    return _Read(item=item, read=found, audio=audio, deadline=deadline)


def _transcribe(
    shift: Shift, ready: Sequence[_Read], watch: Stopwatch
) -> Mapping[str, Transcribed]:
    """What the recognizer made of the group; nothing where the group as a whole failed."""
    audio = [r.audio for r in ready if r.read.transcript is None and r.audio is not None]
    if not audio:
        return {}
    try:
        together = _recognize(shift, audio, watch)
    except Stopped:
        raise
    except Exception:
        log.exception("a group of %d recordings failed; trying them one at a time", len(audio))
        return {}
    return {a.recording_id: together for a in audio}


def _recognize(shift: Shift, audio: Sequence[AudioInput], watch: Stopwatch) -> Transcribed:
    recognizer = shift.recognizer.get(watch)
    made = recognizer.transcribe_group(audio, check=shift.stop.check)
    for stage, seconds in made.stage_seconds.items():
        watch.add(stage, seconds)
    return made


def _finish(
    shift: Shift, each: _Read, transcribed: Mapping[str, Transcribed], watch: Stopwatch
) -> RecordingOutcome:
    made = transcribed.get(each.item.recording_id)
    if made is None and each.read.transcript is None and each.audio is not None:
        made = _recognize(shift, [each.audio], watch)
    each.deadline.check()
    heard = Heard(item=each.item, read=each.read, audio=each.audio, transcribed=made)
    return judge_and_save(shift, heard, watch)
