"""Agents' disputes and supervisors' rulings: appended; triggers refuse to change or delete them."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text

from qa_pipeline.store.tables.calls import calls
from qa_pipeline.store.tables.columns import Int64, UtcTime, metadata, required

disputes = Table(
    "disputes",
    metadata,
    Column("dispute_id", String, primary_key=True),
    required("call_id", String, ForeignKey(calls.c.call_id), index=True),
    required("agent_id", Text, index=True),
    required("rubric_id", String),
    required("criterion_id", String),
    Column("detector_id", String),
    required("machine_outcome", String),
    required("stood", String),
    required("proposed", String),
    required("reason", Text),
    required("quote", Text),
    Column("start_ms", BigInteger),
    Column("end_ms", BigInteger),
    required("opened_by", Text),
    required("opened_at", UtcTime),
)

# The newest row of a dispute counts; a dispute without a row is open.
dispute_rulings = Table(
    "dispute_rulings",
    metadata,
    Column("ruling_id", Int64, primary_key=True),
    required("dispute_id", String, ForeignKey(disputes.c.dispute_id)),
    # Repeated here, so that a purge knows whose row it is.
    required("call_id", String, ForeignKey(calls.c.call_id), index=True),
    required("verdict", String),
    required("outcome", String),
    required("reason", Text),
    required("example", Text),
    required("decided_by", Text),
    required("decided_at", UtcTime),
    Index("ix_dispute_rulings_dispute_id", "dispute_id", "ruling_id"),
)
