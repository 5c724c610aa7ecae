"""A few recordings from file to stored scorecard: the work of one task run."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from qa_pipeline.batch.attempt import NOBODYS_FAULT, attempt
from qa_pipeline.batch.facts import call_of, settled
from qa_pipeline.batch.in_memory import InMemory
from qa_pipeline.batch.judge import Heard, judge_again, judge_and_save
from qa_pipeline.batch.outcomes import GroupResult, OutcomeKind, RecordingOutcome
from qa_pipeline.batch.prepare import already_done
from qa_pipeline.batch.reading import read_ahead, read_item
from qa_pipeline.batch.shift import Shift
from qa_pipeline.batch.stopping import Deadline
from qa_pipeline.batch.stopwatch import Stopwatch
from qa_pipeline.batch.work import WorkItem
from qa_pipeline.ingest import CallFacts
from qa_pipeline.settings import usable_cores
from qa_pipeline.transcribe import GroupResult as Transcribed

log = logging.getLogger("qa_pipeline.batch")


def evaluate_group(
    shift: Shift, group: tuple[WorkItem, ...], following: tuple[WorkItem, ...] = ()
) -> GroupResult:
    """Judge each recording of the group and save it; none costs its neighbours.

    A recording ends as a typed outcome whatever happens to it. Only a store that
    refuses and a request to stop end the group; what was saved before stays, and a
    second attempt at the group goes on from there. `following` are decoded while
    this group is listened to, for whoever works on them next.
    """
    watch = Stopwatch()
    warnings: list[str] = []
    outcomes: dict[str, RecordingOutcome] = {}
    ready: list[InMemory] = []
    # One file is decoded while another is; both outside Python's lock.
    with ThreadPoolExecutor(usable_cores()) as pool:
        begun = pool.map(partial(_begun, shift, watch), group)
        for item, beginning in zip(group, begun, strict=True):
            if isinstance(beginning, InMemory):
                ready.append(beginning)
            else:
                outcomes[item.recording_id] = beginning
    read_ahead(shift, following)
    transcribed = _transcribe(shift, ready, watch)

    for each in ready:
        # In the group's order, so that the same files get the same call ids every time.
        settled(shift, call_of(shift, each.read.recording, _facts(each)))

    def judged(each: InMemory) -> RecordingOutcome:
        shift.stop.check()
        finish = partial(_finish, shift, each, transcribed, watch)
        return attempt(each.item.source, _limit_s(shift, [each]), finish)

    # Pitch tracking and the speakers' voices run outside Python's lock.
    with ThreadPoolExecutor(usable_cores()) as pool:
        for each, outcome in zip(ready, pool.map(judged, ready), strict=True):
            outcomes[each.item.recording_id] = outcome
            warnings += each.read.warnings
    for item in group:
        _remember(shift, item, outcomes[item.recording_id])
    here = GroupResult(
        outcomes=tuple(outcomes[item.recording_id] for item in group),
        stage_seconds=watch.seconds,
        warnings=tuple(warnings),
    )
    return sum((_copies(shift, i, outcomes[i.recording_id]) for i in group if i.copies), here)


def _facts(each: InMemory) -> CallFacts | None:
    return each.read.transcript.facts if each.read.transcript else None


def _begun(shift: Shift, watch: Stopwatch, item: WorkItem) -> RecordingOutcome | InMemory:
    """The recording in memory, or the outcome of one that needs no listening."""
    shift.stop.check()
    finished = shift.finished.get(item.recording_id)
    if finished is not None:
        return finished
    if item.known is None:
        return read_item(shift, item, watch)
    limit_s = shift.settings.run.recording_timeout_s
    again = attempt(item.source, limit_s, partial(judge_again, shift, item, watch))
    return _finished(shift, item, again)


def _transcribe(
    shift: Shift, ready: Sequence[InMemory], watch: Stopwatch
) -> Mapping[str, Transcribed]:
    """What the recognizer made of the group; nothing where the group as a whole failed."""
    silent = [r for r in ready if r.read.transcript is None and r.audio is not None]
    if not silent:
        return {}
    try:
        together = _recognize(shift, silent, watch)
    except NOBODYS_FAULT:
        raise
    except Exception:
        log.exception("a group of %d recordings failed; trying them one at a time", len(silent))
        return {}
    return {r.item.recording_id: together for r in silent}


def _recognize(shift: Shift, silent: Sequence[InMemory], watch: Stopwatch) -> Transcribed:
    recognizer = shift.recognizer.get(watch)
    check = _both(shift.stop.check, Deadline.after(_limit_s(shift, silent)).check)
    made = recognizer.transcribe_group([r.audio for r in silent if r.audio], check=check)
    for stage, seconds in made.stage_seconds.items():
        watch.add(stage, seconds)
    return made


def _limit_s(shift: Shift, together: Sequence[InMemory]) -> int:
    length_ms = sum(r.read.recording.duration_ms for r in together)
    return allowed_s(shift.settings.run.recording_timeout_s, length_ms)


def allowed_s(timeout_s: int, length_ms: int) -> int:
    """Seconds that recordings may take together: what a run allows, and their own length."""
    return timeout_s + length_ms // 1000


def _both(first: Callable[[], None], second: Callable[[], None]) -> Callable[[], None]:
    def check() -> None:
        first()
        second()

    return check


def _finish(
    shift: Shift, each: InMemory, transcribed: Mapping[str, Transcribed], watch: Stopwatch
) -> RecordingOutcome:
    made = transcribed.get(each.item.recording_id)
    if made is None and each.read.transcript is None and each.audio is not None:
        made = _recognize(shift, [each], watch)
    heard = Heard(item=each.item, read=each.read, audio=each.audio, transcribed=made)
    return _finished(shift, each.item, judge_and_save(shift, heard, watch))


def _finished(shift: Shift, item: WorkItem, outcome: RecordingOutcome) -> RecordingOutcome:
    if outcome.kind is OutcomeKind.EVALUATED:
        shift.finished[item.recording_id] = outcome
    return outcome


def _remember(shift: Shift, item: WorkItem, outcome: RecordingOutcome) -> None:
    if outcome.kind is OutcomeKind.NOT_READABLE:
        shift.store.quarantine(
            outcome.recording, outcome.path, outcome.reason or "", item.recording_id
        )


def _copies(shift: Shift, item: WorkItem, outcome: RecordingOutcome) -> GroupResult:
    """What became of the other files with the same bytes."""
    if outcome.kind is not OutcomeKind.NOT_READABLE:
        return GroupResult(outcomes=tuple(already_done(source) for source in item.copies))
    # The same bytes may be readable under another name: headerless audio is told by it.
    following = replace(item, source=item.copies[0], copies=item.copies[1:])
    return evaluate_group(shift, (following,))
