"""A flow on a temporary server, in a process of its own."""

import fcntl
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SCRIPT = """
import os, sys
from pathlib import Path
from flows.temporary_server import temporary_server
with temporary_server(Path(sys.argv[1])) as server:
    from prefect import flow
    from prefect.client.orchestration import get_client
    from prefect.events.worker import EventsWorker

    @flow
    def ask() -> str:
        with get_client(sync_client=True) as client:
            return str(client.api_url)

    server.wait(lambda: None)
    print(ask(), server.process.pid, server.home, flush=True)
    EventsWorker.drain_all(timeout=2)
    if "--die" in sys.argv:
        os._exit(1)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStart:
    """What the first server in a new workspace said, and the workspace."""

    workspace: Path
    code: int
    out: str
    err: str

    @property
    def database(self) -> Path:
        """The empty database that it left for the next one."""
        return self.workspace / "prefect" / "prefect.db"


def first_start_in(folder: Path) -> FirstStart:
    """Start it once for all processes that ask with the same folder; who comes second waits."""
    workspace, kept = folder / "first-workspace", folder / "first-start.json"
    with (folder / "first-start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            workspace.mkdir()
            done = start(workspace)
            said = {"code": done.returncode, "out": done.stdout, "err": done.stderr}
            kept.write_text(json.dumps(said), encoding="utf-8")
    return FirstStart(workspace=workspace, **json.loads(kept.read_text(encoding="utf-8")))


def start(workspace: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "PREFECT_API_URL": "http://127.0.0.1:1/api",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "http_proxy": "http://127.0.0.1:1",
    }
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(workspace), *arguments],
        capture_output=True,
        text=True,
        timeout=180,
        env=environment,
        check=False,
    )
