"""Who is shown customers' names and numbers, and since when."""

import sqlalchemy as sa
from alembic import op

revision = "r0014"
down_revision = "r0013"


def upgrade() -> None:
    """Nobody is: an administrator says who."""
    op.add_column("accounts", sa.Column("personal_since", sa.DateTime(timezone=True)))
