"""The engine, its transactions, and database errors in words a person can act on."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import StatementError
from sqlalchemy.pool import ConnectionPoolEntry

from qa_pipeline.errors import StoreBusy, StoreError

BUSY_TIMEOUT_S = 60.0
_WRITES = "qa_pipeline_writes"


class Database:
    """One database with read and write transactions."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.engine = _sqlite_engine(path)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view for as long as the block lasts; StoreError on failure."""
        with self._translated("nothing was read"), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self, what: str) -> Iterator[Connection]:
        """One transaction: all of the block is kept, or nothing.

        `what` names what is being saved and appears in the error. The write lock
        is taken at the start, so two writers wait for each other instead of
        failing. Raises StoreError.
        """
        with (
            self._translated(f"nothing of {what} was saved"),
            self.engine.connect().execution_options(**{_WRITES: True}) as connection,
            connection.begin(),
        ):
            yield connection

    def use_wal(self) -> None:
        """Let readers and one writer work at the same time; kept in the file."""
        with self._translated("nothing was changed"):
            raw = self.engine.raw_connection()
            try:
                cursor = raw.cursor()
                cursor.execute("PRAGMA journal_mode = WAL")
                cursor.close()
            finally:
                raw.close()

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _translated(self, consequence: str) -> Iterator[None]:
        try:
            yield
        except StatementError as error:
            raise friendly(error.orig, self.path, consequence) from error
        except (sqlite3.Error, UnicodeEncodeError, OverflowError) as error:
            raise friendly(error, self.path, consequence) from error


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


def _sqlite_engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": BUSY_TIMEOUT_S},
        max_overflow=-1,  # threads wait for the file's lock, never for a connection
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


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


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
