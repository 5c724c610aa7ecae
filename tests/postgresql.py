"""A PostgreSQL server of the test session's own, in a folder that goes away with it.

Listens on a Unix socket only; runs as `nobody` where the tests run as root, which
PostgreSQL refuses. Nothing it writes has to last, so that a database is made in
some 50 ms.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

from qa_pipeline.store.connection import Database
from qa_pipeline.store.schema import upgrade

USER = "qa"
_TEMPLATE = "template_qa"
_HASTE = (
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=4GB"),
    *("shared_buffers=64MB", "autovacuum=off", "listen_addresses="),
)
_START_S = 60.0


def program(name: str) -> str | None:
    """Where a program of the server is, on the PATH or where Debian puts it; None without one."""
    folders = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    return shutil.which(name) or next(
        (str(folder / name) for folder in folders if (folder / name).is_file()), None
    )


def why_no_server() -> str | None:
    """Why no server can be started here; None where one can."""
    missing = [name for name in ("initdb", "postgres") if program(name) is None]
    if missing:
        return f"no PostgreSQL server on this machine ({', '.join(missing)} not found)"
    if find_spec("pg8000") is None:
        return "the driver pg8000 is not installed (`pip install 'qa-pipeline[postgresql]'`)"
    return None


class Server:
    """A running server; databases are copied from one that has the schema."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names = (f"test_{number}" for number in count(1))

    def url(self, name: str) -> str:
        return f"postgresql://{USER}@/{name}?host={self.folder}"

    def run(self, *statements: str) -> None:
        """Statements outside any transaction, as the server's superuser."""
        from pg8000.dbapi import connect

        with closing(
            connect(USER, database="postgres", unix_sock=f"{self.folder}/.s.PGSQL.5432")
        ) as connection:
            connection.autocommit = True
            for statement in statements:
                connection.cursor().execute(statement)

    def make_template(self) -> None:
        """Make the database with the schema that others are copied from."""
        self.run(f"CREATE DATABASE {_TEMPLATE}")
        database = Database(self.url(_TEMPLATE))
        upgrade(database)
        database.close()

    @contextmanager
    def database(self, *, empty: bool = False) -> Iterator[str]:
        """The URL of a new database, with the schema unless `empty`; dropped in the end."""
        name = next(self.names)
        template = "template0" if empty else _TEMPLATE
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def started() -> Iterator[Server]:
    """A server with its template, stopped and removed in the end."""
    folder = Path(tempfile.mkdtemp(prefix="qa-postgresql-", dir="/tmp"))  # sockets' paths are short
    who: dict[str, Any] = {}
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        who = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        shutil.chown(folder, "nobody")
    process = None
    try:
        data = folder / "data"
        made = subprocess.run(
            [str(program("initdb")), "-D", str(data), "-U", USER, "--locale=C", "--encoding=UTF8",
             "--auth=trust", "--no-sync"],
            capture_output=True, text=True, cwd=folder, check=False, **who,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        options = [part for option in _HASTE for part in ("-c", option)]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [str(program("postgres")), "-D", str(data), "-k", str(folder), *options],
                stdout=log, stderr=log, cwd=folder, **who,
            )  # fmt: skip
        server = Server(folder)
        _wait_for(server, process)
        server.make_template()
        yield server
    finally:
        if process is not None:
            process.terminate()
            process.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(server: Server, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _START_S
    while not (server.folder / ".s.PGSQL.5432").exists() or not _answers(server):
        log = (server.folder / "log").read_text(errors="replace")
        assert process.poll() is None, log
        assert time.monotonic() < until, log
        time.sleep(0.05)


def _answers(server: Server) -> bool:
    from pg8000.exceptions import DatabaseError, InterfaceError

    try:
        server.run("SELECT 1")
    except (DatabaseError, InterfaceError):
        return False
    return True
