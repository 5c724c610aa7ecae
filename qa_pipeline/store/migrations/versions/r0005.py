"""What is usual for each agent, and which of it a judgement was made with."""

import sqlalchemy as sa
from alembic import op

revision = "r0005"
down_revision = "r0004"


def upgrade() -> None:
    """Create the table; a judgement of before was made without a baseline."""
    op.create_table(
        "agent_baselines",
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("as_of_day", sa.String(), nullable=False),
        sa.Column("baseline_id", sa.String(), nullable=False),
        sa.Column("baseline_json", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "as_of_day", name="pk_agent_baselines"),
    )
    op.create_index("ix_agent_baselines_baseline_id", "agent_baselines", ["baseline_id"])
    op.add_column("judgements", sa.Column("baseline_id", sa.String(), nullable=True))
