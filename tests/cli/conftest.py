import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qa_pipeline.cli import _run
from qa_pipeline.cli.common import run_guarded
from tests.batch.workplace import Workplace, copy_rubrics, write_calls
from tests.flows.starting import FirstStart

PROGRAM = (sys.executable, "-c", "from qa_pipeline.cli import main; main()")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def last_line(self) -> str:
        return self.out.rstrip("\n").rpartition("\n")[2]


def run_program(cwd: Path, *arguments: str) -> Said:
    """The command line as a process of its own."""
    done = subprocess.run(
        [*PROGRAM, *arguments], cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )
    return Said(code=done.returncode, out=done.stdout, err=done.stderr)


Ask = Callable[..., Said]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """The command line within this process."""

    def asked(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["qa-pipeline", *arguments])
        capsys.readouterr()
        code = run_guarded(_run)
        printed = capsys.readouterr()
        return Said(code=code, out=printed.out, err=printed.err)

    return asked


@pytest.fixture(scope="session")
def night(
    tmp_path_factory: pytest.TempPathFactory, first_start: FirstStart
) -> tuple[Workplace, Said]:
    """A workspace after one real `run --json`: three calls and one file that is no audio."""
    root = tmp_path_factory.mktemp("centre")
    copy_rubrics(root)
    place = Workplace(root=root)
    write_calls(place.recordings, "a", "b", "c")
    (place.recordings / "bad.wav").write_text("this is no audio at all\n" * 9, encoding="utf-8")
    (place.recordings / "notes.txt").touch()
    (place.workspace / "prefect").mkdir(parents=True)
    shutil.copy(first_start.database, place.workspace / "prefect")
    return place, run_program(root, "run", "recordings", "--json")
