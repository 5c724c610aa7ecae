"""Machine tables: recordings, calls, analyses, judgements, quarantine, runs."""

import sqlalchemy as sa
from alembic import op

from qa_pipeline.store.migrations.steps import whole

revision = "r0001"
down_revision = None


def upgrade() -> None:
    """Create the tables of the evaluation."""
    _recordings()
    _calls()
    _analyses()
    _rubrics()
    _judgements()
    _detections()
    _criterion_scores()
    _quarantine()
    _runs()


def _recordings() -> None:
    op.create_table(
        "recordings",
        sa.Column("recording_id", sa.String(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sample_rate_hz", whole(), nullable=False),
        sa.Column("duration_ms", whole(), nullable=False),
        sa.Column("audio_channels", whole(), nullable=False),
        sa.PrimaryKeyConstraint("recording_id", name="pk_recordings"),
    )


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("recording_id", sa.String(), nullable=False),
        sa.Column("agent_id", sa.Text()),
        sa.Column("agent_name", sa.Text()),
        sa.Column("team", sa.Text()),
        sa.Column("queue", sa.Text()),
        sa.Column("direction", sa.String()),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("ring_ms", whole()),
        sa.Column("holds_json", sa.Text(), nullable=False),
        sa.Column("hold_ms", whole()),
        sa.Column("hang_up_by", sa.String()),
        sa.Column("agent_channel", whole()),
        sa.Column("customer_ref", sa.Text()),
        sa.Column("business_type", sa.Text()),
        sa.Column("rating", sa.Double()),
        sa.Column("extra_json", sa.Text(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.recording_id"], name="fk_calls_recording_id"
        ),
        sa.PrimaryKeyConstraint("call_id", name="pk_calls"),
        sa.UniqueConstraint("recording_id", name="uq_calls_recording_id"),
    )
    op.create_index("ix_calls_agent_id", "calls", ["agent_id"])
    op.create_index("ix_calls_effective_at", "calls", ["effective_at"])


def _analyses() -> None:
    op.create_table(
        "analyses",
        sa.Column("analysis_id", sa.String(), nullable=False),
        sa.Column("recording_id", sa.String(), nullable=False),
        sa.Column("engine_digest", sa.Text(), nullable=False),
        sa.Column("transcript_json", sa.LargeBinary(), nullable=False),
        sa.Column("prosody_json", sa.LargeBinary(), nullable=False),
        sa.Column("split_json", sa.Text(), nullable=False),
        sa.Column("quality_json", sa.Text()),
        sa.Column("metrics_json", sa.Text(), nullable=False),
        sa.Column("analyzed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.recording_id"], name="fk_analyses_recording_id"
        ),
        sa.PrimaryKeyConstraint("analysis_id", name="pk_analyses"),
    )
    op.create_index("ix_analyses_recording_id", "analyses", ["recording_id"])


def _rubrics() -> None:
    op.create_table(
        "rubrics",
        sa.Column("rubric_id", sa.String(), nullable=False),
        sa.Column("version", whole(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("rubric_json", sa.Text(), nullable=False),
        sa.Column("source_text", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("rubric_id", "version", name="pk_rubrics"),
    )


def _judgements() -> None:
    op.create_table(
        "judgements",
        sa.Column("judgement_id", whole(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("judgement_key", sa.String(), nullable=False),
        sa.Column("content_digest", sa.String(), nullable=False),
        sa.Column("analysis_id", sa.String(), nullable=False),
        sa.Column("rubric_id", sa.String(), nullable=False),
        sa.Column("rubric_version", whole(), nullable=False),
        sa.Column("rubric_digest", sa.String(), nullable=False),
        sa.Column("percent", sa.Double()),
        sa.Column("raw_percent", sa.Double()),
        sa.Column("critical_percent", sa.Double()),
        sa.Column("judged_points", sa.Double(), nullable=False),
        sa.Column("not_judged_points", sa.Double(), nullable=False),
        sa.Column("passed", sa.Boolean()),
        sa.Column("routed_by_default", sa.Boolean(), nullable=False),
        sa.Column("section_percents_json", sa.Text(), nullable=False),
        sa.Column("auto_failed_by_json", sa.Text(), nullable=False),
        sa.Column("queries_json", sa.Text(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["analysis_id"], ["analyses.analysis_id"], name="fk_judgements_analysis_id"
        ),
        sa.ForeignKeyConstraint(["call_id"], ["calls.call_id"], name="fk_judgements_call_id"),
        sa.ForeignKeyConstraint(
            ["rubric_id", "rubric_version"],
            ["rubrics.rubric_id", "rubrics.version"],
            name="fk_judgements_rubric_id",
        ),
        sa.PrimaryKeyConstraint("judgement_id", name="pk_judgements"),
        sa.UniqueConstraint(
            "call_id", "judgement_key", "content_digest", name="uq_judgements_call_id"
        ),
    )
    op.create_index("ix_judgements_analysis_id", "judgements", ["analysis_id"])
    op.create_index(
        "one_current_judgement_a_call",
        "judgements",
        ["call_id"],
        unique=True,
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )


def _detections() -> None:
    op.create_table(
        "detections",
        sa.Column("judgement_id", whole(), nullable=False),
        sa.Column("position", whole(), nullable=False),
        sa.Column("detector_id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("value", sa.Double()),
        sa.Column("abstention", sa.String()),
        sa.Column("abstained_because", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("evidence_json", sa.Text(), nullable=False),
        sa.Column("provoked_by_json", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["judgement_id"], ["judgements.judgement_id"], name="fk_detections_judgement_id"
        ),
        sa.PrimaryKeyConstraint("judgement_id", "position", name="pk_detections"),
        sa.UniqueConstraint("judgement_id", "detector_id", name="uq_detections_judgement_id"),
    )
    op.create_index("ix_detections_detector_id", "detections", ["detector_id", "outcome"])


def _criterion_scores() -> None:
    op.create_table(
        "criterion_scores",
        sa.Column("judgement_id", whole(), nullable=False),
        sa.Column("position", whole(), nullable=False),
        sa.Column("criterion_id", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("points_awarded", sa.Double(), nullable=False),
        sa.Column("points_possible", sa.Double(), nullable=False),
        sa.Column("abstained_because", sa.Text()),
        sa.Column("hint", sa.Boolean(), nullable=False),
        sa.Column("receipts_json", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["judgement_id"], ["judgements.judgement_id"], name="fk_criterion_scores_judgement_id"
        ),
        sa.PrimaryKeyConstraint("judgement_id", "position", name="pk_criterion_scores"),
        sa.UniqueConstraint(
            "judgement_id", "criterion_id", name="uq_criterion_scores_judgement_id"
        ),
    )


def _quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("recording_id", sa.String()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("path", name="pk_quarantine"),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("run_id", whole(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts_json", sa.Text(), nullable=False),
        sa.Column("stage_seconds_json", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name="pk_runs"),
    )
