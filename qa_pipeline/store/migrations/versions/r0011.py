"""Trainings that were held."""

import sqlalchemy as sa
from alembic import op

revision = "r0011"
down_revision = "r0010"


def upgrade() -> None:
    """Create the table, append-only."""
    op.create_table(
        "training_entries",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
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
    refuse = "BEGIN SELECT RAISE(ABORT, 'training_entries: rows are appended, never changed'); END"
    op.execute(
        "CREATE TRIGGER training_entries_no_update BEFORE UPDATE ON training_entries " + refuse
    )
    op.execute(
        "CREATE TRIGGER training_entries_no_delete BEFORE DELETE ON training_entries " + refuse
    )
    # INSERT OR REPLACE would delete the old row behind the other triggers' back.
    op.execute(
        "CREATE TRIGGER training_entries_no_replace BEFORE INSERT ON training_entries"
        " WHEN EXISTS (SELECT 1 FROM training_entries WHERE entry_id = NEW.entry_id"
        " OR (training_id = NEW.training_id AND entry = NEW.entry)) " + refuse
    )
