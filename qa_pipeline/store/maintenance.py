"""Backing up and checking."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select, text

from qa_pipeline.errors import StoreError
from qa_pipeline.store.connection import Database
from qa_pipeline.store.part import StorePart, now
from qa_pipeline.store.schema import HEAD, revision_of
from qa_pipeline.store.sqlite import friendly
from qa_pipeline.store.tables import calls, judgements, metadata, purging

_PROTECTED = ("audit", "case_verdicts", "gold_calls", "reviews", "task_starts")
_REFUSED = {
    "sqlite": ("update", "delete", "replace"),
    "postgresql": ("update", "delete", "truncate"),
}
_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
}


class StoreCare(StorePart):
    """What an operator does to the database itself."""

    @property
    def is_on_server(self) -> bool:
        """Whether the database is on a PostgreSQL server, which backs it up itself."""
        return self.database.path is None

    def backup(self, to: Path) -> Path:
        """Copy the database while others work on it; returns the file that was written.

        `to` is a new file, or a folder that gets one named after the time. Raises
        StoreError, leaving nothing behind, where the copy fails or the file exists, and
        for a database on a server, which the server's own tools back up.
        """
        if self.database.path is None:
            raise StoreError(
                f"{self.database.name} is backed up by its server; run `pg_dump --format=custom"
                " --file=qa.dump NAME` where it is, and copy the workspace folder"
            )
        target = to / f"qa-{now():%Y%m%dT%H%M%SZ}.db" if to.is_dir() else to
        if target.exists():
            raise StoreError(f"{target} exists already; give a new name for the backup")
        part = target.with_name(target.name + ".part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _copy(self.database.path, part)
            os.replace(part, target)
        except OSError as error:
            raise StoreError(f"{target}: {error.strerror}; no backup was written") from error
        except sqlite3.Error as error:
            raise friendly(error, target, "no backup was written") from error
        finally:
            if part.exists():
                part.unlink()
        return target

    def check(self) -> tuple[str, ...]:
        """What is wrong with the database, one line each; empty when it is sound."""
        try:
            with self.database.read() as connection:
                return tuple(_problems(connection, self.database))
        except StoreError as error:
            return (str(error),)

    def schema_revision(self) -> str | None:
        """The schema revision of the database."""
        with self.database.read() as connection:
            return revision_of(connection, self.database.name)


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(target)) as copy:
        origin.backup(copy)
        # One file that can be carried away, without a log beside it.
        copy.execute("PRAGMA journal_mode = DELETE")


def _problems(connection: Connection, database: Database) -> Iterator[str]:
    name = database.name
    if database.path is not None:
        yield from _broken_file(connection, name)
    found = revision_of(connection, name)
    if found != HEAD:
        yield f"{name}: schema {found} is not {HEAD}; run `qa-pipeline db upgrade`"
    yield from _missing(connection, name)
    yield from _without_judgement(connection)


def _broken_file(connection: Connection, name: str) -> Iterator[str]:
    for row in connection.execute(text("PRAGMA integrity_check")):
        if row[0] != "ok":
            yield f"{name}: {row[0]}; restore a backup"
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"{name}: row {row[1]} of {row[0]} points to nothing in {row[2]}; restore a backup"


def _missing(connection: Connection, name: str) -> list[str]:
    absent = set(metadata.tables) - set(inspect(connection).get_table_names())
    dialect = connection.dialect.name
    triggers = set(connection.scalars(text(_TRIGGERS[dialect])))
    wanted = {f"{table}_no_{what}" for table in _PROTECTED for what in _REFUSED[dialect]}
    return [f"{name}: table {table} is missing; restore a backup" for table in sorted(absent)] + [
        f"{name}: trigger {trigger}, which protects human rows, is missing; restore a backup"
        for trigger in sorted(wanted - triggers)
    ]


def _without_judgement(connection: Connection) -> list[str]:
    judged = select(judgements.c.call_id).where(judgements.c.is_current)
    orphans = connection.scalars(select(calls.c.call_id).where(calls.c.call_id.not_in(judged)))
    left = connection.scalar(select(func.count()).select_from(purging))
    return [
        f"call {call_id} has no current judgement; run `qa-pipeline rejudge`" for call_id in orphans
    ] + ([f"{left} calls are left over from a broken purge; purge again"] if left else [])
