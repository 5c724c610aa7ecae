"""Gold calls: reviewed calls whose right answers were agreed on."""

from datetime import date
from typing import Any

from sqlalchemy import Row, func, insert, select

from qa_pipeline.domain.review import CriterionAnswer, GoldCall
from qa_pipeline.store.call_rows import check_known
from qa_pipeline.store.codec import decode, encode
from qa_pipeline.store.part import StorePart
from qa_pipeline.store.tables import gold_calls, review_tasks, reviews

_ANSWERS = tuple[CriterionAnswer, ...]


class StoredGold(StorePart):
    """The calls that inspectors are tested with."""

    def mark_gold(self, gold: GoldCall) -> None:
        """Append a mark; the newest of a call counts. NotFound where the call is not stored."""
        with self.database.write(f"the gold call {gold.call_id}") as connection:
            check_known(connection, {gold.call_id})
            connection.execute(
                insert(gold_calls).values(
                    call_id=gold.call_id,
                    marked_by=gold.marked_by,
                    marked_at=gold.marked_at,
                    answers_json=encode(_ANSWERS, gold.answers),
                    note=gold.note,
                )
            )

    def gold_calls(self) -> tuple[GoldCall, ...]:
        """Every gold call as it is marked now, by call_id."""
        newest = select(func.max(gold_calls.c.mark_id)).group_by(gold_calls.c.call_id)
        chosen = select(gold_calls).where(gold_calls.c.mark_id.in_(newest))
        with self.database.read() as connection:
            return tuple(map(_gold, connection.execute(chosen.order_by(gold_calls.c.call_id))))

    def reviewed_pairs(self) -> frozenset[tuple[str, str]]:
        """(inspector_id, call_id) of everything that was reviewed."""
        chosen = select(reviews.c.inspector_id, reviews.c.call_id).distinct()
        with self.database.read() as connection:
            return frozenset((row[0], row[1]) for row in connection.execute(chosen))

    def gold_pairs(self, before: date) -> frozenset[tuple[str, str]]:
        """(inspector_id, call_id) of the gold tasks of the days before one."""
        chosen = select(review_tasks.c.inspector_id, review_tasks.c.call_id).where(
            review_tasks.c.inclusion_probability.is_(None), review_tasks.c.day < before
        )
        with self.database.read() as connection:
            return frozenset((row[0], row[1]) for row in connection.execute(chosen))


def _gold(row: Row[Any]) -> GoldCall:
    return GoldCall(
        call_id=row.call_id,
        marked_by=row.marked_by,
        marked_at=row.marked_at,
        answers=decode(_ANSWERS, row.answers_json),
        note=row.note,
    )
