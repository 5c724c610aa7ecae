"""What trainers make of cases: edits and pair choices (appended), redactions, collections."""

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from qa_pipeline.store.tables.cases import cases
from qa_pipeline.store.tables.columns import Int64, UtcTime, metadata, required

# The newest version of a case is its text; the constraint lets one of two editors win.
case_edits = Table(
    "case_edits",
    metadata,
    Column("edit_id", Int64, primary_key=True),
    required("case_id", String, ForeignKey(cases.c.case_id)),
    required("version", Int64),
    required("text_json", Text),
    required("who", Text),
    required("edited_at", UtcTime),
    UniqueConstraint("case_id", "version"),
)

# The newest row of a case counts; without one its nearest neighbour is shown.
pair_choices = Table(
    "pair_choices",
    metadata,
    Column("choice_id", Int64, primary_key=True),
    required("case_id", String, ForeignKey(cases.c.case_id)),
    required("partner_id", String, ForeignKey(cases.c.case_id)),
    required("accepted", Boolean),
    required("who", Text),
    required("chosen_at", UtcTime),
    Index("ix_pair_choices_case_id", "case_id", "choice_id"),
)

case_neighbours = Table(
    "case_neighbours",
    metadata,
    Column("case_id", String, ForeignKey(cases.c.case_id), primary_key=True),
    Column("partner_id", String, ForeignKey(cases.c.case_id), primary_key=True, index=True),
    required("similarity", Double),
    required("method", String),
)

case_redactions = Table(
    "case_redactions",
    metadata,
    Column("case_id", String, ForeignKey(cases.c.case_id), primary_key=True),
    required("redaction_key", String),
    required("beeps_json", Text),
    required("made_at", UtcTime),
)

collections = Table(
    "collections",
    metadata,
    Column("name", String, primary_key=True),
    required("made_by", Text),
    required("made_at", UtcTime),
)

collection_cases = Table(
    "collection_cases",
    metadata,
    Column("name", String, ForeignKey(collections.c.name), primary_key=True),
    Column("case_id", String, ForeignKey(cases.c.case_id), primary_key=True, index=True),
    required("position", Int64),
)
