"""The main job on the synthetic samples, through the real recognizer."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.accuracy_samples import SAMPLES, compare, judged_in, script_figures, truth
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.scorecard import COUNTED

pytestmark = pytest.mark.slow

MUST_BE_FOUND = (
    "behaviour:arguing",
    "behaviour:interrogating",
    "behaviour:monologuing",
    "dead_air",
    "announced_hold",
    "interruption",
    "missing:greeting",
)


def qa_pipeline(*words: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "from qa_pipeline.cli import main; main()"]
    return subprocess.run(
        [*program, *words], capture_output=True, text=True, check=False, timeout=900
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("samples")


@pytest.fixture(scope="module")
def printed(workspace: Path) -> str:
    """What the run printed."""
    done = run(workspace)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == (
        "16 recordings evaluated, 0 already done, 0 not readable"
    )
    return f"{done.stderr}\n{done.stdout}"


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    metadata = ("--metadata", str(SAMPLES / "calls.csv"))
    return qa_pipeline("run", str(SAMPLES), *metadata, "--workspace", str(folder))


@pytest.fixture(scope="module")
def judged(workspace: Path, printed: str) -> dict[str, JudgedCall]:
    assert printed
    return judged_in(workspace)


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readme_shows_what_the_demo_prints(printed: str, readme: str) -> None:
    shown = (SAMPLES.parent / readme).read_text("utf-8").split("<!-- demo output: ")[1]
    of_the_run, of_make = shown.split("16 recordings evaluated")
    lines = [*of_the_run.splitlines()[2:], f"16 recordings evaluated{of_make.splitlines()[0]}"]
    really = {steady(line) for line in printed.splitlines()}
    missing = [line for line in lines if line != "…" and steady(line) not in really]
    assert missing == [], "copy the new output of `make demo` into both READMEs"


def steady(line: str) -> str:
    """A printed line without what differs from day to day and machine to machine."""
    if line.startswith("各阶段用时"):
        return re.sub(r"[\d.]+", "", line)
    return re.sub(r"p=[\d.]+|^\d{4}-\d\d-\d\d", "", line.rstrip())


def test_scripts_that_were_said_are_found(judged: dict[str, JudgedCall]) -> None:
    figures = script_figures(judged)
    assert figures.said > 50
    assert figures.f1 >= 0.95


def test_what_this_version_promises_is_found(judged: dict[str, JudgedCall]) -> None:
    missed = [line.label for line in compare(judged) if line.label in MUST_BE_FOUND and line.misses]
    assert missed == []


def test_a_call_without_misconduct_yields_no_behaviour(judged: dict[str, JudgedCall]) -> None:
    """One taboo is often mistaken for its neighbour; a decent call must stay silent."""
    decent = {n for n, t in truth().items() if not any("behaviour" in p for p in t["present"])}
    found = [
        (name, d.detector_id)
        for name in decent
        for d in judged[name].evaluation.detections
        if d.detector_id.startswith("behaviour:") and d.outcome is Outcome.FOUND
    ]
    assert found == []


def test_ring_back_and_silence_yield_nothing(judged: dict[str, JudgedCall]) -> None:
    call = judged["13_ring_back_only.wav"]
    assert call.analyzed.metrics.no_conversation
    assert {d.outcome for d in call.evaluation.detections} == {Outcome.CANNOT_TELL}
    assert call.evaluation.scorecard.percent is None


def test_a_mono_call_never_fails_a_script_that_was_said(judged: dict[str, JudgedCall]) -> None:
    call = judged["12_mono.wav"]
    assert call.analyzed.transcript.utterances
    assert call.analyzed.metrics.why_unmeasured("agent_interruptions")
    said = {s["script"] for s in truth()["12_mono.wav"]["said"]}
    failed = {s.criterion_id for s in call.evaluation.scorecard.scores if s.outcome.value == "FAIL"}
    assert said & failed == set()


def test_every_point_has_its_receipt(judged: dict[str, JudgedCall]) -> None:
    for call in judged.values():
        for score in call.evaluation.scorecard.scores:
            if score.outcome in COUNTED:
                summed = sum(r.points for r in score.receipts)
                assert summed == pytest.approx(score.points_awarded), (call.call_id, score)


def test_a_second_run_finds_nothing_to_do(workspace: Path, printed: str) -> None:
    assert printed
    done = run(workspace)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == (
        "0 recordings evaluated, 16 already done, 0 not readable"
    )
    assert "ERROR" not in done.stderr


def test_stored_scorecards_derive_again_byte_for_byte(workspace: Path, printed: str) -> None:
    assert printed
    done = qa_pipeline("verify", "--all", "--json", "--workspace", str(workspace))
    assert json.loads(done.stdout) == {"verified": 16, "differ": []}
