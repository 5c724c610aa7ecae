"""What the library's list reads, made from cases and calls and made again at need."""

from sqlalchemy import Column, Double, ForeignKey, LargeBinary, String, Table, Text

from qa_pipeline.store.tables.cases import cases
from qa_pipeline.store.tables.columns import metadata, required

# Masked: nothing here that the list's readers may not see.
case_lines = Table(
    "case_lines",
    metadata,
    Column("case_id", String, ForeignKey(cases.c.case_id), primary_key=True),
    required("made_of", String),
    required("title", Text),
    required("situation", Text),
    required("quote", Text),
    required("tags", Text),
    required("difficulty", String),
    required("words", Text),
)

case_features = Table(
    "case_features",
    metadata,
    Column("case_id", String, ForeignKey(cases.c.case_id), primary_key=True),
    required("model_digest", String),
    required("vector", LargeBinary),
    required("figures_json", Text),
)

similar_cases = Table(
    "similar_cases",
    metadata,
    Column("case_id", String, ForeignKey(cases.c.case_id), primary_key=True),
    Column("other_id", String, ForeignKey(cases.c.case_id), primary_key=True, index=True),
    required("likeness", Double),
    required("method", String),
)
