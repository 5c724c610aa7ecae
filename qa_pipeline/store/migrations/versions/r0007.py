"""Accounts and sessions of the review desk, and an audit log that can be searched."""

import sqlalchemy as sa
from alembic import op

from qa_pipeline.store.migrations.steps import whole

revision = "r0007"
down_revision = "r0006"


def upgrade() -> None:
    """Create the tables; nobody can log in until `qa-pipeline user add`."""
    op.create_table(
        "accounts",
        sa.Column("account_key", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("inspector_id", sa.String()),
        sa.Column("agent_id", sa.String()),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("account_key", name="pk_accounts"),
    )
    op.create_table(
        "web_sessions",
        sa.Column("token_digest", sa.String(), nullable=False),
        sa.Column("account_key", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_key"], ["accounts.account_key"], name="fk_web_sessions_account_key"
        ),
        sa.PrimaryKeyConstraint("token_digest", name="pk_web_sessions"),
    )
    op.create_index("ix_web_sessions_account_key", "web_sessions", ["account_key"])
    op.create_table(
        "login_attempts",
        sa.Column("attempt_id", whole(), nullable=False),
        sa.Column("name_digest", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", name="pk_login_attempts"),
    )
    op.create_index("ix_login_attempts_at", "login_attempts", ["at"])
    for column in ("at", "who", "action", "subject"):
        op.create_index(f"ix_audit_{column}", "audit", [column])
