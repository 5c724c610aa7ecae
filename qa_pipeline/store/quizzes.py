"""Quizzes and what people answered: attempts are appended, never changed."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select

from qa_pipeline.domain.case import CaseStatus
from qa_pipeline.domain.quiz import Attempt, ItemAnswer, Quiz, QuizItem
from qa_pipeline.errors import NotFound
from qa_pipeline.store.cases import status_now
from qa_pipeline.store.codec import decode, encode
from qa_pipeline.store.part import StorePart, now
from qa_pipeline.store.tables import cases
from qa_pipeline.store.tables.quizzes import quiz_attempts, quiz_items, quizzes

_ANSWERS = dict[str, ItemAnswer]


class StoredQuizzes(StorePart):
    """Listening quizzes."""

    def add_quiz(self, title: str, items: Sequence[QuizItem], *, who: str) -> int:
        """Keep a quiz as it is now; returns its quiz_id. An item's id is its case's."""
        with self.database.write(f"the quiz {title}") as connection:
            made = connection.execute(
                insert(quizzes).values(title=title, made_by=who, made_at=now())
            )
            (quiz_id,) = made.inserted_primary_key or (0,)
            if items:
                connection.execute(
                    insert(quiz_items), [_row(quiz_id, n, i) for n, i in enumerate(items, 1)]
                )
        return int(quiz_id)

    def quizzes(self) -> tuple[Quiz, ...]:
        """All quizzes, the newest first."""
        with self.database.read() as connection:
            return _quizzes(connection, select(quizzes))

    def quiz(self, quiz_id: int) -> Quiz:
        """One quiz; NotFound for an unknown id."""
        with self.database.read() as connection:
            for quiz in _quizzes(connection, select(quizzes).where(quizzes.c.quiz_id == quiz_id)):
                return quiz
        raise NotFound(f"there is no quiz {quiz_id}; the page /quizzes lists those there are")

    def add_attempt(
        self, quiz_id: int, who: str, answers: dict[str, ItemAnswer], *, n_known: int
    ) -> bool:
        """Append what somebody answered; False, and nothing kept, where it is sent twice.

        `n_known` is how many attempts the form's writer had made. NotFound for an
        unknown quiz.
        """
        self.quiz(quiz_id)
        mine = quiz_attempts.c.quiz_id == quiz_id, quiz_attempts.c.who == who
        with self.database.write(f"the answers to quiz {quiz_id}") as connection:
            made = connection.scalar(select(func.count()).where(*mine)) or 0
            if made != n_known:
                return False
            connection.execute(
                insert(quiz_attempts).values(
                    quiz_id=quiz_id,
                    who=who,
                    number=made + 1,
                    answers_json=encode(_ANSWERS, answers),
                    taken_at=now(),
                )
            )
        return True

    def attempts(self, quiz_id: int | None = None, who: str | None = None) -> tuple[Attempt, ...]:
        """The attempts, oldest first."""
        chosen = select(quiz_attempts).order_by(quiz_attempts.c.attempt_id)
        if quiz_id is not None:
            chosen = chosen.where(quiz_attempts.c.quiz_id == quiz_id)
        if who is not None:
            chosen = chosen.where(quiz_attempts.c.who == who)
        with self.database.read() as connection:
            return tuple(map(_attempt, connection.execute(chosen)))


def forget_items(connection: Connection, marked: Select[Any]) -> None:
    """Remove the items that were made of calls that are being purged."""
    gone = select(cases.c.case_id).where(cases.c.call_id.in_(marked))
    connection.execute(delete(quiz_items).where(quiz_items.c.case_id.in_(gone)))


def _quizzes(connection: Connection, chosen: Select[Any]) -> tuple[Quiz, ...]:
    rows = connection.execute(chosen.order_by(quizzes.c.quiz_id.desc())).all()
    items: dict[int, list[QuizItem]] = defaultdict(list)
    wanted = (
        select(quiz_items)
        .join(cases, cases.c.case_id == quiz_items.c.case_id)
        .where(quiz_items.c.quiz_id.in_([row.quiz_id for row in rows]))
        # what was found unfit since must not be heard any more
        .where(status_now() == CaseStatus.APPROVED.value)
    )
    for row in connection.execute(wanted.order_by(quiz_items.c.position)):
        items[row.quiz_id].append(decode(QuizItem, row.item_json))
    return tuple(
        Quiz(
            quiz_id=row.quiz_id,
            title=row.title,
            made_by=row.made_by,
            made_at=row.made_at,
            items=tuple(items[row.quiz_id]),
        )
        for row in rows
    )


def _row(quiz_id: int, position: int, item: QuizItem) -> dict[str, Any]:
    return {
        "quiz_id": quiz_id,
        "case_id": item.item_id,
        "position": position,
        "item_json": encode(QuizItem, item),
    }


def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(
        quiz_id=row.quiz_id,
        who=row.who,
        number=row.number,
        answers=decode(_ANSWERS, row.answers_json),
        taken_at=row.taken_at,
    )
