"""What several revisions do alike, on SQLite and on PostgreSQL."""

import sqlalchemy as sa
from alembic import op

PURGED_CALL = "OLD.call_id IN (SELECT call_id FROM purging)"
"""Whether the row's call is just being purged."""


def whole() -> sa.types.TypeEngine[int]:
    """A whole number of 64 bits, which on SQLite every INTEGER is."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def on_postgresql() -> bool:
    """Whether the revision runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def append_only(table: str, same_key: str, unless: str | None = None) -> None:
    """Triggers that refuse to change or delete rows.

    `same_key` says in SQL that a row has the key of NEW, `unless` that OLD may be deleted.
    """
    refused = f"{table}: rows are appended, never changed"
    if on_postgresql():
        _append_only_on_postgresql(table, refused, unless)
        return
    refuse = f"BEGIN SELECT RAISE(ABORT, '{refused}'); END"
    condition = f" WHEN NOT ({unless})" if unless else ""
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}")
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}{condition} {refuse}")
    # INSERT OR REPLACE would delete the old row behind the other triggers' back.
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}"
        f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {same_key}) {refuse}"
    )


def _append_only_on_postgresql(table: str, refused: str, unless: str | None) -> None:
    refuse = f"RAISE EXCEPTION '{refused}' USING ERRCODE = 'integrity_constraint_violation';"
    may = f"IF {unless} THEN RETURN OLD; END IF;" if unless else ""
    for what, allowed, each in (
        ("update", "", "ROW"),
        ("delete", may, "ROW"),
        # TRUNCATE would remove the rows behind the other triggers' back.
        ("truncate", "", "STATEMENT"),
    ):
        name = f"{table}_no_{what}"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
            f" AS $$ BEGIN {allowed} {refuse} END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {what.upper()} ON {table}"
            f" FOR EACH {each} EXECUTE FUNCTION {name}()"
        )
