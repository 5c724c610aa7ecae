import re
from pathlib import Path

from fastapi.testclient import TestClient

from qa_pipeline.domain.review import Inspector
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.store import CallStore
from tests.review_web.desk import DAY, a_task, browse, fill, post


def test_nothing_planned_says_what_to_run(web: TestClient) -> None:
    page = web.get("/")
    assert page.status_code == 200
    assert "qa-pipeline run" in page.text


def test_a_planned_day_without_tasks_says_so(store: CallStore, web: TestClient) -> None:
    store.save_frame(DAY, ())
    assert f"{DAY} 没有需要复核的通话" in web.get("/").text


def test_the_queue_shows_why_and_how_long(store: CallStore, web: TestClient) -> None:
    fill(store, a_task("call-1", 1), a_task("call-2", 2))
    text = web.get("/").text
    assert "<span>争辩 p=0.93（0:30）</span><span>未说：规范结束语 p=0.80</span>" in text
    assert "共 2 通，已完成 0 通，预计还需 <b>6</b> 分钟" in text
    assert "0.25" in text
    assert 'id="start" href="/calls/call-1?inspector=me"' in text


def test_progress_follows_reviews(store: CallStore, web: TestClient) -> None:
    fill(store, a_task("call-1", 1), a_task("call-2", 2))
    web.get("/calls/call-1?inspector=me")
    assert "进行中" in web.get("/").text
    post(web, "call-1", {"inspector": "me"})
    text = web.get("/").text
    assert "已完成 1 通，预计还需 <b>3</b> 分钟" in text
    assert 'id="start" href="/calls/call-2?inspector=me"' in text
    post(web, "call-2", {"inspector": "me"})
    text = web.get("/").text
    assert "全部 2 通已复核" in text
    assert 'id="start"' not in text


def test_another_inspectors_review_does_not_finish_my_task(
    store: CallStore, web: TestClient, tmp_path: Path
) -> None:
    fill(store, a_task("call-1"))
    somebody = browse(store, tmp_path / "workspace", person_id="somebody")
    post(somebody, "call-1", {})
    assert "已完成 0 通" in web.get("/?inspector=me").text


def test_inspectors_see_their_own_tasks_only(store: CallStore, tmp_path: Path) -> None:
    store.save_inspectors((Inspector(inspector_id="Q1", name="刘敏"), Inspector(inspector_id="Q2")))
    fill(store, a_task("call-1", inspector_id="Q1"), a_task("call-2", inspector_id="Q2"))
    second = browse(store, tmp_path / "workspace", person_id="Q2")
    text = second.get("/?inspector=Q2").text
    assert "call-2" in text
    assert "call-1" not in text
    assert "刘敏" not in text
    assert second.get("/?inspector=Q1").status_code == 403


def test_supervisors_look_at_any_inspectors_day_and_start_nothing(
    store: CallStore, tmp_path: Path
) -> None:
    store.save_inspectors((Inspector(inspector_id="Q1", name="刘敏"), Inspector(inspector_id="Q2")))
    fill(store, a_task("call-1", inspector_id="Q1"), a_task("call-2", inspector_id="Q2"))
    web = browse(store, tmp_path / "workspace", AccountRole.SUPERVISOR, None)
    text = web.get("/?inspector=Q2").text
    assert ">刘敏</a>" in text
    assert "call-2" in text
    assert "call-1" not in text
    assert web.get("/calls/call-2?inspector=Q2").status_code == 200
    assert store.started_tasks(DAY) == ()


def test_a_blind_task_shows_no_finding_and_no_score(store: CallStore, web: TestClient) -> None:
    fill(store, a_task("call-1", blind=True))
    text = re.sub(r"[0-9a-f]{64}", "", web.get("/").text)
    assert "盲评" in text
    assert "争辩" not in text
    assert "72" not in text
    post(web, "call-1", {"inspector": "me"})
    assert "争辩" in web.get("/").text


def test_a_day_that_is_no_day_falls_back_to_the_newest(store: CallStore, web: TestClient) -> None:
    fill(store, a_task("call-1"))
    assert "call-1" in web.get("/?day=tomorrow").text
