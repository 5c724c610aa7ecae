"""The library's list: masked words, figures to compare, similar cases."""

import sqlalchemy as sa
from alembic import op

revision = "r0013"
down_revision = "r0012"


def upgrade() -> None:
    """Create the tables, empty: the next night fills them."""
    op.create_table(
        "case_lines",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("made_of", sa.String(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("title", "situation", "quote", "tags")
        ),
        sa.Column("difficulty", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_case_lines_case_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_case_lines"),
    )
    op.create_table(
        "case_features",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("model_digest", sa.String(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("figures_json", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_case_features_case_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_case_features"),
    )
    op.create_table(
        "similar_cases",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("other_id", sa.String(), nullable=False),
        sa.Column("likeness", sa.Double(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_similar_cases_case_id"),
        sa.ForeignKeyConstraint(["other_id"], ["cases.case_id"], name="fk_similar_cases_other_id"),
        sa.PrimaryKeyConstraint("case_id", "other_id", name="pk_similar_cases"),
    )
    op.create_index("ix_similar_cases_other_id", "similar_cases", ["other_id"])
