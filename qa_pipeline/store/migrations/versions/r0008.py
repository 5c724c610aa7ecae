"""What searching calls reads, and searches that are kept."""

import sqlalchemy as sa
from alembic import op

from qa_pipeline.store.migrations.steps import on_postgresql, whole

revision = "r0008"
down_revision = "r0007"

_FACTS = ("agent_id", "agent_name", "team", "queue")


def upgrade() -> None:
    """Create the tables and the index; `qa-pipeline db upgrade` fills them with older calls."""
    op.create_table(
        "call_search",
        sa.Column("moment_id", whole(), nullable=False, autoincrement=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("judgement_id", whole(), nullable=False),
        sa.Column("analysis_id", sa.String(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Text()) for name in _FACTS),
        sa.Column("percent", sa.Double()),
        sa.Column("passed", sa.Boolean()),
        sa.Column("duration_ms", whole(), nullable=False),
        sa.Column("agent_talk_ratio", sa.Double()),
        sa.Column("dead_air_ms", whole()),
        sa.Column("hold_ms", whole()),
        sa.Column("agent_interruptions", whole()),
        sa.Column("longest_monologue_ms", whole()),
        sa.Column("response_latency_median_ms", whole()),
        sa.Column("speech_rate_cpm", sa.Double()),
        sa.ForeignKeyConstraint(["call_id"], ["calls.call_id"], name="fk_call_search_call_id"),
        sa.PrimaryKeyConstraint("moment_id", name="pk_call_search"),
        sa.UniqueConstraint("call_id", name="uq_call_search_call_id"),
    )
    for name in _FACTS:
        op.create_index(f"ix_call_search_{name}", "call_search", [name])
    op.create_table(
        "call_findings",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("moment_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "moment_id", name="pk_call_findings"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_call_findings_moment_id", "call_findings", ["moment_id"])
    op.create_table(
        "saved_searches",
        sa.Column("saved_id", whole(), nullable=False),
        sa.Column("account_key", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_key"], ["accounts.account_key"], name="fk_saved_searches_account_key"
        ),
        sa.PrimaryKeyConstraint("saved_id", name="pk_saved_searches"),
        sa.UniqueConstraint("account_key", "name", name="uq_saved_searches_account_key"),
    )
    _spoken()


def _spoken() -> None:
    if on_postgresql():
        op.execute(
            "CREATE TABLE spoken (rowid BIGINT PRIMARY KEY, keys TSVECTOR NOT NULL,"
            " said TEXT NOT NULL, role TEXT NOT NULL, start_ms BIGINT NOT NULL,"
            " end_ms BIGINT NOT NULL, confidence DOUBLE PRECISION)"
        )
        op.execute("CREATE INDEX ix_spoken_keys ON spoken USING gin (keys)")
        return
    op.execute(
        "CREATE VIRTUAL TABLE spoken USING fts5(keys, said UNINDEXED, role UNINDEXED,"
        " start_ms UNINDEXED, end_ms UNINDEXED, confidence UNINDEXED,"
        " tokenize = 'ascii', columnsize = 0)"
    )
