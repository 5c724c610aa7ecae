"""The pages of trainings and needs, over a real store and without JavaScript."""

from io import BytesIO
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from qa_pipeline.domain.user import AccountRole
from qa_pipeline.store import CallStore
from tests.review_web.desk import browse, send
from tests.trained_store import TRAINED, fill_centre

GIVEN = {
    "title": "不与客户争辩",
    "held_on": "2026-03-09",
    "agents": "\n".join(TRAINED),
    "clause": "behaviour:arguing",
    "trainer": "李老师",
    "note": "角色扮演",
}


@pytest.fixture
def trainer(store: CallStore, tmp_path: Path) -> TestClient:
    return browse(store, tmp_path / "workspace", AccountRole.TRAINER, None)


def test_a_trainer_records_a_training_and_sees_its_effect(
    store: CallStore, trainer: TestClient
) -> None:
    fill_centre(store)
    answer = send(trainer, "/trainings", GIVEN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/trainings/1")
    assert store.training(1).recorded_by == "trainer"
    assert "不与客户争辩" in trainer.get("/trainings").text
    page = trainer.get("/trainings/1?weeks=1").text
    assert "失分率下降" in page
    assert "0.0%" in page
    assert "数据不足" not in page
    english = trainer.get("/trainings/1?weeks=1&lang=en").text
    assert "Fewer violations" in english


def test_too_little_data_is_said(store: CallStore, trainer: TestClient) -> None:
    fill_centre(store)
    send(trainer, "/trainings", GIVEN | {"agents": "t0，t1"})
    assert "数据不足" in trainer.get("/trainings/1").text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"agents": "t0, zz"}, "没有这些坐席：zz"),
        ({"held_on": "昨天"}, "日期要写成"),
        ({"clause": "script:no"}, "至少选一名坐席和一个条款"),
        ({"title": " "}, "请填写名称"),
    ],
)
def test_what_cannot_be_kept_comes_back_with_the_form(
    store: CallStore, trainer: TestClient, change: dict[str, str], said: str
) -> None:
    fill_centre(store, weeks=0)
    answer = send(trainer, "/trainings", GIVEN | change)
    assert answer.status_code == 400
    assert said in answer.text
    assert "角色扮演" in answer.text
    assert store.trainings() == ()


def test_a_trainer_corrects_and_withdraws_a_training(store: CallStore, trainer: TestClient) -> None:
    fill_centre(store)
    send(trainer, "/trainings", GIVEN)
    page = trainer.get("/trainings/1").text
    assert 'action="/trainings/1/correct"' in page
    assert 'value="behaviour:arguing" checked' in page
    changed = GIVEN | {"entry": "1", "held_on": "2026-03-10", "agents": "t0"}
    assert send(trainer, "/trainings/1/correct", changed).status_code == 303
    assert (store.training(1).agents, store.training(1).entry) == (("t0",), 2)
    late = send(trainer, "/trainings/1/correct", changed | {"note": "我写了很久"})
    assert late.status_code == 409
    assert "别人已经更正过" in late.text
    assert "我写了很久" in late.text, "nothing that was typed is lost"
    assert 'name="entry" value="2"' in late.text
    assert "更正过 1 次" in trainer.get("/trainings/1").text
    wrong = send(trainer, "/trainings/1/correct", changed | {"entry": "2", "agents": "zz"})
    assert (wrong.status_code, "没有这些坐席：zz" in wrong.text) == (400, True)
    assert send(trainer, "/trainings/1/withdraw", {"entry": "2", "note": " "}).status_code == 400
    assert send(trainer, "/trainings/1/withdraw", {"entry": "1", "note": "重复"}).status_code == 409
    assert send(trainer, "/trainings/1/withdraw", {"entry": "2", "note": "重复"}).status_code == 303
    assert store.trainings() == ()
    assert "已撤回" in trainer.get("/trainings").text
    assert "这次培训已撤回" in trainer.get("/trainings/1").text
    actions = [entry.action for entry in store.audit_log()]
    assert actions[-2:] == ["correct training", "withdraw training"]
    gone = send(trainer, "/trainings/77/correct", changed)
    assert gone.status_code == 404


def test_the_needs_are_a_matrix_and_a_table(store: CallStore, trainer: TestClient) -> None:
    assert "无从判断" in trainer.get("/needs").text
    fill_centre(store)
    page = trainer.get("/needs?days=9&last=2026-03-09&every=true").text
    assert '<th scope="row">t0</th>' in page
    file = trainer.get("/needs.xlsx?days=9&last=2026-03-09")
    assert load_workbook(BytesIO(file.content)).sheetnames == ["培训需求", "建议分组"]
    assert store.audit_log()[-1].action == "export training needs"
    assert trainer.get("/trainings/77").status_code == 404
