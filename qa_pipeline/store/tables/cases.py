"""Mined cases and the clips that were cut for them."""

from sqlalchemy import Column, Double, ForeignKey, String, Table, Text

from qa_pipeline.store.tables.columns import FileText, Int64, UtcTime, metadata, required

# A case outlives its call (retired, without its words), so call_id is no foreign key.
cases = Table(
    "cases",
    metadata,
    Column("case_id", String, primary_key=True),
    required("call_id", String, index=True),
    required("subject", String, index=True),
    required("kind", String),
    required("clip_start_ms", Int64),
    required("clip_end_ms", Int64),
    required("evidence_start_ms", Int64),
    required("evidence_end_ms", Int64),
    required("situation", Text),
    required("quote", Text),
    required("why", Text),
    required("score", Double),
    Column("stale_because", Text),
    required("mined_at", UtcTime),
    Column("rubric_id", String),
    Column("rubric_version", Int64),
    Column("clause_digest", String),
    Column("difficulty", Double),
)

clips = Table(
    "clips",
    metadata,
    Column("path", FileText, primary_key=True),
    required("case_id", String, ForeignKey(cases.c.case_id), index=True),
    required("cut_at", UtcTime),
)
