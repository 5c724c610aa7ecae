"""Recordings, the calls that they hold, and what was heard in them."""

from sqlalchemy import Column, Double, ForeignKey, LargeBinary, String, Table, Text

from qa_pipeline.store.tables.columns import (
    FileText,
    Int64,
    PackedText,
    UtcTime,
    metadata,
    required,
)

recordings = Table(
    "recordings",
    metadata,
    Column("recording_id", String, primary_key=True),
    required("path", FileText),
    required("name", FileText),
    required("sample_rate_hz", Int64),
    required("duration_ms", Int64),
    required("audio_channels", Int64),
)

calls = Table(
    "calls",
    metadata,
    Column("call_id", String, primary_key=True),
    required("recording_id", String, ForeignKey(recordings.c.recording_id), unique=True),
    Column("agent_id", Text, index=True),
    Column("agent_name", Text),
    Column("team", Text),
    Column("queue", Text),
    Column("direction", String),
    Column("started_at", UtcTime),
    Column("ring_ms", Int64),
    required("holds_json", Text),
    Column("hold_ms", Int64),
    Column("hang_up_by", String),
    Column("agent_channel", Int64),
    Column("customer_ref", Text),
    Column("business_type", Text),
    Column("rating", Double),
    required("extra_json", Text),
    # The day a call belongs to: started_at, else the file's time, else when it was saved.
    required("effective_at", UtcTime, index=True),
    required("received_at", UtcTime),
)

# Content-addressed as analyses are: one row for all analyses of the same words.
embeddings = Table(
    "embeddings",
    metadata,
    Column("embeddings_id", String, primary_key=True),
    required("recording_id", String, ForeignKey(recordings.c.recording_id), index=True),
    required("model_digest", Text),
    required("dimensions", Int64),
    required("spans_json", PackedText),
    required("vectors", LargeBinary),
)

# Rows are written once: a judgement goes on citing what it was made from.
# analysis_id is the digest of the content.
analyses = Table(
    "analyses",
    metadata,
    Column("analysis_id", String, primary_key=True),
    required("recording_id", String, ForeignKey(recordings.c.recording_id), index=True),
    required("engine_digest", Text),
    required("transcript_json", PackedText),
    required("prosody_json", PackedText),
    required("split_json", Text),
    Column("quality_json", Text),
    required("metrics_json", Text),
    required("analyzed_at", UtcTime),
    Column("embeddings_id", String, ForeignKey(embeddings.c.embeddings_id)),
    Column("answers_json", Text),
)

# What rubrics compare with, so that judging again needs no model.
text_vectors = Table(
    "text_vectors",
    metadata,
    Column("model_digest", Text, primary_key=True),
    Column("text", Text, primary_key=True),
    required("vector", LargeBinary),
)
