"""SQLite: the engine of a database file, and its errors in words."""

import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from qa_pipeline.errors import StoreBusy, StoreError

BUSY_TIMEOUT_S = 60.0


class SqliteFile:
    """A database in one file; `name` is what messages call it."""

    errors: tuple[type[Exception], ...] = (sqlite3.Error, UnicodeEncodeError, OverflowError)

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)

    def engine(self) -> Engine:
        """The engine, without a connection yet."""
        engine = create_engine(
            URL.create("sqlite", database=str(self.path)),
            connect_args={"timeout": BUSY_TIMEOUT_S},
            max_overflow=-1,  # threads wait for the file's lock, never for a connection
        )
        event.listen(engine, "connect", _prepare)
        return engine

    def begin(self, connection: Connection, *, writes: bool) -> None:
        """Start a transaction; one that writes waits for the write lock here."""
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    def make_ready(self, engine: Engine) -> None:
        """Let readers and one writer work at the same time; kept in the file."""
        raw = engine.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.close()
        finally:
            raw.close()

    def friendly(self, error: BaseException | None, consequence: str) -> StoreError:
        """What happened, to which file, and what to do."""
        return friendly(error, self.path, consequence)


def friendly(error: BaseException | None, path: Path, consequence: str) -> StoreError:
    """What happened, to which file, and what to do."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    text = _ADVICE.get(code, "{path}: {error}; {consequence}")
    kind = StoreBusy if code in _MAY_PASS else StoreError
    return kind(text.format(path=path, error=error, consequence=consequence))


_MAY_PASS = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR)


_ADVICE = {
    sqlite3.SQLITE_FULL: "disk full: {consequence}; free space and run again",
    sqlite3.SQLITE_IOERR: (
        "{path}: the disk reported an error ({error}); {consequence}; check the disk and its"
        " free space, then run again"
    ),
    sqlite3.SQLITE_READONLY: (
        "{path} may not be written; {consequence}; allow writing to the workspace folder or"
        " give another one with --workspace"
    ),
    sqlite3.SQLITE_BUSY: (
        f"{{path}} stayed locked by another process for {BUSY_TIMEOUT_S:.0f} s; {{consequence}};"
        " run again when it has finished"
    ),
    sqlite3.SQLITE_CORRUPT: (
        "{path} is damaged ({error}); {consequence}; move it away and restore a backup"
    ),
    sqlite3.SQLITE_NOTADB: (
        "{path} is not a database; move it away or give another folder with --workspace"
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "{path} cannot be opened; {consequence}; check that the folder exists and may be written"
    ),
}


def _prepare(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # The driver's own BEGIN comes too late for consistent reads and for DDL.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    # REPLACE must not slip past the triggers that protect human rows.
    cursor.execute("PRAGMA recursive_triggers = ON")
    # A purged call leaves no readable bytes behind in free pages.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()
