"""What Today shows: one inspector's tasks of one planned day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qa_pipeline.domain.review import ReviewTask
from qa_pipeline.store import CallStore, QueuedCall, TaskProgress


class TaskState(StrEnum):
    WAITING = "待复核"
    STARTED = "进行中"
    DONE = "已复核"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    task: ReviewTask
    call: QueuedCall
    state: TaskState

    @property
    def is_blind(self) -> bool:
        """The machine stays hidden until the inspector has answered."""
        return self.task.blind and self.state is not TaskState.DONE

    @property
    def is_barely_judged(self) -> bool:
        return self.call.not_judged_points > self.call.judged_points

    @property
    def reasons(self) -> tuple[str, ...]:
        """The task's reason, one finding each."""
        if self.is_blind:
            return ("盲评：提交后才显示机器结果",)
        return tuple(part for part in self.task.reason.split("；") if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayView:
    """`days` are the planned days, oldest first; `inspectors` (id, name) of this day."""

    day: date | None
    days: tuple[date, ...]
    inspectors: tuple[tuple[str, str], ...]
    inspector_id: str | None
    tasks: tuple[TaskView, ...]

    @property
    def done(self) -> int:
        return sum(t.state is TaskState.DONE for t in self.tasks)

    @property
    def left_ms(self) -> int:
        return sum(t.task.expected_review_ms for t in self.tasks if t.state is not TaskState.DONE)

    @property
    def next(self) -> TaskView | None:
        return next((t for t in self.tasks if t.state is not TaskState.DONE), None)

    @property
    def earlier(self) -> date | None:
        return max((d for d in self.days if self.day and d < self.day), default=None)

    @property
    def later(self) -> date | None:
        return min((d for d in self.days if self.day and d > self.day), default=None)


def today_view(
    store: CallStore, inspector_id: str | None, day: date | None, *, own_only: bool = False
) -> TodayView:
    """The wanted day (the newest planned one otherwise) of the wanted inspector.

    An unknown day or inspector falls back to the newest day and the first
    inspector; with `own_only` nobody but this inspector is shown.
    """
    days = store.days_planned()
    shown = day if day in days else max(days, default=None)
    names = {i.inspector_id: i.name for i in store.inspectors()}
    ids: Sequence[str] = store.inspectors_of_day(shown) if shown and not own_only else ()
    if own_only:
        ids = [inspector_id] if inspector_id else []
    chosen = inspector_id if inspector_id in ids else next(iter(ids), None)
    mine = store.tasks(day=shown, inspector_id=chosen) if shown and chosen else ()
    calls = {c.call.call_id: c for c in store.queued_calls([t.call_id for t in mine])}
    states = task_states(store, mine)
    return TodayView(
        day=shown,
        days=days,
        inspectors=tuple((i, names.get(i) or i) for i in ids),
        inspector_id=chosen,
        tasks=tuple(
            TaskView(task=task, call=calls[task.call_id], state=state)
            for task, state in zip(mine, states, strict=True)
            if task.call_id in calls
        ),
    )


def task_states(store: CallStore, tasks: Sequence[ReviewTask]) -> list[TaskState]:
    """How far each task is: done once its inspector has submitted a review of the call."""
    states = {
        (day, who, progress.call_id): _state(progress)
        for day, who in {(t.day, t.inspector_id) for t in tasks}
        for progress in store.task_progress(day, who)
    }
    return [states[task.day, task.inspector_id, task.call_id] for task in tasks]


def has_reviewed(store: CallStore, inspector_id: str, call_id: str) -> bool:
    return any(r.inspector_id == inspector_id for r in store.reviews(call_id=call_id))


def tasks_beside(store: CallStore, task: ReviewTask) -> tuple[ReviewTask, ...]:
    """All tasks of the same inspector and day."""
    return store.tasks(day=task.day, inspector_id=task.inspector_id)


def next_task(store: CallStore, done: ReviewTask, mine: Sequence[ReviewTask]) -> ReviewTask | None:
    """The next waiting task of `mine` (`tasks_beside`): behind this one, else from the front."""
    states = task_states(store, mine)
    waiting = [t for t, state in zip(mine, states, strict=True) if state is not TaskState.DONE]
    return min(waiting, key=lambda t: (t.position <= done.position, t.position), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextCall:
    """What comes after the call in hand, so that the page can fetch its sound early."""

    call_id: str
    has_sound: bool


def next_call(store: CallStore, task: ReviewTask, mine: Sequence[ReviewTask]) -> NextCall | None:
    """The call of `mine` that handing in `task` leads to, None where it is the last one."""
    following = next_task(store, task, mine)
    if following is None or following.call_id == task.call_id:
        return None
    recording = store.call_facts(following.call_id).recording
    return NextCall(call_id=following.call_id, has_sound=recording.audio_channels > 0)


def _state(progress: TaskProgress) -> TaskState:
    if progress.was_reviewed:
        return TaskState.DONE
    return TaskState.STARTED if progress.was_opened else TaskState.WAITING
