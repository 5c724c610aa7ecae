"""Disputes and the rulings on them."""

import sqlalchemy as sa
from alembic import op

from qa_pipeline.store.migrations.steps import PURGED_CALL, append_only, whole

revision = "r0009"
down_revision = "r0008"


def upgrade() -> None:
    """Create the tables, append-only."""
    op.create_table(
        "disputes",
        sa.Column("dispute_id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("rubric_id", sa.String(), nullable=False),
        sa.Column("criterion_id", sa.String(), nullable=False),
        sa.Column("detector_id", sa.String(), nullable=True),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("machine_outcome", "stood", "proposed")
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=True),
        sa.Column("end_ms", sa.BigInteger(), nullable=True),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.call_id"], name="fk_disputes_call_id"),
        sa.PrimaryKeyConstraint("dispute_id", name="pk_disputes"),
    )
    op.create_index("ix_disputes_call_id", "disputes", ["call_id"])
    op.create_index("ix_disputes_agent_id", "disputes", ["agent_id"])
    op.create_table(
        "dispute_rulings",
        sa.Column("ruling_id", whole(), nullable=False),
        sa.Column("dispute_id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("example", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.call_id"], name="fk_dispute_rulings_call_id"),
        sa.ForeignKeyConstraint(
            ["dispute_id"], ["disputes.dispute_id"], name="fk_dispute_rulings_dispute_id"
        ),
        sa.PrimaryKeyConstraint("ruling_id", name="pk_dispute_rulings"),
    )
    op.create_index("ix_dispute_rulings_call_id", "dispute_rulings", ["call_id"])
    op.create_index("ix_dispute_rulings_dispute_id", "dispute_rulings", ["dispute_id", "ruling_id"])
    for table, key in (("disputes", "dispute_id"), ("dispute_rulings", "ruling_id")):
        append_only(table, f"{key} = NEW.{key}", unless=PURGED_CALL)
