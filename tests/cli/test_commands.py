"""Every other command: its happy path, its JSON, its exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.batch.workplace import Workplace
from tests.cli.conftest import Ask, Said

DAY = "2026-03-02"


@pytest.fixture(autouse=True)
def _at_the_centre(night: tuple[Workplace, Said], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(night[0].root)


@pytest.mark.parametrize(
    ("command", "key"),
    [
        (("show", "a"), "call_id"),
        (("queue",), "tasks"),
        (("queue", "--date", DAY, "--plan", "--seed", "3"), "tasks"),
        (("verify", "--all"), "verified"),
        (("verify", "b"), "verified"),
        (("rejudge",), "unchanged"),
        (("rejudge", "--from", "2026-01-01", "--to", DAY), "unchanged"),
        (("cases", "list"), None),
        (("calibrate",), None),
        (("db", "upgrade"), "revision"),
        (("db", "check"), "problems"),
        (("doctor",), None),
        (("rubric", "check", "rubrics/inbound_service.yaml"), "errors"),
        (("rubric", "test", "rubrics/inbound_service.yaml"), "examples"),
        (("rubric", "preview", "rubrics/inbound_service.yaml"), "changes"),
    ],
)
def test_a_command_prints_words_or_one_document(
    ask: Ask, command: tuple[str, ...], key: str | None
) -> None:
    said = ask(*command, "--json")
    assert said.code in ((0, 3) if command[0] in ("doctor", "rubric") else (0,)), said.err
    assert key is None or key in said.document
    if command[:2] in (("rubric", "test"), ("rubric", "preview")):
        return  # slow, and the same work again
    words = ask(*command)
    assert words.code == said.code
    assert words.out.strip()


@pytest.mark.parametrize("what", ["calls", "transcripts", "detections", "scores", "queue", "cases"])
def test_exports_are_written_and_said_to_be_raw(ask: Ask, tmp_path: Path, what: str) -> None:
    file = tmp_path / f"{what}.{'xlsx' if what == 'scores' else 'csv'}"
    said = ask("export", what, "-o", str(file), "--json")
    assert said.code == 0
    assert said.document["lines"] > 0
    assert "raw" in said.err
    assert file.stat().st_size > 0
    if what == "calls":
        assert ask("export", what, "-o", str(file), "--redact").err == ""


def test_exported_detections_keep_the_contract(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "found.txt"
    assert ask("export", "detections", "--format", "jsonl", "-o", str(file)).code == 0
    rows: list[dict[str, Any]] = [
        json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()
    ]
    wanted = {"call_id", "recording", "detector_id", "version", "outcome", "probability"}
    assert all(wanted | {"abstained_because", "evidence"} <= set(row) for row in rows)
    assert {row["outcome"] for row in rows} <= {"FOUND", "NOT_FOUND", "CANNOT_TELL"}
    assert {row["recording"] for row in rows} == {f"{n}.transcript.json" for n in "abc"}
    assert sum(row["detector_id"].startswith("behaviour:") for row in rows) == 15


def test_no_two_detectors_of_a_call_share_a_name(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "found.jsonl"
    ask("export", "detections", "-o", str(file))
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    ids = [(row["call_id"], row["detector_id"].partition(":")[2]) for row in rows]
    assert len(ids) == len(set(ids))


def test_reports_sheets_reviews_and_cases_make_a_round(ask: Ask, tmp_path: Path) -> None:
    assert ask("report", "daily", "-d", "2026-03-01", "-o", str(tmp_path)).code == 0
    assert len(ask("report", "weekly", "-o", str(tmp_path), "--json").document["files"]) == 2
    sheet = tmp_path / "sheet.xlsx"
    day = ask("queue", "--json").document["day"]
    assert ask("queue", "export-sheet", "-o", str(sheet), "--date", day, "--json").code == 0
    assert sheet.stat().st_size > 0
    reviews = tmp_path / "reviews.jsonl"
    reviews.write_text(
        '{"call_id": "a", "inspector_id": "me", "note": "好"}\n{"call_id": "nobody"}\n',
        encoding="utf-8",
    )
    said = ask("review", "import", str(reviews), "--json")
    assert said.code == 3
    assert said.document["problems"]
    case_id = ask("cases", "list", "--json").document[0]["case_id"]
    assert ask("cases", "show", case_id, "--json").document["case_id"] == case_id
    assert ask("cases", "show", case_id).code == 0
    assert ask("cases", "approve", case_id, "--json").document["approved"] == [case_id]
    clips = ask("cases", "export", "-o", str(tmp_path / "clips"), "--json")
    assert clips.code == 1  # ready transcripts have no sound, each is named
    assert clips.document["clips"] == 0
    assert ask("db", "backup", str(tmp_path / "copy.db"), "--json").code == 0
    assert ask("db", "backup", str(tmp_path / "copy.db")).code == 2
    assert ask("purge", "--older-than", "36500d", "--json").document["calls"] == 0


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("nosuch",), "No such command"),
        (("show", "nobody"), "call nobody is not in"),
        (("show", "a", "--nope"), "No such option"),
        (("show", "a", "-w", "elsewhere"), "no qa.db in this workspace"),
        (("verify",), "CALL_ID or --all"),
        (("verify", "nobody"), "call nobody is not in"),
        (("queue", "--date", "2.3.2026"), "YYYY-MM-DD"),
        (("queue", "--inspector", "nobody"), "nobody has that id"),
        (("queue", "gold", "a", "--by", "boss"), "a gold call needs 2"),
        (("report", "daily", "-d", "heute", "-o", "x"), "YYYY-MM-DD"),
        (("report", "yearly", "-o", "x"), "yearly"),
        (("export", "secrets", "-o", "x.csv"), "secrets"),
        (("export", "calls", "-o", "x.foo"), "--format"),
        (("export", "calls", "-o", "/proc/nowhere/x.csv"), "x.csv"),
        (("cases", "show", "nobody"), "case nobody is not in"),
        (("cases", "approve", "nobody"), "case nobody is not in"),
        (("review", "import", "none.csv"), "none.csv: cannot be read"),
        (("rubric", "test", "none.yaml"), "none.yaml"),
        (("rubric", "preview", "none.yaml"), "none.yaml"),
        (("purge", "--older-than", "3x"), "180d"),
        (("serve", "--host", "0.0.0.0"), "ALLOWED_HOSTS"),
    ],
)
def test_bad_usage_ends_with_2_and_one_line_on_stderr(
    ask: Ask, command: tuple[str, ...], words: str
) -> None:
    said = ask(*command)
    assert (said.code, said.out) == (2, "")
    (line,) = said.err.splitlines()
    assert line.startswith("error: ")
    assert words in line
    assert not Path("elsewhere").exists()


def test_settings_from_the_environment_that_are_wrong_are_named(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QA_PIPELINE_METRICS__DEAD_AIR_LIMIT_MS", "long")
    said = ask("show", "a")
    assert said.code == 2
    assert "metrics.dead_air_limit_ms" in said.err
    assert len(said.err.splitlines()) == 1


def test_a_rubric_with_mistakes_is_found_by_its_check(ask: Ask, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("rubric: x\ntitle: 题\nsections: []\n", encoding="utf-8")
    said = ask("rubric", "check", str(wrong), "--json")
    assert said.code == 3
    assert said.document["errors"]
