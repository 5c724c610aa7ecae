"""Trainings that were held."""

import sqlalchemy as sa
from alembic import op

from qa_pipeline.store.migrations.steps import append_only, whole

revision = "r0011"
down_revision = "r0010"


def upgrade() -> None:
    """Create the table, append-only."""
    op.create_table(
        "training_entries",
        sa.Column("entry_id", whole(), nullable=False),
        sa.Column("training_id", whole(), nullable=False),
        sa.Column("entry", whole(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("title", "agents_json", "clauses_json", "trainer", "note")
        ),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_training_entries"),
        sa.UniqueConstraint("training_id", "entry", name="uq_training_entries_training_id"),
    )
    append_only(
        "training_entries",
        "entry_id = NEW.entry_id OR (training_id = NEW.training_id AND entry = NEW.entry)",
    )
