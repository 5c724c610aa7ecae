"""Frames, tasks and inspectors: who is to hear which calls on which day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from qa_pipeline.domain.review import Inspector, ReviewTask
from qa_pipeline.errors import NotFound, StoreError
from qa_pipeline.store.call_rows import check_known
from qa_pipeline.store.codec import decode, encode
from qa_pipeline.store.part import StorePart, distinct_values, now, pages
from qa_pipeline.store.tables import (
    frame_calls,
    frames,
    inspectors,
    review_tasks,
    reviews,
    task_starts,
)

MOST_DAYS = 40_000
"""More than a century."""
_DAYS = tuple[date, ...]
_DRAW_FIELDS = ("inclusion_probability", "design_id", "seed")
_TASK_FIELDS = tuple(field.name for field in fields(ReviewTask))


class StoredQueue(StorePart):
    """The daily queue."""

    def frame_of(self, day: date) -> tuple[str, ...] | None:
        """The call ids that the day was planned from, in order; None when it was not."""
        with self.database.read() as connection:
            return _frame(connection, day)

    def frame_probabilities(self, day: date) -> Mapping[str, float]:
        """The inclusion probability of every call of the day's frame that has one."""
        chosen = select(frame_calls.c.call_id, frame_calls.c.probability).where(
            frame_calls.c.day == day, frame_calls.c.probability.is_not(None)
        )
        with self.database.read() as connection:
            return {row.call_id: row.probability for row in connection.execute(chosen)}

    def framed_call_ids(self) -> frozenset[str]:
        """Every call that stands in some day's frame."""
        with self.database.read() as connection:
            return frozenset(connection.scalars(select(frame_calls.c.call_id)))

    def save_frame(self, day: date, call_ids: Iterable[str]) -> tuple[str, ...]:
        """Fix the day's frame and return it; the first one stays, whoever comes second.

        Raises StoreError where a call is unknown or stands in another day's frame.
        """
        with self.database.write(f"the frame of {day}") as connection:
            fixed = _frame(connection, day)
            if fixed is not None:
                return fixed
            chosen = tuple(sorted(set(call_ids)))
            connection.execute(insert(frames).values(day=day, fixed_at=now()))
            try:
                for page in pages(chosen):
                    connection.execute(
                        insert(frame_calls), [{"day": day, "call_id": c} for c in page]
                    )
            except IntegrityError as error:
                raise StoreError(
                    f"the frame of {day} names a call that is not stored or stands in an earlier"
                    " frame; nothing was saved; plan the day again"
                ) from error
            return chosen

    def save_plan(
        self,
        day: date,
        tasks: Sequence[ReviewTask],
        probabilities: Mapping[str, float] | None = None,
    ) -> None:
        """Replace the day's tasks that nobody has started; started ones stay as they are.

        `probabilities` by call_id become those of the day's frame. A started task
        that is in `tasks` takes probability, design and seed from there.
        """
        rows = [_task_row(task) for task in tasks]
        if any(task.day != day for task in tasks):
            raise StoreError(f"the plan of {day} holds a task of another day; nothing was saved")
        with self.database.write(f"the plan of {day}") as connection:
            check_known(connection, {task.call_id for task in tasks})
            kept = {_key(task) for task in _tasks(connection, _started(day))}
            connection.execute(
                delete(review_tasks).where(
                    review_tasks.c.day == day,
                    ~_has_start() & ~_has_review(),
                )
            )
            fresh = [row for row, task in zip(rows, tasks, strict=True) if _key(task) not in kept]
            if fresh:
                connection.execute(insert(review_tasks), fresh)
            if drawn_anew := [row for row in rows if (row["inspector_id"], row["call_id"]) in kept]:
                connection.execute(_redrawn(), [_bound(row) for row in drawn_anew])
            if probabilities:
                _save_probabilities(connection, day, tasks, probabilities)

    def tasks(
        self,
        day: date | None = None,
        inspector_id: str | None = None,
        call_id: str | None = None,
    ) -> tuple[ReviewTask, ...]:
        """The planned tasks by day, inspector and position."""
        chosen = select(review_tasks)
        if day is not None:
            chosen = chosen.where(review_tasks.c.day == day)
        if inspector_id is not None:
            chosen = chosen.where(review_tasks.c.inspector_id == inspector_id)
        if call_id is not None:
            chosen = chosen.where(review_tasks.c.call_id == call_id)
        with self.database.read() as connection:
            return _tasks(connection, chosen)

    def started_tasks(self, day: date) -> tuple[ReviewTask, ...]:
        """The day's tasks that were opened, or whose inspector has reviewed the call."""
        with self.database.read() as connection:
            return _tasks(connection, _started(day))

    def start_task(self, day: date, inspector_id: str, call_id: str) -> None:
        """Note that an inspector has opened a task; a second time changes nothing."""
        key = {"day": day, "inspector_id": inspector_id, "call_id": call_id}
        with self.database.read() as connection:  # every look at the page comes by here
            if connection.execute(select(task_starts).filter_by(**key)).first() is not None:
                return
        with self.database.write(f"the start of {call_id}") as connection:
            if connection.execute(select(review_tasks).filter_by(**key)).first() is None:
                raise NotFound(f"{inspector_id} has no task for call {call_id} on {day}")
            if connection.execute(select(task_starts).filter_by(**key)).first() is None:
                connection.execute(insert(task_starts).values(**key, started_at=now()))

    def days_planned(self) -> tuple[date, ...]:
        """The days that have a frame or tasks, oldest first."""
        with self.database.read() as connection:
            framed = connection.scalars(select(frames.c.day))
            tasked = distinct_values(connection, review_tasks.c.day, MOST_DAYS)
            return tuple(sorted({*framed, *tasked}))

    def save_inspectors(self, people: Iterable[Inspector]) -> None:
        """Replace the list of inspectors: who is not on the new one gets no more tasks."""
        rows = [
            {
                "inspector_id": i.inspector_id,
                "name": i.name,
                "team": i.team,
                "capacity_calls": i.capacity_calls,
                "capacity_minutes": i.capacity_minutes,
                "leave_json": encode(_DAYS, i.leave),
            }
            for i in people
        ]
        with self.database.write("the inspectors") as connection:
            connection.execute(delete(inspectors))
            if rows:
                connection.execute(insert(inspectors), rows)

    def inspectors(self) -> tuple[Inspector, ...]:
        """The inspectors by id."""
        with self.database.read() as connection:
            rows = connection.execute(select(inspectors).order_by(inspectors.c.inspector_id))
            return tuple(map(_inspector, rows))


