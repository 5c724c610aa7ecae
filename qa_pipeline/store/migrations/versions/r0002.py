"""Queue, cases and what humans say, with the triggers that protect it."""

import sqlalchemy as sa
from alembic import op

from qa_pipeline.store.migrations.steps import PURGED_CALL, append_only, whole

revision = "r0002"
down_revision = "r0001"


def upgrade() -> None:
    """Create the tables of the daily work and make the human ones append-only."""
    _inspectors()
    _frames()
    _frame_calls()
    _review_tasks()
    _cases()
    _clips()
    _task_starts()
    _reviews()
    _case_verdicts()
    _audit()
    _purging()
    append_only("reviews", "review_id = NEW.review_id", unless=PURGED_CALL)
    append_only(
        "task_starts",
        "day = NEW.day AND inspector_id = NEW.inspector_id AND call_id = NEW.call_id",
        unless=PURGED_CALL,
    )
    append_only("case_verdicts", "verdict_id = NEW.verdict_id")
    append_only("audit", "entry_id = NEW.entry_id")


def _inspectors() -> None:
    op.create_table(
        "inspectors",
        sa.Column("inspector_id", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("team", sa.Text()),
        sa.Column("capacity_calls", whole(), nullable=False),
        sa.Column("capacity_minutes", whole(), nullable=False),
        sa.Column("leave_json", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("inspector_id", name="pk_inspectors"),
    )


def _frames() -> None:
    op.create_table(
        "frames",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("fixed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_frames"),
    )


def _frame_calls() -> None:
    op.create_table(
        "frame_calls",
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.call_id"], name="fk_frame_calls_call_id"),
        sa.ForeignKeyConstraint(["day"], ["frames.day"], name="fk_frame_calls_day"),
        sa.PrimaryKeyConstraint("call_id", name="pk_frame_calls"),
    )
    op.create_index("ix_frame_calls_day", "frame_calls", ["day"])


def _review_tasks() -> None:
    op.create_table(
        "review_tasks",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("inspector_id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("position", whole(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("inclusion_probability", sa.Double()),
        sa.Column("design_id", sa.String(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("expected_review_ms", whole(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.call_id"], name="fk_review_tasks_call_id"),
        sa.PrimaryKeyConstraint("day", "inspector_id", "call_id", name="pk_review_tasks"),
    )
    op.create_index("ix_review_tasks_call_id", "review_tasks", ["call_id"])


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("clip_start_ms", whole(), nullable=False),
        sa.Column("clip_end_ms", whole(), nullable=False),
        sa.Column("evidence_start_ms", whole(), nullable=False),
        sa.Column("evidence_end_ms", whole(), nullable=False),
        sa.Column("situation", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("stale_because", sa.Text()),
        sa.Column("mined_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_cases"),
    )
    op.create_index("ix_cases_call_id", "cases", ["call_id"])
    op.create_index("ix_cases_subject", "cases", ["subject"])


def _clips() -> None:
    op.create_table(
        "clips",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("cut_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_clips_case_id"),
        sa.PrimaryKeyConstraint("path", name="pk_clips"),
    )
    op.create_index("ix_clips_case_id", "clips", ["case_id"])


def _task_starts() -> None:
    op.create_table(
        "task_starts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("inspector_id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.call_id"], name="fk_task_starts_call_id"),
        sa.PrimaryKeyConstraint("day", "inspector_id", "call_id", name="pk_task_starts"),
    )
    op.create_index("ix_task_starts_call_id", "task_starts", ["call_id"])


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("inspector_id", sa.String(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent_ms", sa.BigInteger()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decisions_json", sa.Text(), nullable=False),
        sa.Column("answers_json", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.call_id"], name="fk_reviews_call_id"),
        sa.PrimaryKeyConstraint("review_id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_call_id", "reviews", ["call_id"])
    op.create_index("ix_reviews_reviewed_at", "reviews", ["reviewed_at"])


def _case_verdicts() -> None:
    op.create_table(
        "case_verdicts",
        sa.Column("verdict_id", whole(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_case_verdicts_case_id"),
        sa.PrimaryKeyConstraint("verdict_id", name="pk_case_verdicts"),
    )
    op.create_index("ix_case_verdicts_case_id", "case_verdicts", ["case_id", "verdict_id"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("entry_id", whole(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_audit"),
    )


def _purging() -> None:
    op.create_table(
        "purging",
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("recording_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name="pk_purging"),
    )
