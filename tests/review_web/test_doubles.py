"""Double-scored calls side by side, and marking them as gold."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.review_web import doubles_view, texts
from qa_pipeline.store import CallStore
from tests.review_web.desk import a_task, browse, fill, post, send

PASS, FAIL, NA = CriterionOutcome.PASS, CriterionOutcome.FAIL, CriterionOutcome.HUMAN_NA
AGREED = {
    "criterion:greeting": "PASS",
    "criterion:closing": "FAIL",
    "criterion:no_arguing": "PASS",
    "criterion:correct": "HUMAN_NA",
}


@pytest.fixture
def boss(store: CallStore, tmp_path: Path) -> TestClient:
    """A supervisor; call-1 was given to Q1 and Q2, call-2 to Q1 alone."""
    tasks = (a_task("call-1", 1, "Q1"), a_task("call-1", 1, "Q2"), a_task("call-2", 2, "Q1"))
    fill(store, *tasks)
    return browse(store, tmp_path / "workspace", AccountRole.SUPERVISOR, "S1")


def review(store: CallStore, tmp_path: Path, who: str, arguing: str) -> None:
    web = browse(store, tmp_path / "workspace", person_id=who)
    answers = AGREED | {"criterion:no_arguing": arguing, "spent_ms": "1000"}
    assert post(web, "call-1", answers).status_code == 303


def test_only_finished_doubles_are_shown(
    store: CallStore, boss: TestClient, tmp_path: Path
) -> None:
    review(store, tmp_path, "Q1", "FAIL")
    assert "还没有完成的双评" in boss.get("/doubles").text
    assert send(boss, "/doubles/call-1/gold", AGREED).status_code == 404
    review(store, tmp_path, "Q2", "PASS")
    page = boss.get("/doubles").text
    assert "call-1" in page
    assert "call-2" not in page
    assert "1 项不一致" in page
    arguing = page.split("criterion:no_arguing")[1].split("</select>")[0]
    assert "selected" not in arguing, "where they differ nothing is chosen for the supervisor"
    assert re.search(r'value="FAIL" selected', page.split("criterion:closing")[1])


def test_a_gold_mark_holds_an_answer_to_every_line(
    store: CallStore, boss: TestClient, tmp_path: Path
) -> None:
    review(store, tmp_path, "Q1", "FAIL")
    review(store, tmp_path, "Q2", "PASS")
    for missing in ({"criterion:correct": ""}, {"criterion:correct": "SYSTEM_NA"}):
        answer = send(boss, "/doubles/call-1/gold", AGREED | missing)
        assert answer.status_code == 400
        assert doubles_view.INCOMPLETE in answer.text
    assert store.gold_calls() == ()
    for _ in range(2):
        assert send(boss, "/doubles/call-1/gold", AGREED).status_code == 303
    (gold,) = store.gold_calls()
    assert gold.marked_by == "supervisor"
    assert {a.criterion_id: a.outcome for a in gold.answers} == {
        "greeting": PASS, "closing": FAIL, "no_arguing": PASS, "correct": NA,
    }  # fmt: skip
    marks = [e for e in store.audit_log() if e.action == "mark gold"]
    assert len(marks) == 1, "a double submit is kept once"
    assert "已标为标准通话" in boss.get("/doubles").text


def test_every_word_of_the_doubles_has_its_english() -> None:
    source = (Path(doubles_view.__file__).parent / "templates" / "doubles.html").read_text("utf-8")
    wanted = {*re.findall(r'_\("([^"]+)"', source), doubles_view.INCOMPLETE}
    assert wanted <= set(texts.catalogue("en"))
