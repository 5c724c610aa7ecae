"""The night: find new recordings, judge them, plan the queue, mine cases, say what happened."""

from collections.abc import Sequence
from contextvars import ContextVar
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

from qa_pipeline.batch.evaluate_group import evaluate_group
from qa_pipeline.batch.night import NightResult, finish_night
from qa_pipeline.batch.options import RunOptions
from qa_pipeline.batch.outcomes import GroupResult
from qa_pipeline.batch.prepare import WorkItem, WorkList, find_work
from qa_pipeline.batch.progress import PlainLines, Progress
from qa_pipeline.batch.shift import Shift, open_shift
from qa_pipeline.batch.stopping import StopSignal
from qa_pipeline.settings import Settings

T = TypeVar("T")

PROGRESS: ContextVar[Progress | None] = ContextVar("PROGRESS", default=None)
"""Who is told how far the night is; the command line sets it before it calls the flow."""
STOP: ContextVar[StopSignal | None] = ContextVar("STOP", default=None)
"""How the command line asks the flow to stop."""


@task(name="find new recordings", cache_policy=NO_CACHE, persist_result=False)
def find_new_recordings(shift: Shift) -> WorkList:
    return find_work(shift)


@task(
    name="evaluate recordings",
    retries=1,
    retry_delay_seconds=2,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def evaluate_recordings(shift: Shift, group: tuple[WorkItem, ...]) -> GroupResult:
    # Prefect's own timeout cannot interrupt a thread; the group keeps a deadline a
    # recording itself (batch.stopping), so a retry is for a busy store or a share that blinked.
    return evaluate_group(shift, group)


@task(name="plan queue and mine cases", cache_policy=NO_CACHE, persist_result=False)
def plan_and_mine(shift: Shift, work: WorkList, results: tuple[GroupResult, ...]) -> NightResult:
    return finish_night(shift, work, results)


@flow(name="nightly", validate_parameters=False, persist_result=False, log_prints=False)
def nightly(
    paths: Sequence[str],
    workspace: str = "workspace",
    metadata: str | None = None,
    rubric: str | None = None,
    inspectors: str | None = None,
    model: str | None = None,
    workers: int = 1,
    since: str | None = None,
    retranscribe: bool = False,
    agent_channel: int | None = None,
    name_pattern: str | None = None,
    raw_format: str | None = None,
    channel_map: tuple[int, int] | None = None,
) -> NightResult:
    """Judge every new recording under `paths`, then plan today's queue and mine cases.

    Parameters are plain values so that a deployment can hold them; what they mean
    stands in `RunOptions`. One bad recording costs neither its neighbours nor the
    night: each ends as a typed outcome in the result.
    """
    options = RunOptions(
        paths=tuple(paths),
        workspace=Path(workspace),
        metadata=_path(metadata),
        rubric=_path(rubric),
        inspectors=_path(inspectors),
        model=model,
        workers=workers,
        since=date.fromisoformat(since) if since else None,
        retranscribe=retranscribe,
        agent_channel=agent_channel,
        name_pattern=name_pattern,
        raw_format=raw_format,
        channel_map=(channel_map[0], channel_map[1]) if channel_map else None,
    )
    progress = PROGRESS.get() or PlainLines()
    stop = STOP.get() or StopSignal()
    settings = Settings().model_copy(update={"workspace": options.workspace})
    with open_shift(options, settings, stop, datetime.now(UTC)) as shift:
        return _work_through(shift, progress)


def _work_through(shift: Shift, progress: Progress) -> NightResult:
    work = find_new_recordings(_whole(shift))
    progress.begin(work)
    results: list[GroupResult] = []
    runner: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=shift.options.workers)
    with runner:
        futures = [
            runner.submit(
                evaluate_recordings, parameters={"shift": _whole(shift), "group": _whole(group)}
            )
            for group in work.groups
        ]
        for future in futures:
            done = future.result()
            progress.advance(done)
            results.append(done)
    night = plan_and_mine(_whole(shift), _whole(work), _whole(tuple(results)))
    create_markdown_artifact(key="nightly-summary", markdown=night.as_markdown())
    return night


def _whole(value: T) -> T:
    """Keep Prefect from walking through a value in search of futures."""
    return cast(T, quote(value))


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
