"""What the pages of the review desk read of queue and calls, without decoding judgements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select

from qa_pipeline.domain.call import Call
from qa_pipeline.errors import NotFound
from qa_pipeline.store.call_rows import calls_of
from qa_pipeline.store.part import StorePart, pages
from qa_pipeline.store.tables import judgements, review_tasks, reviews, task_starts


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedCall:
    """A call with the figures of its current scorecard."""

    call: Call
    percent: float | None
    passed: bool | None
    judged_points: float
    not_judged_points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskProgress:
    """How far an inspector's task of a call is."""

    call_id: str
    was_opened: bool
    was_reviewed: bool


class StoredQueuePages(StorePart):
    """Lists of tasks and facts of calls, as quick as a page needs them."""

    def call_facts(self, call_id: str) -> Call:
        """The facts of a call; NotFound for an unknown id."""
        with self.database.read() as connection:
            found = calls_of(connection, (call_id,)).get(call_id)
        if found is None:
            raise NotFound(
                f"call {call_id} is not in {self.database.name}; `qa-pipeline export calls` lists"
                " the calls that are"
            )
        return found

    def queued_calls(self, call_ids: Sequence[str]) -> tuple[QueuedCall, ...]:
        """The judged calls among `call_ids`, in no order."""
        found: list[QueuedCall] = []
        figures = ("percent", "passed", "judged_points", "not_judged_points")
        chosen = select(judgements.c.call_id, *(judgements.c[name] for name in figures))
        with self.database.read() as connection:
            for page in pages(call_ids):
                known = calls_of(connection, page)
                current = chosen.where(judgements.c.is_current, judgements.c.call_id.in_(page))
                found += [
                    QueuedCall(call=known[call_id], **dict(zip(figures, card, strict=True)))
                    for call_id, *card in connection.execute(current)
                ]
        return tuple(found)

    def inspectors_of_day(self, day: date) -> tuple[str, ...]:
        """Who has tasks on the day, by id."""
        chosen = select(review_tasks.c.inspector_id).where(review_tasks.c.day == day).distinct()
        with self.database.read() as connection:
            return tuple(connection.scalars(chosen.order_by(review_tasks.c.inspector_id)))

    def task_progress(self, day: date, inspector_id: str) -> tuple[TaskProgress, ...]:
        """How far each of an inspector's tasks of the day is, in no order."""
        opened = exists().where(
            task_starts.c.day == review_tasks.c.day,
            task_starts.c.inspector_id == review_tasks.c.inspector_id,
            task_starts.c.call_id == review_tasks.c.call_id,
        )
        written = exists().where(
            reviews.c.call_id == review_tasks.c.call_id,
            reviews.c.inspector_id == review_tasks.c.inspector_id,
        )
        chosen = select(
            review_tasks.c.call_id, opened.label("opened"), written.label("written")
        ).where(review_tasks.c.day == day, review_tasks.c.inspector_id == inspector_id)
        with self.database.read() as connection:
            return tuple(
                TaskProgress(
                    call_id=row.call_id,
                    was_opened=bool(row.opened),
                    was_reviewed=bool(row.written),
                )
                for row in connection.execute(chosen)
            )
