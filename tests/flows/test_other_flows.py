"""The weekly report and the retention run as flows."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.batch.workplace import Workplace, copy_rubrics, write_calls

SCRIPT = """
import sys
from pathlib import Path
from flows.temporary_server import temporary_server
with temporary_server(Path(sys.argv[1])) as server:
    from flows.retention import retention
    from flows.weekly import weekly
    from prefect.events.worker import EventsWorker

    server.wait(lambda: None)
    print(*weekly(sys.argv[1], day="2026-03-01"), sep="\\n")
    print(retention(sys.argv[1], keep_days=1)["calls"])
    EventsWorker.drain_all(timeout=2)
"""


@pytest.mark.slow
def test_the_week_is_reported_and_old_calls_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_rubrics(tmp_path)
    monkeypatch.chdir(tmp_path)
    place = Workplace(root=tmp_path)
    write_calls(place.recordings, "a", started_at="2026-02-25T09:00:00+08:00")
    place.run()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(place.workspace)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.stderr == ""
    *files, forgotten = done.stdout.split("\n")[:-1]
    assert forgotten == "1"
    assert all(Path(file).is_file() for file in files)
    assert len(files) == 2
    assert len(list((place.workspace / "backups").iterdir())) == 1
    with place.store() as store:
        assert store.call_ids() == ()
        assert store.audit_log()[-1].who == "retention flow"
