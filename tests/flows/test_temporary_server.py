"""Prefect's temporary server starts with the FastAPI that is locked (a known trap)."""

import os
import time
from pathlib import Path

import pytest

from tests.flows.starting import FirstStart, start


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


def check(out: str, workspace: Path) -> None:
    url, process_id, home = out.split()
    assert url.startswith("http://127.0.0.1:")
    assert not url.startswith("http://127.0.0.1:1/")
    assert is_gone(int(process_id))
    assert not Path(home).exists()
    assert [p.name for p in workspace.rglob("*")] == ["prefect", "prefect.db"]


def test_a_flow_runs_on_a_temporary_server_that_leaves_nothing(first_start: FirstStart) -> None:
    assert (first_start.err, first_start.code) == ("", 0)
    check(first_start.out, first_start.workspace)


def test_a_server_goes_with_its_run_and_the_next_begins_with_the_kept_database(
    first_start: FirstStart,
) -> None:
    kept = first_start.database.read_bytes()
    done = start(first_start.workspace, "--die")
    assert (done.stderr, done.returncode) == ("", 1)
    check(done.stdout, first_start.workspace)
    assert first_start.database.read_bytes() == kept


@pytest.mark.slow
def test_a_server_that_cannot_start_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "prefect").mkdir()
    (tmp_path / "prefect" / "prefect.db").write_bytes(b"no database at all" * 100)
    done = start(tmp_path)
    assert "ConfigurationError: Prefect's temporary server did not start (" in done.stderr
    assert f"delete {tmp_path / 'prefect'}" in done.stderr
