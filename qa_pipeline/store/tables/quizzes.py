"""Quizzes, their items, and what people answered (appended)."""

from sqlalchemy import Column, ForeignKey, String, Table, Text, UniqueConstraint

from qa_pipeline.store.tables.cases import cases
from qa_pipeline.store.tables.columns import Int64, UtcTime, metadata, required

quizzes = Table(
    "quizzes",
    metadata,
    Column("quiz_id", Int64, primary_key=True),
    required("title", Text),
    required("made_by", Text),
    required("made_at", UtcTime),
)

# No triggers: a purge of the case's call takes the item's words along.
quiz_items = Table(
    "quiz_items",
    metadata,
    Column("quiz_id", Int64, ForeignKey(quizzes.c.quiz_id), primary_key=True),
    Column("case_id", String, ForeignKey(cases.c.case_id), primary_key=True, index=True),
    required("position", Int64),
    required("item_json", Text),
)

quiz_attempts = Table(
    "quiz_attempts",
    metadata,
    Column("attempt_id", Int64, primary_key=True),
    required("quiz_id", Int64, ForeignKey(quizzes.c.quiz_id)),
    required("who", Text),
    required("number", Int64),
    required("answers_json", Text),
    required("taken_at", UtcTime),
    UniqueConstraint("quiz_id", "who", "number", name="uq_quiz_attempts_quiz_id"),
)
