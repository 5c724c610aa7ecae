"""From which page a review was sent, so that it is stored once however often it is sent."""

import sqlalchemy as sa
from alembic import op

revision = "r0015"
down_revision = "r0014"


def upgrade() -> None:
    """Reviews of before have none."""
    op.add_column("reviews", sa.Column("sending", sa.String()))
    op.create_index("ix_reviews_sending", "reviews", ["sending"])
