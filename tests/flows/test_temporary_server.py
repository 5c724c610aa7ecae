"""Prefect's temporary server starts with the FastAPI that is locked (a known trap)."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

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


def is_gone(process_id: int) -> bool:
    for _ in range(100):
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{process_id}/stat")
        if stat.is_file() and stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True  # gone, though nobody has asked for it yet
        time.sleep(0.05)
    return False


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The second server in it starts from the database that the first one left."""
    return tmp_path_factory.mktemp("workspace")


@pytest.mark.parametrize("end", [(), ("--die",)])
def test_a_flow_runs_on_a_temporary_server_that_leaves_nothing(
    workspace: Path, end: tuple[str, ...]
) -> None:
    done = start(workspace, *end)
    assert done.stderr == ""
    assert done.returncode == len(end)
    url, process_id, home = done.stdout.split()
    assert url.startswith("http://127.0.0.1:")
    assert not url.startswith("http://127.0.0.1:1/")
    assert is_gone(int(process_id))
    assert not Path(home).exists()
    assert [p.name for p in workspace.rglob("*")] == ["prefect", "prefect.db"]


@pytest.mark.slow
def test_a_server_that_cannot_start_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "prefect").mkdir()
    (tmp_path / "prefect" / "prefect.db").write_bytes(b"no database at all" * 100)
    done = start(tmp_path)
    assert "ConfigurationError: Prefect's temporary server did not start (" in done.stderr
    assert f"delete {tmp_path / 'prefect'}" in done.stderr
