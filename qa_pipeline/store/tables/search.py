"""What searching calls reads, made of the current judgements, and searches that are kept.

Beside these tables stands `spoken`, an FTS5 index of what was said (`store.spoken`).
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from qa_pipeline.store.tables.calls import analyses, calls
from qa_pipeline.store.tables.columns import Int64, UtcTime, metadata, required

# One row a call. `moment_id` grows with the call's time, so that newest first is
# the order of the table itself.
call_search = Table(
    "call_search",
    metadata,
    Column("moment_id", Int64, primary_key=True, autoincrement=False),
    required("call_id", String, ForeignKey(calls.c.call_id), unique=True),
    required("version", String),
    required("judgement_id", Int64),
    required("analysis_id", String),
    required("effective_at", UtcTime),
    Column("agent_id", Text),
    Column("agent_name", Text, index=True),
    Column("team", Text, index=True),
    Column("queue", Text, index=True),
    Column("percent", Double),
    Column("passed", Boolean),
    required("duration_ms", Int64),
    Column("agent_talk_ratio", Double),
    Column("dead_air_ms", Int64),
    Column("hold_ms", Int64),
    Column("agent_interruptions", Int64),
    Column("longest_monologue_ms", Int64),
    Column("response_latency_median_ms", Int64),
    Column("speech_rate_cpm", Double),
    Index("ix_call_search_percent", "percent", "moment_id"),
    # An agent's calls are all over the table: those whose figures are others are not fetched.
    Index(
        "ix_call_search_agent_figures",
        *("agent_id", "moment_id", "percent", "duration_ms", "agent_talk_ratio", "dead_air_ms"),
        *("hold_ms", "agent_interruptions", "longest_monologue_ms"),
        *("response_latency_median_ms", "speech_rate_cpm"),
    ),
)

# Behaviours that were found and criteria that failed.
call_findings = Table(
    "call_findings",
    metadata,
    Column("subject", String, primary_key=True),
    Column("moment_id", BigInteger, primary_key=True),
    Index("ix_call_findings_moment_id", "moment_id"),
    sqlite_with_rowid=False,
)

# Customers' names and numbers in a transcript, by place; found anew for another version.
hidden_places = Table(
    "hidden_places",
    metadata,
    Column("analysis_id", String, ForeignKey(analyses.c.analysis_id), primary_key=True),
    required("version", String),
    required("places_json", Text),
)

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("saved_id", Int64, primary_key=True),
    required("account_key", String, ForeignKey("accounts.account_key")),
    required("name", Text),
    required("query", Text),
    required("saved_at", UtcTime),
    UniqueConstraint("account_key", "name"),
)
