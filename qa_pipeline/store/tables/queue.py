"""Which calls a day was planned from, and who is to hear which."""

from sqlalchemy import Boolean, Column, Date, Double, ForeignKey, String, Table, Text

from qa_pipeline.store.tables.calls import calls
from qa_pipeline.store.tables.columns import Int64, Integral, UtcTime, metadata, required

inspectors = Table(
    "inspectors",
    metadata,
    Column("inspector_id", String, primary_key=True),
    required("name", Text),
    Column("team", Text),
    required("capacity_calls", Int64),
    required("capacity_minutes", Int64),
    required("leave_json", Text),
)

frames = Table(
    "frames",
    metadata,
    Column("day", Date, primary_key=True),
    required("fixed_at", UtcTime),
    Column("design_id", String),
    Column("seed", Integral),
)

# A call stands in one frame only: that is what makes the probabilities mean something.
frame_calls = Table(
    "frame_calls",
    metadata,
    Column("call_id", String, ForeignKey(calls.c.call_id), primary_key=True),
    required("day", Date, ForeignKey(frames.c.day), index=True),
    Column("probability", Double),
)

review_tasks = Table(
    "review_tasks",
    metadata,
    Column("day", Date, primary_key=True),
    Column("inspector_id", String, primary_key=True),
    Column("call_id", String, ForeignKey(calls.c.call_id), primary_key=True, index=True),
    required("position", Int64),
    required("reason", Text),
    Column("inclusion_probability", Double),
    required("design_id", String),
    required("seed", Integral),
    required("expected_review_ms", Int64),
    required("blind", Boolean),
)
