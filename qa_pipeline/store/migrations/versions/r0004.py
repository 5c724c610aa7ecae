"""What the recognizer answered about doubtful places of a call."""

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"


def upgrade() -> None:
    """Add the column; nothing was asked about an analysis of before."""
    op.add_column("analyses", sa.Column("answers_json", sa.Text(), nullable=True))
