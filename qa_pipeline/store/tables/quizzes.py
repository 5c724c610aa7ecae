"""Quizzes, their items, and what people answered (appended)."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from qa_pipeline.store.tables.cases import cases
from qa_pipeline.store.tables.columns import UtcTime, metadata, required

quizzes = Table(
    "quizzes",
    metadata,
    Column("quiz_id", Integer, primary_key=True),
    required("title", Text),
    required("made_by", Text),
    required("made_at", UtcTime),
)

# No triggers: a purge of the case's call takes the item's words along.
quiz_items = Table(
    "quiz_items",
    metadata,
    Column("quiz_id", Integer, ForeignKey(quizzes.c.quiz_id), primary_key=True),
    Column("case_id", String, ForeignKey(cases.c.case_id), primary_key=True, index=True),
    required("position", Integer),
    required("item_json", Text),
)

quiz_attempts = Table(
    "quiz_attempts",
    metadata,
    Column("attempt_id", Integer, primary_key=True),
    required("quiz_id", Integer, ForeignKey(quizzes.c.quiz_id)),
    required("who", Text),
    required("number", Integer),
    required("answers_json", Text),
    required("taken_at", UtcTime),
    UniqueConstraint("quiz_id", "who", "number", name="uq_quiz_attempts_quiz_id"),
)
