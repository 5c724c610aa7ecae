from pathlib import Path

import pytest
from openpyxl import load_workbook

from qa_pipeline.store import open_store
from tests.cli.conftest import Ask
from tests.trained_store import TRAINED, fill_centre


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("centre")
    with open_store(folder) as store:
        fill_centre(store)
    return folder


@pytest.fixture
def place(centre: Path, tmp_path: Path) -> Path:
    (tmp_path / "qa.db").write_bytes((centre / "qa.db").read_bytes())
    return tmp_path


def add(ask: Ask, place: Path, *more: str, agents: str = ",".join(TRAINED)) -> dict[str, object]:
    said = ask(
        *("training", "add", "--title", "不与客户争辩", "--date", "2026-03-09"),
        *("--agents", agents, "--clauses", "behaviour:arguing", "-w", str(place), "--json", *more),
    )
    assert said.code == 0, said.err
    document: dict[str, object] = said.document
    return document


def test_a_training_is_added_listed_and_measured(ask: Ask, place: Path) -> None:
    added = add(ask, place, "--trainer", "李老师")
    assert (added["training_id"], added["agents"]) == (1, list(TRAINED))
    listed = ask("training", "list", "-w", str(place))
    assert "不与客户争辩" in listed.out
    assert listed.last_line == "1 trainings"
    found = ask("training", "effect", "1", "--weeks", "1", "-w", str(place), "--json").document
    (clause,) = found["clauses"]
    assert clause["verdict"] == "fell"
    assert clause["effect"]["high"] < 0
    shown = ask("training", "effect", "1", "--weeks", "1", "-w", str(place))
    assert "失分率下降" in shown.out


def test_a_correction_and_a_withdrawal_are_entries(ask: Ask, place: Path) -> None:
    add(ask, place)
    corrected = ask(
        "training", "correct", "1", "--agents", "t0,t1", "-w", str(place), "--json"
    ).document
    assert (corrected["entry"], corrected["agents"]) == (2, ["t0", "t1"])
    gone = ask("training", "withdraw", "1", "--note", "记错了", "-w", str(place))
    assert gone.code == 0
    assert ask("training", "list", "-w", str(place), "--json").document == []


def test_what_is_unknown_is_an_error_that_names_it(ask: Ask, place: Path) -> None:
    base = ("training", "add", "--title", "x", "--date", "2026-03-09", "-w", str(place))
    for more, named in (
        (("--agents", "t0,zz", "--clauses", "behaviour:arguing"), "no agent zz"),
        (("--agents", "t0", "--clauses", "script:no"), "no clause script:no"),
        (("--clauses", "behaviour:arguing"), "--agents-file"),
        (("--agents-file", "nowhere.txt", "--clauses", "greeting"), "nowhere.txt"),
    ):
        said = ask(*base, *more)
        assert (said.code, named in said.err) == (2, True), said.err
    assert "training 9 is not in" in ask("training", "effect", "9", "-w", str(place)).err


def test_agents_come_from_a_file_too(ask: Ask, place: Path) -> None:
    (place / "agents.txt").write_text("t1\n\nt0\n", "utf-8")
    said = ask(
        *("training", "add", "--title", "x", "--date", "2026-03-09", "--clauses", "greeting"),
        *("--agents-file", str(place / "agents.txt"), "-w", str(place), "--json"),
    )
    assert said.document["agents"] == ["t0", "t1"]


def test_needs_are_printed_and_written(ask: Ask, place: Path) -> None:
    file = place / "needs.xlsx"
    asked = ("training", "needs", "--date", "2026-03-09", "--days", "8", "-w", str(place))
    said = ask(*asked, "-o", str(file), "--json")
    assert said.code == 0, said.err
    assert said.document["tested"] == 10
    sheet = load_workbook(file)["培训需求"]
    assert [c.value for c in sheet[1]][:3] == ["坐席", "条款", "编号"]
    assert sheet["A2"].value == "全中心"
    assert "共检验 10 格" in ask(*asked).out
