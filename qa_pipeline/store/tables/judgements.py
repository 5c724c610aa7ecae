"""What the machine said of a call: detections, scores and the rubric behind them."""

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from qa_pipeline.store.tables.calls import analyses, calls
from qa_pipeline.store.tables.columns import Int64, PackedText, UtcTime, metadata, required

# Never changed once a score cites them.
rubrics = Table(
    "rubrics",
    metadata,
    Column("rubric_id", String, primary_key=True),
    Column("version", Int64, primary_key=True),
    required("digest", String),
    required("title", Text),
    required("rubric_json", Text),
    required("source_text", Text),
    required("first_used_at", UtcTime),
)

judgements = Table(
    "judgements",
    metadata,
    Column("judgement_id", Int64, primary_key=True),
    required("call_id", String, ForeignKey(calls.c.call_id)),
    required("judgement_key", String),
    required("content_digest", String),
    required("analysis_id", String, ForeignKey(analyses.c.analysis_id), index=True),
    required("rubric_id", String),
    required("rubric_version", Int64),
    required("rubric_digest", String),
    Column("percent", Double),
    Column("raw_percent", Double),
    Column("critical_percent", Double),
    required("judged_points", Double),
    required("not_judged_points", Double),
    Column("passed", Boolean),
    required("routed_by_default", Boolean),
    required("section_percents_json", Text),
    required("auto_failed_by_json", Text),
    required("queries_json", Text),
    required("is_current", Boolean),
    required("judged_at", UtcTime),
    Column("baseline_id", String),
    ForeignKeyConstraint(["rubric_id", "rubric_version"], [rubrics.c.rubric_id, rubrics.c.version]),
    UniqueConstraint("call_id", "judgement_key", "content_digest"),
)

one_current = Index(
    "one_current_judgement_a_call",
    judgements.c.call_id,
    unique=True,
    sqlite_where=text("is_current"),
    postgresql_where=text("is_current"),
)

# Made once for an agent and a day; judgements go on citing what they were made with.
agent_baselines = Table(
    "agent_baselines",
    metadata,
    Column("agent_id", Text, primary_key=True),
    Column("as_of_day", String, primary_key=True),
    required("baseline_id", String, index=True),
    required("baseline_json", Text),
)

detections = Table(
    "detections",
    metadata,
    Column("judgement_id", Int64, ForeignKey(judgements.c.judgement_id), primary_key=True),
    Column("position", Int64, primary_key=True),
    required("detector_id", String),
    required("version", String),
    required("outcome", String),
    required("probability", Double),
    Column("value", Double),
    Column("abstention", String),
    Column("abstained_because", Text),
    Column("note", Text),
    required("evidence_json", Text),
    required("provoked_by_json", Text),
    UniqueConstraint("judgement_id", "detector_id"),
    Index("ix_detections_detector_id", "detector_id", "outcome"),
)

criterion_scores = Table(
    "criterion_scores",
    metadata,
    Column("judgement_id", Int64, ForeignKey(judgements.c.judgement_id), primary_key=True),
    Column("position", Int64, primary_key=True),
    required("criterion_id", String),
    required("outcome", String),
    required("points_awarded", Double),
    required("points_possible", Double),
    Column("abstained_because", Text),
    required("hint", Boolean),
    required("receipts_json", Text),
    UniqueConstraint("judgement_id", "criterion_id"),
)

# Made of the judgement alone, so that planning a day decodes no judgement.
# The wide column stands last: a reader of the others never touches it.
call_summaries = Table(
    "call_summaries",
    metadata,
    Column("judgement_id", Int64, ForeignKey(judgements.c.judgement_id), primary_key=True),
    required("version", String),
    required("risk", Double),
    required("heard_ms", Int64),
    required("rest_ms", Int64),
    required("n_spans", Int64),
    Column("unfit", String),
    required("abstained", Boolean),
    required("findings", Text),
    required("predicted_json", PackedText),
)
