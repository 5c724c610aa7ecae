"""`run`: its document, its last line, its exit codes (DESIGN section 10)."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.batch.workplace import Workplace, copy_rubrics, write_calls
from tests.cli.conftest import PROGRAM, Ask, Said, run_program

SAMPLES = Path(__file__).parents[2] / "data_samples"


def test_json_is_one_document_and_nothing_else(night: tuple[Workplace, Said]) -> None:
    _, said = night
    assert said.code == 1
    found = said.document
    assert (found["evaluated"], found["already_done"], found["skipped_files"]) == (3, 0, 1)
    (bad,) = found["not_readable"]
    assert bad["recording"] == "bad.wav"
    assert bad["reason"] == "is not audio: the file holds text"
    assert set(found["stage_seconds"]) >= {"decode", "vad", "transcribe", "evaluate", "save"}
    assert "Traceback" not in said.err


def test_a_second_run_does_nothing_twice_and_says_so_last(night: tuple[Workplace, Said]) -> None:
    place, _ = night
    said = run_program(place.root, "run", "recordings")
    assert said.code == 1
    assert said.last_line == "0 recordings evaluated, 3 already done, 1 not readable"
    assert "bad.wav：is not audio: the file holds text" in said.out
    assert [line for line in said.err.splitlines() if line] == [
        "1 recordings to evaluate",
        "[1/1] bad.wav: not_readable is not audio: the file holds text",
    ]


def test_a_dry_run_only_says_what_would_be_done(night: tuple[Workplace, Said], ask: Ask) -> None:
    place, _ = night
    write_calls(place.root / "more", "d")
    said = ask("run", str(place.root / "more"), "--dry-run", "-w", str(place.workspace), "--json")
    assert (said.code, said.document["to_evaluate"]) == (0, ["d.transcript.json"])
    said = ask("run", str(place.root / "more"), "--dry-run", "-w", str(place.workspace))
    assert said.last_line.startswith("1 recordings to evaluate, 0 already done, 0 not readable")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run",), "Missing argument"),
        (("run", "recordings", "--nope"), "No such option: --nope"),
        (("run", "nowhere"), "nowhere: there is no such file or folder"),
        (("run", "recordings", "--since", "2026-02-30"), "write it as YYYY-MM-DD"),
        (("run", "recordings", "--agent-channel", "up"), "say left or right"),
        (("run", "recordings", "--channel-map", "1"), "is not AGENT,CUSTOMER"),
        (("run", "recordings", "--workers", "0"), "--workers"),
        (("run", "recordings", "--name-pattern", "("), "is not valid"),
        (("run", "recordings", "--raw-format", "x"), "ENCODING:RATE:CHANNELS"),
        (("run", "recordings", "--metadata", "none.csv"), "none.csv: cannot be read"),
        (("run", "recordings", "--inspectors", "none.csv"), "none.csv: cannot be read"),
        (("run", "recordings", "--rubric", "none.yaml"), "none.yaml: file: cannot be read"),
    ],
)
def test_bad_usage_is_one_line_and_leaves_no_workspace(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ask: Ask,
    arguments: tuple[str, ...],
    words: str,
) -> None:
    copy_rubrics(tmp_path)
    write_calls(tmp_path / "recordings", "a")
    monkeypatch.chdir(tmp_path)
    said = ask(*arguments, "--dry-run", *(("-w", "ws") if len(arguments) > 1 else ()))
    assert said.code == 2
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith("error: ")
    assert words in line
    assert not (tmp_path / "ws").exists()


def test_a_wrong_rubric_names_every_mistake_in_a_line_and_saves_nothing(tmp_path: Path) -> None:
    write_calls(tmp_path / "recordings", "a")
    (tmp_path / "wrong.yaml").write_text(
        "rubric: wrong\ntitle: 错\npass_percent: 85\nsections:\n- section: s\n  title: 节\n"
        "  criteria:\n  - {criterion: x, title: 甲, points: 5, kind: behaviour, "
        "behaviour: shouting}\n"
        "  - {criterion: y, title: 乙, points: 5, kind: script, role: agent, "
        "steps: [{any_of: ['{tyme}']}]}\n",
        encoding="utf-8",
    )
    said = run_program(tmp_path, "run", "recordings", "--rubric", "wrong.yaml", "-w", "ws")
    assert said.code == 2
    lines = said.err.splitlines()
    assert all(line.startswith("error: ") for line in lines)
    for word in ("version", "shouting", "tyme"):
        assert any(word in line for line in lines)
    assert not (tmp_path / "ws").exists()


def test_a_folder_without_recordings_is_fine(night: tuple[Workplace, Said]) -> None:
    place, _ = night
    (place.root / "空 文件夹").mkdir()
    said = run_program(place.root, "run", "空 文件夹")
    assert said.code == 0
    assert said.last_line == "0 recordings evaluated, 0 already done, 0 not readable"
    assert said.err == ""


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a small disk")
def test_a_full_disk_stops_with_one_line_and_the_next_run_goes_on(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    write_calls(tmp_path / "recordings", "a")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=5m", "tmpfs", str(disk)], check=False
    )
    if mounted.returncode != 0:
        pytest.skip("no small disk can be mounted here")
    try:
        assert run_program(tmp_path, "run", "recordings", "-w", "disk/ws").code == 0
        write_calls(tmp_path / "recordings", *(f"n{i:03}" for i in range(120)))
        said = run_program(tmp_path, "run", "recordings", "-w", "disk/ws")
        assert said.code == 2
        (line,) = [x for x in said.err.splitlines() if not x[0].isdigit() and x[0] != "["]
        assert line.startswith("error: ")
        assert "disk" in line
        subprocess.run(["mount", "-o", "remount,size=60m", str(disk)], check=True)
        again = run_program(tmp_path, "run", "recordings", "-w", "disk/ws")
        assert again.code == 0
        evaluated, done = (int(again.last_line.split()[i]) for i in (0, 3))
        assert evaluated + done == 121
        assert done > 1
        assert run_program(tmp_path, "db", "check", "-w", "disk/ws").code == 0
        assert run_program(tmp_path, "verify", "--all", "-w", "disk/ws").code == 0
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_being_interrupted_while_listening(tmp_path: Path, which: signal.Signals) -> None:
    copy_rubrics(tmp_path)
    recordings = tmp_path / "recordings"
    write_calls(recordings, *"abcdefgh")  # the first group: done at once
    for name in ("01_inbound_good.wav", "03_arguing.wav"):
        shutil.copy(SAMPLES / name, recordings / f"z{name}")  # the second: takes a while
    said = tmp_path / "said.txt"
    with said.open("wb") as out:
        running = subprocess.Popen(
            [*PROGRAM, "run", "recordings"],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=out,
            start_new_session=True,
        )
    await_text(said, "[8/10]")
    time.sleep(2)
    os.killpg(running.pid, which)  # a terminal's Ctrl-C reaches the whole group
    asked_at = time.monotonic()
    assert running.wait(timeout=60) == 130
    assert time.monotonic() - asked_at < 15  # about 3 s on an idle machine
    last = said.read_text(encoding="utf-8").splitlines()[-1]
    assert last == "interrupted: what was finished is saved; run again to go on from there"
    assert "Traceback" not in said.read_text(encoding="utf-8")
    assert "ERROR" not in said.read_text(encoding="utf-8")
    again = run_program(tmp_path, "run", "recordings")
    assert again.code == 0
    evaluated, done = (int(again.last_line.split()[i]) for i in (0, 3))
    assert (evaluated, done) == (2, 8)


def await_text(file: Path, text: str) -> None:
    for _ in range(1200):
        if text in file.read_text(encoding="utf-8"):
            return
        time.sleep(0.05)
    pytest.fail(f"{text} never came: {file.read_text(encoding='utf-8')}")


@pytest.mark.slow
def test_two_runs_at_once_do_nothing_twice(tmp_path: Path) -> None:
    copy_rubrics(tmp_path)
    write_calls(tmp_path / "recordings", "a", "b", "c")
    both = [
        subprocess.Popen(
            [*PROGRAM, "run", "recordings"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(2)
    ]
    lines = sorted(run.communicate(timeout=300)[0].splitlines()[-1] for run in both)
    assert [run.returncode for run in both] == [0, 0]
    assert lines == [
        "0 recordings evaluated, 3 already done, 0 not readable",
        "3 recordings evaluated, 0 already done, 0 not readable",
    ]


LOCK = """
import sqlite3, sys, time
raw = sqlite3.connect(sys.argv[1], isolation_level=None)
raw.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
time.sleep(8)
raw.execute("ROLLBACK")
"""


@pytest.mark.slow
def test_a_store_that_another_program_holds_for_a_while_is_waited_for(tmp_path: Path) -> None:
    copy_rubrics(tmp_path)
    write_calls(tmp_path / "recordings", "a")
    assert run_program(tmp_path, "run", "recordings", "-w", "ws").code == 0
    write_calls(tmp_path / "recordings", "b")
    holder = subprocess.Popen(
        [sys.executable, "-c", LOCK, str(tmp_path / "ws" / "qa.db")], stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"locked\n"
    said = run_program(tmp_path, "run", "recordings", "-w", "ws")
    holder.communicate(timeout=30)
    assert said.last_line == "1 recordings evaluated, 1 already done, 0 not readable"
