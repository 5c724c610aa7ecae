"""A database's transactions, with its errors in words a person can act on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from qa_pipeline.errors import StoreBusy, StoreError
from qa_pipeline.store.postgresql import PostgresqlDatabase
from qa_pipeline.store.sqlite import SqliteFile

_WRITES = "qa_pipeline_writes"


class Kind(Protocol):
    """What SQLite and PostgreSQL do differently about connections."""

    name: str
    errors: tuple[type[Exception], ...]

    def engine(self) -> Engine: ...

    def begin(self, connection: Connection, *, writes: bool) -> None: ...

    def make_ready(self, engine: Engine) -> None: ...

    def friendly(self, error: BaseException | None, consequence: str) -> StoreError: ...


class Database:
    """One database with read and write transactions.

    `place` is a SQLite file or the URL of a PostgreSQL database. `name` is what
    messages call it, never with a password; `path` is the file, None for a server.
    """

    def __init__(self, place: Path | str) -> None:
        self.path = place if isinstance(place, Path) else None
        self.kind: Kind = (
            SqliteFile(place) if isinstance(place, Path) else PostgresqlDatabase(place)
        )
        self.name = self.kind.name
        self.engine = self.kind.engine()
        event.listen(self.engine, "begin", self._begin)

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

    def make_ready(self) -> None:
        """Prepare the database for its first schema, or a newer one; StoreError where it cannot."""
        with self._translated("nothing was changed"):
            self.kind.make_ready(self.engine)

    def close(self) -> None:
        self.engine.dispose()

    def _begin(self, connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        self.kind.begin(connection, writes=writes)

    @contextmanager
    def _translated(self, consequence: str) -> Iterator[None]:
        try:
            yield
        except StatementError as error:
            raise self.kind.friendly(error.orig, consequence) from error
        except PoolTimeout as error:
            raise StoreBusy(
                f"{self.name}: all connections of this process are in use; {consequence}; try"
                " again in a moment"
            ) from error
        except self.kind.errors as error:
            raise self.kind.friendly(error, consequence) from error
