"""Prefect's temporary server starts with the FastAPI that is locked (a known trap)."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
from pathlib import Path
from flows.environment import use_temporary_server
use_temporary_server(Path(sys.argv[1]))
from prefect import flow
from prefect.client.orchestration import get_client

@flow
def ask() -> str:
    with get_client(sync_client=True) as client:
        return str(client.api_url)

print(ask())
"""


def test_a_flow_runs_on_a_temporary_server_without_a_word(tmp_path: Path) -> None:
    environment = os.environ | {"PREFECT_API_URL": "http://127.0.0.1:1/api"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=180,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("http://127.0.0.1:")
    assert ":1/" not in done.stdout
    assert done.stderr == ""
    assert (tmp_path / "prefect" / "prefect.db").is_file()
