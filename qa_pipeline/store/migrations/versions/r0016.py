"""Where a call says what is personal, kept; and an index for scores that few calls have."""

import sqlalchemy as sa
from alembic import op

revision = "r0016"
down_revision = "r0015"


def upgrade() -> None:
    """Create both; `qa-pipeline db upgrade` fills the table for older calls."""
    op.create_table(
        "hidden_places",
        sa.Column("analysis_id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("places_json", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["analysis_id"], ["analyses.analysis_id"], name="fk_hidden_places_analysis_id"
        ),
        sa.PrimaryKeyConstraint("analysis_id", name="pk_hidden_places"),
    )
    op.create_index("ix_call_search_percent", "call_search", ["percent", "moment_id"])
