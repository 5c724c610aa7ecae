import json
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from qa_pipeline.batch.drafts import MAX_DRAFT_BYTES, drafts_of_call
from qa_pipeline.domain.case import CaseKind, CaseStatus
from qa_pipeline.domain.interval import Interval
from qa_pipeline.store import CallStore
from tests.review_web.desk import (
    RUBRIC,
    a_task,
    an_arguing_call,
    browse,
    fill,
    post,
    write_tone,
)
from tests.review_web.desk import send as submit

ARGUED = {"subject": "behaviour:arguing", "kind": "bad", "start_ms": "30000", "end_ms": "34000"}


def send(web: TestClient, call_id: str, action: str, fields: dict[str, str]) -> Response:
    """Send one of the call page's own requests as inspector `me`."""
    return submit(web, f"/calls/{call_id}/{action}", fields)


def test_the_outline_has_the_agents_lane_first(
    store: CallStore, web: TestClient, tmp_path: Path
) -> None:
    fill(store, a_task("call-1"), path=write_tone(tmp_path / "tone.wav", 60))
    outline = web.get("/calls/call-1/peaks.json").json()
    assert [lane["role"] for lane in outline["lanes"]] == ["agent", "customer"]
    assert outline["duration_ms"] == 60_000
    assert {peak for lane in outline["lanes"] for peak in lane["peaks"]} == {2}


def test_an_outline_is_made_once(store: CallStore, web: TestClient, tmp_path: Path) -> None:
    path = write_tone(tmp_path / "tone.wav", 60)
    fill(store, a_task("call-1"), path=path)
    first = web.get("/calls/call-1/peaks.json").json()
    write_tone(path, 1)
    assert web.get("/calls/call-1/peaks.json").json() == first


def test_no_outline_without_sound(store: CallStore, web: TestClient, tmp_path: Path) -> None:
    fill(store, a_task("call-1"))
    assert web.get("/calls/call-1/peaks.json").status_code == 404
    fill(store, a_task("call-2"), path=tmp_path / "gone.wav")
    gone = web.get("/calls/call-2/peaks.json")
    assert gone.status_code == 404
    assert str(tmp_path) not in gone.text, "no path of this machine"


def test_a_draft_comes_back_with_the_page_until_it_is_handed_in(
    store: CallStore, web: TestClient, tmp_path: Path
) -> None:
    fill(store, a_task("call-1"))
    workspace = tmp_path / "workspace"
    draft = json.dumps({"at": 1, "note": '客户"先动气"<b>'}, ensure_ascii=False)
    assert send(web, "call-1", "draft", {"draft": draft}).status_code == 204
    page = web.get("/calls/call-1?inspector=me").text
    assert "客户\\&#34;先动气\\&#34;&lt;b&gt;" in page
    assert "先动气" not in browse(store, workspace, person_id="Q2").get("/calls/call-1").text
    assert len(drafts_of_call(workspace, "call-1")) == 1
    post(web, "call-1", {"inspector": "me"})
    assert drafts_of_call(workspace, "call-1") == ()
    assert "先动气" not in web.get("/calls/call-1?inspector=me").text


@pytest.mark.parametrize("draft", ["[]", "not json", '{"note": "' + "长" * MAX_DRAFT_BYTES])
def test_what_is_no_draft_is_not_kept(
    store: CallStore, web: TestClient, tmp_path: Path, draft: str
) -> None:
    fill(store, a_task("call-1"))
    assert send(web, "call-1", "draft", {"draft": draft}).status_code == 400
    assert drafts_of_call(tmp_path / "workspace", "call-1") == ()


def test_a_draft_for_no_call_is_refused(web: TestClient) -> None:
    assert send(web, "nobody", "draft", {"draft": "{}"}).status_code == 404


def test_evidence_goes_into_the_case_library_as_a_candidate(
    store: CallStore, web: TestClient
) -> None:
    fill(store, a_task("call-1"))
    answer = send(web, "call-1", "cases", {**ARGUED, "quote": "是您自己填错了"})
    assert answer.status_code == 201
    send(web, "call-1", "cases", ARGUED)
    (case,) = store.cases()
    assert case.case_id == answer.json()["case_id"]
    assert case.status is CaseStatus.CANDIDATE
    assert case.kind is CaseKind.BAD
    assert case.evidence == Interval(30_000, 34_000)
    assert case.clip.contains(case.evidence)
    assert case.situation == "我的订单没收到 你讲不讲道理", "the customer's turn before it"
    assert [e.action for e in store.audit_log()].count("add case") == 2


def test_a_case_chosen_by_hand_goes_stale_with_its_clause(
    store: CallStore, web: TestClient
) -> None:
    fill(store, a_task("call-1"))
    case_id = send(web, "call-1", "cases", ARGUED).json()["case_id"]
    assert (store.case(case_id).rubric_id, store.case(case_id).rubric_version) == (
        RUBRIC.rubric_id,
        1,
    )
    sections = tuple(
        replace(s, criteria=tuple(replace(c, points=c.points + 1) for c in s.criteria))
        for s in RUBRIC.sections
    )
    newer = replace(RUBRIC, version=2, digest="2" * 64, sections=sections)
    judged = an_arguing_call("call-2")
    card = replace(judged.evaluation.scorecard, rubric_version=2, rubric_digest=newer.digest)
    evaluation = replace(judged.evaluation, scorecard=card)
    store.save_judged(replace(judged, evaluation=evaluation), newer)
    assert "第 2 版改过" in (store.case(case_id).stale_because or "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": "behaviour:nothing"},
        {"start_ms": "34000", "end_ms": "30000"},
        {"start_ms": "99000", "end_ms": "99999"},
        {"kind": "dubious"},
        {"start_ms": "-1"},
    ],
)
def test_what_is_no_case_is_refused(
    store: CallStore, web: TestClient, wrong: dict[str, str]
) -> None:
    fill(store, a_task("call-1"))
    assert send(web, "call-1", "cases", {**ARGUED, **wrong}).status_code == 400
    assert store.cases() == ()
