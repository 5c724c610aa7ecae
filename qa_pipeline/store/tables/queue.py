"""Which calls a day was planned from, and who is to hear which."""

from sqlalchemy import Boolean, Column, Date, Double, ForeignKey, Integer, String, Table, Text

from qa_pipeline.store.tables.calls import calls
from qa_pipeline.store.tables.columns import Integral, UtcTime, metadata, required

inspectors = Table(
    "inspectors",
    metadata,
    Column("inspector_id", String, primary_key=True),
    required("name", Text),
    Column("team", Text),
    required("capacity_calls", Integer),
    required("capacity_minutes", Integer),
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
    required("position", Integer),
    required("reason", Text),
    Column("inclusion_probability", Double),
    required("design_id", String),
    required("seed", Integral),
    required("expected_review_ms", Integer),
    required("blind", Boolean),
)
