"""What there is to do: which recordings are new, changed, done, or not readable."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from qa_pipeline.batch.attempt import unreadable
from qa_pipeline.batch.facts import call_of, rubric_of, settled
from qa_pipeline.batch.keys import engine_of, judgement_key
from qa_pipeline.batch.outcomes import OutcomeKind, RecordingOutcome
from qa_pipeline.batch.shift import Shift
from qa_pipeline.batch.work import WorkItem, WorkList
from qa_pipeline.domain.call import Call
from qa_pipeline.domain.speakers import SplitMethod
from qa_pipeline.errors import UnreadableRecording
from qa_pipeline.ingest import SourceFile, discover, read_transcript_file
from qa_pipeline.ingest.remote import is_remote
from qa_pipeline.ingest.source import local_path, sha256_of
from qa_pipeline.ingest.transcript_file import TRANSCRIPT_SUFFIX

GROUP_BYTES = 96 * 1024**2
"""Of files in a group: three hours of two telephone channels at 8 bit are half more than this."""


def find_work(shift: Shift) -> WorkList:
    """Find recordings, tell known from new by their hash, and group what is to do.

    A file delivered twice is done once. Raises UsageError for a path that does
    not exist.
    """
    found = discover(
        shift.options.paths,
        workspace=shift.options.workspace,
        since=_since(shift),
        table=shift.table,
    )
    outcomes: list[RecordingOutcome] = []
    hashed = _hash_all(shift, found.found, outcomes)
    keys = shift.store.current_judgement_keys(tuple(hashed))
    to_do: list[WorkItem] = []
    moved: list[Call] = []
    for recording_id, sources in hashed.items():
        shift.stop.check()
        item = WorkItem(source=sources[0], recording_id=recording_id, copies=tuple(sources[1:]))
        try:
            item, done = _compare(shift, item, keys.get(recording_id))
        except UnreadableRecording as error:
            outcomes += [unreadable(source, error.reason) for source in sources]
            continue
        if done:
            outcomes += [already_done(source) for source in sources]
            moved += [item.known] if item.known and _has_moved(shift, item.known) else []
        else:
            to_do.append(item)
    return WorkList(
        groups=tuple(_grouped(to_do, shift.settings.run.group_size)),
        outcomes=tuple(outcomes),
        moved=tuple(moved),
        skipped_count=found.skipped_count,
        older_count=found.older_count,
        warnings=(*shift.warnings, *found.warnings),
    )


def _since(shift: Shift) -> datetime | None:
    day = shift.options.since
    zone = ZoneInfo(shift.settings.queue.centre_time_zone)
    return None if day is None else datetime.combine(day, time(), zone)


def _hash_all(
    shift: Shift, sources: Iterable[SourceFile], outcomes: list[RecordingOutcome]
) -> dict[str, list[SourceFile]]:
    """The files under the hash of their content; what cannot be read goes to `outcomes`."""
    files: dict[str, list[SourceFile]] = {}
    for source in sources:
        shift.stop.check()
        try:
            recording_id = sha256_of(source.location, source.name)
        except UnreadableRecording as error:
            outcomes.append(unreadable(source, error.reason))
            continue
        files.setdefault(recording_id, []).append(source)
    return files


def _compare(shift: Shift, item: WorkItem, key: str | None) -> tuple[WorkItem, bool]:
    """The item as it has to be worked on, and whether nothing is left to do."""
    stored = shift.store.call_of(item.recording_id) if key is not None else None
    if key is None or stored is None or shift.options.retranscribe:
        return item, False
    source = item.source
    transcript = None
    location = source.transcript_location
    if source.name.lower().endswith(TRANSCRIPT_SUFFIX):
        location = source.location
    if location is not None:
        transcript = read_transcript_file(location, source.name, shift.ingest)
        if transcript.transcript_for(stored.recording).engine.digest != engine_of(key):
            return item, False
    here = replace(stored.recording, path=source.location, name=source.name)
    call = settled(shift, call_of(shift, here, transcript.facts if transcript else None))
    rubric, by_default = rubric_of(shift, call)
    now = judgement_key(
        engine_of(key),
        call,
        rubric,
        shift.settings,
        by_default=by_default,
        embedding_model=shift.meaning.model_for(item.recording_id),
        answers=shift.store.answers_of(item.recording_id),
        hints=shift.trust.hints(rubric),
        baseline_id=shift.store.baseline_id_of(item.recording_id),
    )
    if call.agent_channel != stored.agent_channel and not _has_divided_channels(shift, item):
        return item, False
    return replace(item, known=call), now == key


def _has_divided_channels(shift: Shift, item: WorkItem) -> bool:
    """Whether agent and customer can change places without listening again."""
    heard = shift.store.any_analysis(item.recording_id)
    return heard is not None and heard.split.method is not SplitMethod.UNDIVIDED


def _has_moved(shift: Shift, call: Call) -> bool:
    stored = shift.store.call_of(call.recording.recording_id)
    if stored is None or stored.recording.path == call.recording.path:
        return False
    # A copy beside the first one is no move: the place that is known stays while it holds.
    known = stored.recording.path
    return not is_remote(known) and not os.path.lexists(local_path(known))


def _grouped(items: list[WorkItem], size: int) -> Iterator[tuple[WorkItem, ...]]:
    """Groups of `size`: small enough to lose little, large enough to pack utterances.

    A group is in memory at once, so long recordings make it a smaller one.
    """
    group: list[WorkItem] = []
    for item in items:
        if len(group) == size or (group and _size_bytes([*group, item]) > GROUP_BYTES):
            yield tuple(group)
            group = []
        group.append(item)
    if group:
        yield tuple(group)


def _size_bytes(items: Iterable[WorkItem]) -> int:
    return sum(item.source.size_bytes or 0 for item in items)


def already_done(source: SourceFile) -> RecordingOutcome:
    return RecordingOutcome(
        recording=source.name, path=source.location, kind=OutcomeKind.ALREADY_DONE
    )
