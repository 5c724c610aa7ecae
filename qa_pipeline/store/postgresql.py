"""PostgreSQL: the engine of a database on a server, and its errors in words.

Writers wait for each other at one advisory lock of the database, as they do at the
write lock of a SQLite file; readers see one snapshot and wait for nobody.
"""

import getpass
import socket
import ssl
from datetime import datetime
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect, ExceptionContext
from sqlalchemy.exc import ArgumentError, IntegrityError
from sqlalchemy.pool import ConnectionPoolEntry

from qa_pipeline.errors import StoreError
from qa_pipeline.store.postgresql_errors import friendly, sqlstate

WRITE_LOCK = int.from_bytes(b"qa-pipe")
"""The advisory lock of writers; it belongs to the database that it is taken in."""
LOCK_TIMEOUT_S = 60
CONNECT_TIMEOUT_S = 10
CONNECTIONS = 10
MORE_CONNECTIONS = 20
"""A process opens at most CONNECTIONS + MORE_CONNECTIONS; the first ones stay open."""

_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# Each statement after the lock sees what the writer before it saved; a snapshot taken
# while waiting for the lock would not.
_WRITE = f"BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({WRITE_LOCK})"
_SESSION = (
    f"SET lock_timeout = '{LOCK_TIMEOUT_S}s'; SET TimeZone = 'UTC'; SET jit = off;"
    # A machine that vanished must not hold the lock for hours.
    " SET tcp_keepalives_idle = 60; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 6"
)
_NUL, _PARKED_NUL = "\0", "\U0010fc7f"
_TEXT_OIDS = (25, 1043)
_TIMESTAMPTZ_OID = 1184
_SSL_MODES = ("disable", "prefer", "require", "verify-full")
_LOST = ("08", "57P01", "57P02")


class PostgresqlDatabase:
    """A database on a server; `name` is what messages call it, without user and password."""

    errors: tuple[type[Exception], ...] = (UnicodeEncodeError, OverflowError)

    def __init__(self, text: str) -> None:
        self.url = _checked(text)
        query = self.url.query
        self.folder = query.get("host") if str(query.get("host", "")).startswith("/") else None
        self.host, self.port = self.url.host or "localhost", self.url.port or 5432
        where = self.folder or f"{self.host}:{self.port}"
        self.name = f"PostgreSQL database {self.url.database} at {where}"

    def engine(self) -> Engine:
        """The engine, without a connection yet; StoreError where the driver is missing."""
        plain = URL.create("postgresql+pg8000", database=self.url.database)
        try:
            engine = create_engine(
                plain,
                connect_args=self._arguments(),
                pool_size=CONNECTIONS,
                max_overflow=MORE_CONNECTIONS,
                pool_timeout=LOCK_TIMEOUT_S,
                pool_pre_ping=True,  # a restarted server costs no request
            )
        except ModuleNotFoundError as error:
            raise StoreError(
                f"{self.name}: the driver {error.name} is not installed; run"
                " `pip install 'qa-pipeline[postgresql]'`"
            ) from error
        # Else the driver sends one row at a time.
        engine.dialect.use_insertmanyvalues_wo_returning = True
        event.listen(engine, "do_connect", self._connect)
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "handle_error", _sorted_out)
        return engine

    def begin(self, connection: Connection, *, writes: bool) -> None:
        """Start a transaction; one that writes waits for the other writers here."""
        connection.exec_driver_sql(_WRITE if writes else _READ).close()

    def make_ready(self, engine: Engine) -> None:
        """Refuse a database that would sort or store texts in another way than Python does."""
        with engine.connect() as connection:
            encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
            # By bytes capitals come first; by a language's rules they do not.
            by_bytes = connection.exec_driver_sql("SELECT 'B' < 'a' AND 'a-b' < 'aa'").scalar()
        if encoding != "UTF8" or not by_bytes:
            raise StoreError(
                f"{self.name} sorts texts by a language or is not in UTF-8; make another one with"
                " `createdb --template=template0 --encoding=UTF8 --locale=C NAME`"
            )

    def friendly(self, error: BaseException | None, consequence: str) -> StoreError:
        """What happened, to which database, and what to do."""
        return friendly(error, self.name, consequence)

    def _arguments(self) -> dict[str, Any]:
        mode = self.url.query.get("sslmode", "prefer")
        if mode not in _SSL_MODES:
            raise StoreError(f"{self.name}: sslmode is one of {', '.join(_SSL_MODES)}")
        verified: ssl.SSLContext | bool | None = {"disable": False, "require": True}.get(str(mode))
        if mode == "verify-full":
            root = self.url.query.get("sslrootcert")
            verified = ssl.create_default_context(cafile=None if root is None else str(root))
        return {
            "user": self.url.username or getpass.getuser(),
            "password": self.url.password or "",
            "application_name": "qa-pipeline",
            "host": self.host,
            "port": self.port,
            "ssl_context": False if self.folder else verified,
        }

    def _connect(
        self,
        dialect: Dialect,
        _record: ConnectionPoolEntry,
        _arguments: tuple[Any, ...],
        named: dict[str, Any],
    ) -> DBAPIConnection:
        """Hand the driver a socket: its own timeout would also cut off long queries."""
        driver: Any = dialect.loaded_dbapi
        try:
            connection: DBAPIConnection = driver.Connection(**named, sock=self._socket())
        except OSError as error:  # also a certificate that nobody vouches for
            raise driver.InterfaceError("no connection") from error
        return connection

    def _socket(self) -> socket.socket:
        if not self.folder:
            wire = socket.create_connection((self.host, self.port), CONNECT_TIMEOUT_S)
            wire.settimeout(None)
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            return wire
        wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            wire.connect(f"{self.folder}/.s.PGSQL.{self.port}")
        except OSError:
            wire.close()
            raise
        return wire


def _checked(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.get_backend_name() not in ("postgresql", "postgres") or not url.database:
        # The text may hold a password: it is neither shown nor kept as the error's cause.
        raise StoreError(
            "the database URL is none of a PostgreSQL database; write it as"
            " postgresql://user:password@host:5432/name, with %40 for @ in a password"
        )
    return url


def _prepare(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # Transactions begin with their isolation level and the lock in one message.
    connection.autocommit = True
    driver: Any = connection
    # The server keeps no NUL in a text; SQLite does.
    driver.register_out_adapter(str, without_nul)
    for oid in _TEXT_OIDS:
        driver.register_in_adapter(oid, _with_nul)
    driver.register_in_adapter(_TIMESTAMPTZ_OID, datetime.fromisoformat)
    cursor = connection.cursor()
    cursor.execute(_SESSION)
    cursor.close()


def without_nul(text: str) -> str:
    """The text as the server keeps it: a NUL parked in a private-use character."""
    return text.replace(_NUL, _PARKED_NUL)


def _with_nul(text: str) -> str:
    return text.replace(_PARKED_NUL, _NUL)


def _sorted_out(context: ExceptionContext) -> IntegrityError | None:
    """Tell SQLAlchemy what the driver does not: lost connections and broken constraints."""
    state = sqlstate(context.original_exception)
    driver = context.dialect.loaded_dbapi
    if state is None and not isinstance(context.original_exception, driver.Error):
        # It stopped half way: the next answer on this connection belongs to another question.
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False
    elif state is not None and state.startswith(_LOST):
        context.is_disconnect = True
    elif state is not None and state.startswith("23"):
        return IntegrityError(context.statement, None, context.original_exception)
    return None
