"""Probabilities of whole frames, summaries of judgements, and gold calls."""

import sqlalchemy as sa
from alembic import op

from qa_pipeline.store.migrations.steps import PURGED_CALL, append_only, whole

revision = "r0006"
down_revision = "r0005"


def upgrade() -> None:
    """Add tables and columns; a frame of before keeps no probabilities."""
    op.add_column("frames", sa.Column("design_id", sa.String(), nullable=True))
    op.add_column("frames", sa.Column("seed", sa.String(), nullable=True))
    op.add_column("frame_calls", sa.Column("probability", sa.Double(), nullable=True))
    _call_summaries()
    _gold_calls()


def _call_summaries() -> None:
    op.create_table(
        "call_summaries",
        sa.Column("judgement_id", whole(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("risk", sa.Double(), nullable=False),
        sa.Column("heard_ms", whole(), nullable=False),
        sa.Column("rest_ms", whole(), nullable=False),
        sa.Column("n_spans", whole(), nullable=False),
        sa.Column("unfit", sa.String(), nullable=True),
        sa.Column("abstained", sa.Boolean(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("predicted_json", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["judgement_id"],
            ["judgements.judgement_id"],
            name="fk_call_summaries_judgement_id",
        ),
        sa.PrimaryKeyConstraint("judgement_id", name="pk_call_summaries"),
    )


def _gold_calls() -> None:
    op.create_table(
        "gold_calls",
        sa.Column("mark_id", whole(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("marked_by", sa.Text(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers_json", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.call_id"], name="fk_gold_calls_call_id"),
        sa.PrimaryKeyConstraint("mark_id", name="pk_gold_calls"),
    )
    op.create_index("ix_gold_calls_call_id", "gold_calls", ["call_id"])
    append_only("gold_calls", "mark_id = NEW.mark_id", unless=PURGED_CALL)
