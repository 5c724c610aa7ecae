"""Listening quizzes and what people answered."""

import sqlalchemy as sa
from alembic import op

from qa_pipeline.store.migrations.steps import append_only, whole

revision = "r0012"
down_revision = "r0011"


def upgrade() -> None:
    """Create the tables; attempts are append-only."""
    op.create_table(
        "quizzes",
        sa.Column("quiz_id", whole(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("quiz_id", name="pk_quizzes"),
    )
    op.create_table(
        "quiz_items",
        sa.Column("quiz_id", whole(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("position", whole(), nullable=False),
        sa.Column("item_json", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["quiz_id"], ["quizzes.quiz_id"], name="fk_quiz_items_quiz_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_quiz_items_case_id"),
        sa.PrimaryKeyConstraint("quiz_id", "case_id", name="pk_quiz_items"),
    )
    op.create_index("ix_quiz_items_case_id", "quiz_items", ["case_id"])
    op.create_table(
        "quiz_attempts",
        sa.Column("attempt_id", whole(), nullable=False),
        sa.Column("quiz_id", whole(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("number", whole(), nullable=False),
        sa.Column("answers_json", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["quiz_id"], ["quizzes.quiz_id"], name="fk_quiz_attempts_quiz_id"),
        sa.PrimaryKeyConstraint("attempt_id", name="pk_quiz_attempts"),
        sa.UniqueConstraint("quiz_id", "who", "number", name="uq_quiz_attempts_quiz_id"),
    )
    append_only(
        "quiz_attempts",
        "attempt_id = NEW.attempt_id"
        " OR (quiz_id = NEW.quiz_id AND who = NEW.who AND number = NEW.number)",
    )
