"""Real processes on one real file."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qa_pipeline.store import CallStore, open_store
from tests.store.samples import a_review, save_calls

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from qa_pipeline.store import open_store
from tests.store.samples import save_calls
with open_store(Path(sys.argv[1])) as store:
    for i in range(15):
        save_calls(store, f"{sys.argv[2]}-{i:02d}")
"""
STUCK = """
import sys, time
from pathlib import Path
from qa_pipeline.store import open_store
from qa_pipeline.store.call_rows import save_call
from tests.builders import a_call
with open_store(Path(sys.argv[1])) as store, store.database.write("half a call") as connection:
    save_call(connection, a_call("half"), None)
    print("half saved", flush=True)
    time.sleep(60)
"""


def start(code: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.any_database
def test_processes_make_the_workspace_and_save_at_once(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    writers = [start(WRITER, str(workspace), name) for name in ("a", "b", "c")]
    for writer in writers:
        _, errors = writer.communicate(timeout=60)
        assert writer.returncode == 0, errors
    with open_store(workspace, create=False) as store:
        assert len(list(store.judged_calls())) == 45
        assert store.check() == ()


@pytest.mark.any_database
def test_a_killed_process_leaves_nothing_half_saved(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        save_calls(store, "whole")
    writer = start(STUCK, str(tmp_path))
    assert writer.stdout is not None
    assert writer.stdout.readline() == "half saved\n"
    writer.send_signal(signal.SIGKILL)
    writer.communicate(timeout=10)
    with open_store(tmp_path) as store:
        assert store.call_ids() == ("whole",)
        assert store.check() == ()
        save_calls(store, "after")


def test_threads_share_a_store(store: CallStore) -> None:
    with ThreadPoolExecutor(20) as threads:
        list(threads.map(lambda i: save_calls(store, f"call-{i:02d}"), range(40)))
        counts = list(threads.map(lambda _: len(store.call_ids()), range(20)))
    assert counts == [40] * 20
    assert store.check() == ()


def test_a_writer_waits_for_another(tmp_path: Path, store: CallStore) -> None:
    save_calls(store, "call-1")
    with store.database.write("something slow"):
        writer = start(WRITER, str(tmp_path), "b")
        time.sleep(1.0)
        assert store.call_ids() == ("call-1",)
        assert writer.poll() is None
    _, errors = writer.communicate(timeout=60)
    assert writer.returncode == 0, errors
    assert store.append_reviews([a_review("r1", "b-00")]) == 1
