"""Bringing a database to this version's schema."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from qa_pipeline.errors import StoreError
from qa_pipeline.store.connection import Database

REVISIONS = (
    "r0001",
    "r0002",
    "r0003",
    "r0004",
    "r0005",
    "r0006",
    "r0007",
    "r0008",
    "r0009",
    "r0010",
    "r0011",
    "r0012",
    "r0013",
    "r0014",
    "r0015",
    "r0016",
    "r0017",
)
"""Every schema revision, oldest first; a test pins it to the migrations folder."""

HEAD = REVISIONS[-1]


def upgrade(database: Database) -> str | None:
    """Upgrade to HEAD in one transaction; the revision found, None for an empty file.

    Raises StoreError for a newer schema, another program's database or a file
    that is no database.
    """
    with database.read() as connection:
        found = revision_of(connection, database.name)
    if found == HEAD:
        return found
    database.make_ready()
    with database.write("the schema upgrade") as connection:
        # Another process may have upgraded while this one waited for the lock.
        found = revision_of(connection, database.name)
        if found != HEAD:
            run_migrations(connection, HEAD)
    return found


def revision_of(connection: Connection, name: str) -> str | None:
    """The schema revision of an open database, None when it is empty."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise StoreError(
            f"{name} is a database of another program; move it away or give another folder"
            " with --workspace, another database with QA_PIPELINE_DATABASE_URL"
        )
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is not None and found not in REVISIONS:
        raise StoreError(
            f"{name} was written by a newer qa-pipeline (schema {found}, this version knows up"
            f" to {HEAD}); install that version again or use another workspace or database"
        )
    return None if found is None else str(found)


def run_migrations(connection: Connection, to: str) -> None:
    """Run the packaged migrations up to revision `to` within the open transaction."""
    # Loaded here only: a database at HEAD opens without Alembic.
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option(
        "script_location", str(Path(__file__).parent / "migrations").replace("%", "%%")
    )
    scripts = ScriptDirectory.from_config(config)

    def steps(revision: Any, _context: MigrationContext) -> Any:
        return scripts._upgrade_revs(to, revision)

    with EnvironmentContext(config, scripts, fn=steps) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
