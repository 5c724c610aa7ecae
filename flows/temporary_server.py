"""Prefect without a server of its own, without telemetry and without noise.

`qa-pipeline run` starts an API on a free port of 127.0.0.1 that lives exactly as
long as the run, in its own session so that Ctrl-C does not take it away first.
Prefect reads its settings when it is imported, so they have to be in place
before; that is why this module imports nothing of it.
"""

import http.client
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from qa_pipeline.errors import ConfigurationError

STARTUP_TIMEOUT_S = 120.0
DATABASE = "prefect.db"
_QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",  # failures are ours to report, one line each
    "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_CLI_PROMPT": "false",
}
_SERVER_ONLY = {
    "PREFECT_UI_ENABLED": "false",
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    "PREFECT__SERVER_EPHEMERAL": "1",
    "PREFECT__SERVER_FINAL": "1",
}
_ELSEWHERE = ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_PROFILE", "PREFECT_API_AUTH_STRING")


@dataclass(slots=True)
class TemporaryServer:
    """A server that was started; `wait` before Prefect is asked for anything.

    `kept` is where an empty database waits for the next run, which then starts
    seconds earlier.
    """

    process: subprocess.Popen[bytes]
    port: int
    home: Path
    kept: Path

    def wait(self, check: Callable[[], None]) -> None:
        """Return when the server answers. `check` is called often; what it raises is passed on.

        Raises ConfigurationError where it does not come up.
        """
        give_up_at = time.monotonic() + STARTUP_TIMEOUT_S
        while not self._is_ready():
            check()
            if self.process.poll() is not None or time.monotonic() > give_up_at:
                raise ConfigurationError(self._why_it_failed())
            time.sleep(0.05)
        self._keep_database()

    def stop(self) -> None:
        """End the process and remove what it wrote."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=0.5)
        with closing(connection):
            try:
                connection.request("GET", "/api/health")
                return connection.getresponse().status == 200
            except (OSError, http.client.HTTPException):
                return False

    def _why_it_failed(self) -> str:
        said = (self.home / "stderr.txt").read_text(encoding="utf-8", errors="replace").split("\n")
        last = next((line for line in reversed(said) if line.strip()), "it said nothing")
        return (
            f"Prefect's temporary server did not start ({last.strip()}); "
            f"check the free space in {tempfile.gettempdir()} and delete {self.kept.parent}"
        )

    def _keep_database(self) -> None:
        # Only an optimisation: a workspace that may not be written is told of elsewhere.
        if self.kept.exists() or not self.kept.parent.parent.is_dir():
            return
        part = self.kept.with_name(f"{DATABASE}.{os.getpid()}.part")
        try:
            self.kept.parent.mkdir(exist_ok=True)
            with (
                closing(sqlite3.connect(self.home / DATABASE)) as live,
                closing(sqlite3.connect(part)) as copy,
            ):
                live.backup(copy)
            os.replace(part, self.kept)
        except (OSError, sqlite3.Error):
            shutil.rmtree(self.kept.parent, ignore_errors=True)


@contextmanager
def temporary_server(workspace: Path) -> Iterator[TemporaryServer]:
    """Start a server and point this process's Prefect at it; it ends with the block.

    Any address of a real server is taken away from this process. A scheduled
    deployment (prefect.yaml) does not come here.
    """
    for name in _ELSEWHERE:
        os.environ.pop(name, None)
    server = _start(workspace.absolute() / "prefect" / DATABASE)
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{server.port}/api"
    try:
        yield server
    finally:
        server.stop()


def _start(kept: Path) -> TemporaryServer:
    try:
        home = Path(tempfile.mkdtemp(prefix="qa-pipeline-"))
        if kept.is_file():
            shutil.copyfile(kept, home / DATABASE)
        errors = (home / "stderr.txt").open("wb")
    except OSError as error:
        raise ConfigurationError(
            f"{tempfile.gettempdir()}: no temporary files can be made ({error.strerror}); "
            "free space there or set TMPDIR"
        ) from error
    os.environ.update(_QUIET)
    os.environ["PREFECT_HOME"] = str(home)
    os.environ["PREFECT_PROFILES_PATH"] = str(home / "profiles.toml")
    # A company's proxy is not asked for what runs on this machine.
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), "127.0.0.1")))
    with errors, socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        process = subprocess.Popen(
            # -P: no module of the folder that the person happens to be in
            [sys.executable, "-P", "-m", "flows.temporary_api", str(listening.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=os.environ | _SERVER_ONLY,
            pass_fds=(listening.fileno(),),
            start_new_session=True,
        )
        port = int(listening.getsockname()[1])
    return TemporaryServer(process=process, port=port, home=home, kept=kept)