def _redrawn() -> Any:
    return (
        update(review_tasks)
        .where(
            review_tasks.c.day == bindparam("b_day"),
            review_tasks.c.inspector_id == bindparam("b_inspector_id"),
            review_tasks.c.call_id == bindparam("b_call_id"),
        )
        .values({name: bindparam(f"b_{name}") for name in _DRAW_FIELDS})
    )


def _bound(row: dict[str, Any]) -> dict[str, Any]:
    names = ("day", "inspector_id", "call_id", *_DRAW_FIELDS)
    return {f"b_{name}": row[name] for name in names}


def _save_probabilities(
    connection: Connection,
    day: date,
    tasks: Sequence[ReviewTask],
    probabilities: Mapping[str, float],
) -> None:
    changed = (
        update(frame_calls)
        .where(frame_calls.c.call_id == bindparam("b_call_id"), frame_calls.c.day == day)
        .values(probability=bindparam("b_probability"))
    )
    for page in pages(sorted(probabilities)):
        connection.execute(
            changed, [{"b_call_id": c, "b_probability": probabilities[c]} for c in page]
        )
    drawn = next((t for t in tasks if t.inclusion_probability is not None), None)
    if drawn is not None:
        connection.execute(
            update(frames)
            .where(frames.c.day == day)
            .values(design_id=drawn.design_id, seed=drawn.seed)
        )


def _frame(connection: Connection, day: date) -> tuple[str, ...] | None:
    if connection.execute(select(frames).where(frames.c.day == day)).first() is None:
        return None
    chosen = select(frame_calls.c.call_id).where(frame_calls.c.day == day)
    return tuple(connection.scalars(chosen.order_by(frame_calls.c.call_id)))


def _has_start() -> Any:
    return (
        select(task_starts.c.call_id)
        .where(task_starts.c.day == review_tasks.c.day)
        .where(task_starts.c.inspector_id == review_tasks.c.inspector_id)
        .where(task_starts.c.call_id == review_tasks.c.call_id)
        .exists()
    )


def _has_review() -> Any:
    return (
        select(reviews.c.review_id)
        .where(reviews.c.inspector_id == review_tasks.c.inspector_id)
        .where(reviews.c.call_id == review_tasks.c.call_id)
        .exists()
    )


def _started(day: date) -> Select[Any]:
    return select(review_tasks).where(review_tasks.c.day == day, _has_start() | _has_review())


def _tasks(connection: Connection, chosen: Select[Any]) -> tuple[ReviewTask, ...]:
    ordered = chosen.order_by(
        review_tasks.c.day,
        review_tasks.c.inspector_id,
        review_tasks.c.position,
        review_tasks.c.call_id,
    )
    return tuple(map(_task, connection.execute(ordered)))


def _task(row: Row[Any]) -> ReviewTask:
    return ReviewTask(**{name: getattr(row, name) for name in _TASK_FIELDS})


def _task_row(task: ReviewTask) -> dict[str, Any]:
    return {name: getattr(task, name) for name in _TASK_FIELDS}


def _key(task: ReviewTask) -> tuple[str, str]:
    return task.inspector_id, task.call_id


def _inspector(row: Row[Any]) -> Inspector:
    return Inspector(
        inspector_id=row.inspector_id,
        name=row.name,
        team=row.team,
        capacity_calls=row.capacity_calls,
        capacity_minutes=row.capacity_minutes,
        leave=decode(_DAYS, row.leave_json),
    )
