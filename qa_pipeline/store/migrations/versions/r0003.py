"""Sentence embeddings of calls and of the texts that rubrics compare with."""

import sqlalchemy as sa
from alembic import op

from qa_pipeline.store.migrations.steps import whole

revision = "r0003"
down_revision = "r0002"


def upgrade() -> None:
    """Create both tables; an analysis of before has no embeddings."""
    op.create_table(
        "embeddings",
        sa.Column("embeddings_id", sa.String(), nullable=False),
        sa.Column("recording_id", sa.String(), nullable=False),
        sa.Column("model_digest", sa.Text(), nullable=False),
        sa.Column("dimensions", whole(), nullable=False),
        sa.Column("spans_json", sa.LargeBinary(), nullable=False),
        sa.Column("vectors", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.recording_id"], name="fk_embeddings_recording_id"
        ),
        sa.PrimaryKeyConstraint("embeddings_id", name="pk_embeddings"),
    )
    op.create_index("ix_embeddings_recording_id", "embeddings", ["recording_id"])
    op.create_table(
        "text_vectors",
        sa.Column("model_digest", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("model_digest", "text", name="pk_text_vectors"),
    )
    # Alembic would add the constraint apart, which SQLite cannot.
    op.execute(
        "ALTER TABLE analyses ADD COLUMN embeddings_id VARCHAR"
        " CONSTRAINT fk_analyses_embeddings_id REFERENCES embeddings (embeddings_id)"
    )
