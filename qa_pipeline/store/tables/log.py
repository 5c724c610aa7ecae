"""What could not be read, what ran, and who did what."""

from sqlalchemy import Column, String, Table, Text

from qa_pipeline.store.tables.columns import FileText, Int64, UtcTime, metadata, required

quarantine = Table(
    "quarantine",
    metadata,
    Column("path", FileText, primary_key=True),
    required("name", FileText),
    Column("recording_id", String),
    required("reason", Text),
    required("first_seen_at", UtcTime),
    required("last_seen_at", UtcTime),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", Int64, primary_key=True),
    required("started_at", UtcTime),
    required("finished_at", UtcTime),
    required("counts_json", Text),
    required("stage_seconds_json", Text),
)

# Appended and never deleted, not even by a purge: it is how a purge is proven.
audit = Table(
    "audit",
    metadata,
    Column("entry_id", Int64, primary_key=True),
    required("at", UtcTime, index=True),
    required("who", Text, index=True),
    required("action", String, index=True),
    required("subject", Text, index=True),
    required("detail", Text),
)
