"""The night: find new recordings, judge them, plan the queue, mine cases, say what happened."""

import signal
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

import httpx
from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.events.worker import EventsWorker
from prefect.exceptions import PrefectException
from prefect.futures import PrefectFuture
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import Task
from prefect.utilities.annotations import quote

from qa_pipeline.batch.evaluate_group import evaluate_group
from qa_pipeline.batch.head_start import HeadStart
from qa_pipeline.batch.night import NightResult, finish_night
from qa_pipeline.batch.options import RunOptions
from qa_pipeline.batch.outcomes import GroupResult
from qa_pipeline.batch.progress import PlainLines, Progress
from qa_pipeline.batch.shift import Shift, open_shift
from qa_pipeline.batch.stopping import StopSignal
from qa_pipeline.batch.work import WorkItem, WorkList
from qa_pipeline.errors import ConfigurationError, StoreBusy
from qa_pipeline.settings import Settings

T = TypeVar("T")
_LAST_EVENTS_S = 2.0


@dataclass(slots=True)
class _AtHand:
    """What the command line lends to the flow, and what the flow leaves there."""

    shift: Shift
    begun: HeadStart
    progress: Progress
    on_sigterm: Any
    night: NightResult | None = None
    error: BaseException | None = None


_AT_HAND: ContextVar[_AtHand | None] = ContextVar("_AT_HAND", default=None)


@task(name="find new recordings", cache_policy=NO_CACHE, persist_result=False)
def find_new_recordings(begun: HeadStart) -> WorkList:
    return begun.work()


def may_pass(_task: Task[Any, Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether a second attempt is worth it: only a store that was busy, or a share that blinked."""
    return isinstance(state.result(raise_on_failure=False), StoreBusy)


# Prefect's own timeout cannot interrupt a thread; the group keeps a deadline a recording
# itself (batch.stopping).
@task(
    name="evaluate recordings",
    retries=1,
    retry_delay_seconds=2,
    retry_condition_fn=may_pass,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def evaluate_recordings(
    shift: Shift, group: tuple[WorkItem, ...], following: tuple[WorkItem, ...]
) -> GroupResult:
    return evaluate_group(shift, group, following)


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
    channel_map: Sequence[int] | None = None,
) -> NightResult:
    """Judge every new recording under `paths`, then plan today's queue and mine cases.

    Parameters are plain values so that a deployment can hold them; what they mean
    stands in `RunOptions`. One bad recording costs neither its neighbours nor the
    night: each ends as a typed outcome in the result.
    """
    at_hand = _AT_HAND.get()
    if at_hand is not None:
        try:
            with _sigterm_as(at_hand.on_sigterm):
                at_hand.night = _work_through(at_hand.shift, at_hand.begun, at_hand.progress)
            return at_hand.night
        except BaseException as error:
            at_hand.error = error
            raise
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
    settings = Settings().model_copy(update={"workspace": options.workspace})
    with (
        open_shift(options, settings, StopSignal(), datetime.now(UTC)) as shift,
        closing(HeadStart(shift)) as begun,
    ):
        return _work_through(shift, begun, PlainLines())


def run_night(shift: Shift, begun: HeadStart, progress: Progress) -> NightResult:
    """Run the flow on a shift that is open and begun already, as the command line does.

    What the night did counts, and what stopped it is raised as it was, whatever
    becomes of Prefect's own server meanwhile (a full disk takes it first).
    """
    at_hand = _AtHand(shift, begun, progress, signal.getsignal(signal.SIGTERM))
    lent = _AT_HAND.set(at_hand)
    try:
        night: NightResult = nightly(**_plain(shift.options))
        return night
    except (PrefectException, httpx.HTTPError, RuntimeError, OSError) as error:
        if at_hand.error is not None:
            raise at_hand.error from error
        if at_hand.night is not None:
            return at_hand.night
        raise ConfigurationError(
            f"Prefect's temporary server does not answer ({type(error).__name__}); "
            "nothing was done; run again"
        ) from error
    finally:
        _AT_HAND.reset(lent)
        # Its server is about to go: what is left is told now or never.
        EventsWorker.drain_all(timeout=_LAST_EVENTS_S)


@contextmanager
def _sigterm_as(handler: Any) -> Iterator[None]:
    """Who called the flow hears SIGTERM; Prefect would tear the work out of our hands."""
    prefects = signal.signal(signal.SIGTERM, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, prefects)


def _work_through(shift: Shift, begun: HeadStart, progress: Progress) -> NightResult:
    work = find_new_recordings(_whole(begun))
    progress.begin(work)
    evaluate = evaluate_recordings.with_options(retries=shift.settings.run.retries)
    results: list[GroupResult] = []
    waiting: deque[PrefectFuture[GroupResult]] = deque()
    runner: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=shift.options.workers)

    def collect() -> None:
        done = waiting.popleft().result()
        progress.advance(done)
        results.append(done)

    with runner:
        for group, following in work.with_following(shift.options.workers):
            given = {"shift": _whole(shift), "group": _whole(group), "following": _whole(following)}
            waiting.append(runner.submit(evaluate, parameters=given))
            # A few ahead keep the workers busy; all at once would have to be called back.
            if len(waiting) > 2 * shift.options.workers:
                collect()
        while waiting:
            collect()
    night = plan_and_mine(_whole(shift), _whole(work), _whole(tuple(results)))
    create_markdown_artifact(key="nightly-summary", markdown=night.as_markdown())
    return night


def _plain(options: RunOptions) -> dict[str, Any]:
    """The options as the flow's plain parameters."""
    return {
        name: str(value) if isinstance(value, Path) else value
        for name, value in asdict(options).items()
    } | {"since": options.since.isoformat() if options.since else None}


def _whole(value: T) -> T:
    """Keep Prefect from walking through a value in search of futures."""
    return cast(T, quote(value))


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
