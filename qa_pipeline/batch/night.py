"""After the last recording: plan the queue, mine cases, and say what happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from qa_pipeline.batch.mining import mine_cases
from qa_pipeline.batch.outcomes import (
    GroupResult,
    OutcomeKind,
    RecordingOutcome,
    add_seconds,
    of_kind,
)
from qa_pipeline.batch.queueing import plan_queue
from qa_pipeline.batch.second_hearing import SHARE_OF_TRANSCRIBING, SecondHearing
from qa_pipeline.batch.shift import Shift
from qa_pipeline.batch.stopwatch import Stopwatch
from qa_pipeline.batch.work import WorkList
from qa_pipeline.domain.case import Case
from qa_pipeline.domain.review import ReviewTask


@dataclass(frozen=True, slots=True, kw_only=True)
class NightResult:
    """What a night did, recording by recording, and what it left for the day.

    `new_cases` were mined this night; `tasks` is the plan of `day`, of which
    `notes` say what could not be met and `excluded` which calls were left out.
    """

    outcomes: tuple[RecordingOutcome, ...]
    stage_seconds: Mapping[str, float]
    day: date
    tasks: tuple[ReviewTask, ...]
    excluded: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]
    new_cases: tuple[Case, ...]
    skipped_count: int
    older_count: int
    warnings: tuple[str, ...]

    @property
    def evaluated(self) -> tuple[RecordingOutcome, ...]:
        return of_kind(self.outcomes, OutcomeKind.EVALUATED)

    @property
    def already_done(self) -> tuple[RecordingOutcome, ...]:
        return of_kind(self.outcomes, OutcomeKind.ALREADY_DONE)

    @property
    def not_readable(self) -> tuple[RecordingOutcome, ...]:
        return of_kind(self.outcomes, OutcomeKind.NOT_READABLE)

    @property
    def last_line(self) -> str:
        """The line that every run ends with, English under every locale."""
        return (
            f"{len(self.evaluated)} recordings evaluated, {len(self.already_done)} already done, "
            f"{len(self.not_readable)} not readable"
        )

    def as_markdown(self) -> str:
        """The summary that the flow publishes as an artifact."""
        seconds = ", ".join(f"{k} {v:.1f} s" for k, v in self.stage_seconds.items() if v)
        lines = [
            f"# {self.day} 质检运行小结",
            "",
            self.last_line,
            "",
            f"- 今日复核队列：{len(self.tasks)} 通",
            f"- 新增案例候选：{len(self.new_cases)} 个",
            f"- 各阶段耗时：{seconds or '无'}",
        ]
        lines += [f"- 无法读取：{o.recording}：{o.reason}" for o in self.not_readable]
        lines += [f"- 提示：{note}" for note in (*self.notes, *self.warnings)]
        return "\n".join(lines) + "\n"


def finish_night(shift: Shift, work: WorkList, results: tuple[GroupResult, ...]) -> NightResult:
    """Plan today's queue once, mine the new calls for cases, and keep a record of the run."""
    shift.stop.check()
    outcomes = (*work.outcomes, *(o for r in results for o in r.outcomes))
    _keep_quarantine(shift, work, outcomes)
    for call in work.moved:
        shift.store.update_call(call)
    watch = Stopwatch()
    day = today(shift)
    with watch.stage("save"):
        plan = plan_queue(shift.store, shift.settings, day, ())
        ears = SecondHearing(
            shift.options.model,
            shift.recognizer.models_dir,
            allowed_seconds=SHARE_OF_TRANSCRIBING * _spent(results, "transcribe"),
        )
        cases = mine_cases(shift.store, _not_mined(shift), ears)
    # clips are heard while their cases are saved
    watch.add("hear_again", ears.seconds)
    watch.add("save", -ears.seconds)
    seconds = add_seconds([*(r.stage_seconds for r in results), watch.seconds])
    night = NightResult(
        outcomes=outcomes,
        stage_seconds=seconds,
        day=day,
        tasks=plan.tasks,
        excluded=plan.excluded,
        notes=(*plan.notes, *ears.told),
        new_cases=cases,
        skipped_count=work.skipped_count,
        older_count=work.older_count,
        warnings=(*work.warnings, *(w for r in results for w in r.warnings)),
    )
    counts = {kind.value: len(of_kind(outcomes, kind)) for kind in OutcomeKind}
    shift.store.save_run(shift.started_at, datetime.now(UTC), counts, seconds)
    return night


def _spent(results: tuple[GroupResult, ...], stage: str) -> float:
    return sum(result.stage_seconds.get(stage, 0.0) for result in results)


def _keep_quarantine(shift: Shift, work: WorkList, outcomes: tuple[RecordingOutcome, ...]) -> None:
    listed = {entry.path for entry in shift.store.quarantined()}
    for outcome in outcomes:
        if outcome.kind is not OutcomeKind.NOT_READABLE and outcome.path in listed:
            shift.store.release(outcome.path)
    for outcome in of_kind(work.outcomes, OutcomeKind.NOT_READABLE):
        shift.store.quarantine(outcome.recording, outcome.path, outcome.reason or "")


def _not_mined(shift: Shift) -> tuple[str, ...]:
    """What was judged or reviewed since the last run that came to its end, by whichever run."""
    runs = shift.store.runs()
    since = runs[-1].started_at if runs else None
    reviewed = {r.call_id for r in shift.store.reviews() if since and r.reviewed_at >= since}
    return tuple(sorted(reviewed | set(shift.store.judged_since(since))))


def today(shift: Shift) -> date:
    """The day at the centre when the run started."""
    return shift.started_at.astimezone(ZoneInfo(shift.settings.queue.centre_time_zone)).date()
