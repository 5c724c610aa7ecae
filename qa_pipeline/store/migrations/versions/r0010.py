"""Cards of cases: clause, difficulty, edits, partners, redactions, collections."""

import sqlalchemy as sa
from alembic import op

from qa_pipeline.store.migrations.steps import append_only, whole

revision = "r0010"
down_revision = "r0009"

_PURGED_CASE = (
    "OLD.case_id IN (SELECT case_id FROM cases WHERE call_id IN (SELECT call_id FROM purging))"
)


def upgrade() -> None:
    """Add the columns and create the tables; what people wrote is append-only."""
    for column in (
        sa.Column("rubric_id", sa.String()),
        sa.Column("rubric_version", whole()),
        sa.Column("clause_digest", sa.String()),
        sa.Column("difficulty", sa.Double()),
    ):
        op.add_column("cases", column)
    _edits()
    _pairs()
    op.create_table(
        "case_redactions",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("redaction_key", sa.String(), nullable=False),
        sa.Column("beeps_json", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        _of_case("case_redactions", "case_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_case_redactions"),
    )
    op.create_table(
        "collections",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_collections"),
    )
    op.create_table(
        "collection_cases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("position", whole(), nullable=False),
        sa.ForeignKeyConstraint(["name"], ["collections.name"], name="fk_collection_cases_name"),
        _of_case("collection_cases", "case_id"),
        sa.PrimaryKeyConstraint("name", "case_id", name="pk_collection_cases"),
    )
    op.create_index("ix_collection_cases_case_id", "collection_cases", ["case_id"])
    for table, key in (("case_edits", "edit_id"), ("pair_choices", "choice_id")):
        append_only(table, f"{key} = NEW.{key}", unless=_PURGED_CASE)


def _edits() -> None:
    op.create_table(
        "case_edits",
        sa.Column("edit_id", whole(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("version", whole(), nullable=False),
        sa.Column("text_json", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        _of_case("case_edits", "case_id"),
        sa.PrimaryKeyConstraint("edit_id", name="pk_case_edits"),
        sa.UniqueConstraint("case_id", "version", name="uq_case_edits_case_id"),
    )


def _pairs() -> None:
    op.create_table(
        "pair_choices",
        sa.Column("choice_id", whole(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        _of_case("pair_choices", "case_id"),
        _of_case("pair_choices", "partner_id"),
        sa.PrimaryKeyConstraint("choice_id", name="pk_pair_choices"),
    )
    op.create_index("ix_pair_choices_case_id", "pair_choices", ["case_id", "choice_id"])
    op.create_table(
        "case_neighbours",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        _of_case("case_neighbours", "case_id"),
        _of_case("case_neighbours", "partner_id"),
        sa.PrimaryKeyConstraint("case_id", "partner_id", name="pk_case_neighbours"),
    )
    op.create_index("ix_case_neighbours_partner_id", "case_neighbours", ["partner_id"])


def _of_case(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["cases.case_id"], name=f"fk_{table}_{column}")
