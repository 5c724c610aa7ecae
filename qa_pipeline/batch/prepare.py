"""What there is to do: which recordings are new, changed, done, or not readable."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from qa_pipeline.batch.attempt import unreadable
from qa_pipeline.batch.facts import call_of, rubric_of, settled
from qa_pipeline.batch.keys import engine_of, judgement_key
from qa_pipeline.batch.outcomes import OutcomeKind, RecordingOutcome
from qa_pipeline.batch.shift import Shift
from qa_pipeline.errors import UnreadableRecording
from qa_pipeline.ingest import SourceFile, discover, read_transcript_file
from qa_pipeline.ingest.source import sha256_of
from qa_pipeline.ingest.transcript_file import TRANSCRIPT_SUFFIX


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """One recording to judge; `is_heard` when a stored transcript can be judged again."""

    source: SourceFile
    recording_id: str
    is_heard: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkList:
    """The night's work in task runs of a few recordings, and what needs none."""

    groups: tuple[tuple[WorkItem, ...], ...]
    outcomes: tuple[RecordingOutcome, ...] = ()
    skipped_count: int = 0
    older_count: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def to_do(self) -> int:
        return sum(len(group) for group in self.groups)


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
    hashed = dict(_hash_all(shift, found.found, outcomes))
    keys = shift.store.current_judgement_keys(tuple(hashed))
    to_do: list[WorkItem] = []
    for recording_id, source in hashed.items():
        shift.stop.check()
        item = WorkItem(source=source, recording_id=recording_id)
        try:
            item, done = _compare(shift, item, keys.get(recording_id))
        except UnreadableRecording as error:
            outcomes.append(unreadable(source, error.reason))
            continue
        if done:
            outcomes.append(already_done(source))
        else:
            to_do.append(item)
    return WorkList(
        groups=tuple(_grouped(to_do, shift.settings.run.group_size)),
        outcomes=tuple(outcomes),
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
) -> Iterator[tuple[str, SourceFile]]:
    """Each content once, under its hash; copies and unreadable files go to `outcomes`."""
    seen: set[str] = set()
    for source in sources:
        shift.stop.check()
        try:
            recording_id = sha256_of(source.location, source.name)
        except UnreadableRecording as error:
            outcomes.append(unreadable(source, error.reason))
            continue
        if recording_id in seen:
            outcomes.append(already_done(source))
            continue
        seen.add(recording_id)
        yield recording_id, source


def _compare(shift: Shift, item: WorkItem, key: str | None) -> tuple[WorkItem, bool]:
    """The item as it has to be worked on, and whether nothing is left to do."""
    known = shift.store.call_of(item.recording_id) if key is not None else None
    if key is None or known is None or shift.options.retranscribe:
        return item, False
    transcript = None
    location = item.source.transcript_location
    if item.source.name.lower().endswith(TRANSCRIPT_SUFFIX):
        location = item.source.location
    if location is not None:
        transcript = read_transcript_file(location, item.source.name, shift.ingest)
        if transcript.transcript_for(known.recording).engine.digest != engine_of(key):
            return item, False
    call = call_of(shift, known.recording, transcript.facts if transcript else None)
    merged = settled(shift, call)
    rubric, by_default = rubric_of(shift, merged)
    now = judgement_key(engine_of(key), merged, rubric, shift.settings, by_default=by_default)
    heard = WorkItem(source=item.source, recording_id=item.recording_id, is_heard=True)
    return heard, now == key


def _grouped(items: list[WorkItem], size: int) -> Iterator[tuple[WorkItem, ...]]:
    """Groups of `size`: small enough to lose little, large enough to pack utterances."""
    for start in range(0, len(items), size):
        yield tuple(items[start : start + size])


def already_done(source: SourceFile) -> RecordingOutcome:
    return RecordingOutcome(
        recording=source.name, path=source.location, kind=OutcomeKind.ALREADY_DONE
    )
