"""What humans said: rows are appended; triggers refuse to change or delete them."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
)

from qa_pipeline.store.tables.calls import calls
from qa_pipeline.store.tables.cases import cases
from qa_pipeline.store.tables.columns import Int64, UtcTime, metadata, required

task_starts = Table(
    "task_starts",
    metadata,
    Column("day", Date, primary_key=True),
    Column("inspector_id", String, primary_key=True),
    Column("call_id", String, ForeignKey(calls.c.call_id), primary_key=True, index=True),
    required("started_at", UtcTime),
)

reviews = Table(
    "reviews",
    metadata,
    Column("review_id", String, primary_key=True),
    required("call_id", String, ForeignKey(calls.c.call_id), index=True),
    required("inspector_id", String),
    required("reviewed_at", UtcTime, index=True),
    Column("spent_ms", BigInteger),
    required("note", Text),
    required("decisions_json", Text),
    required("answers_json", Text),
    required("saved_at", UtcTime),
    Column("sending", String, index=True),
)

# The newest row of a case is its status; a case without a row is a candidate.
case_verdicts = Table(
    "case_verdicts",
    metadata,
    Column("verdict_id", Int64, primary_key=True),
    required("case_id", String, ForeignKey(cases.c.case_id)),
    required("status", String),
    required("who", Text),
    required("note", Text),
    required("decided_at", UtcTime),
    Index("ix_case_verdicts_case_id", "case_id", "verdict_id"),
)

# The newest row of a call counts.
gold_calls = Table(
    "gold_calls",
    metadata,
    Column("mark_id", Int64, primary_key=True),
    required("call_id", String, ForeignKey(calls.c.call_id), index=True),
    required("marked_by", Text),
    required("marked_at", UtcTime),
    required("answers_json", Text),
    required("note", Text),
)

# The calls that the running purge removes: only their human rows may be deleted.
# It is empty outside that transaction.
purging = Table(
    "purging",
    metadata,
    Column("call_id", String, primary_key=True),
    required("recording_id", String),
)
