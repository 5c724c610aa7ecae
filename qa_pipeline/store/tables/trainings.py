"""Trainings that were held: appended; triggers refuse to change or delete them."""

from sqlalchemy import Boolean, Column, Date, Table, Text, UniqueConstraint

from qa_pipeline.store.tables.columns import Int64, UtcTime, metadata, required

# The newest entry of a training counts.
training_entries = Table(
    "training_entries",
    metadata,
    Column("entry_id", Int64, primary_key=True),
    required("training_id", Int64),
    required("entry", Int64),
    required("held_on", Date),
    required("title", Text),
    required("agents_json", Text),
    required("clauses_json", Text),
    required("trainer", Text),
    required("note", Text),
    required("is_withdrawn", Boolean),
    required("recorded_by", Text),
    required("recorded_at", UtcTime),
    UniqueConstraint("training_id", "entry", name="uq_training_entries_training_id"),
)
