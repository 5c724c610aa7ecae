"""The trainers' case library."""

import wave
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa_pipeline.batch.case_redaction import LISTENED, redact_case
from qa_pipeline.batch.shelving import find_alike, shelve, take_in
from qa_pipeline.domain.case import Case, CaseKind, CaseStatus
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.review_web.library_view import PAGE
from qa_pipeline.store import CallStore
from tests.review_web.desk import (
    DAY,
    RUBRIC,
    a_task,
    an_arguing_call,
    browse,
    send,
    write_tone,
)


def a_case(case_id: str, call_id: str, kind: CaseKind = CaseKind.BAD) -> Case:
    return Case(
        case_id=case_id,
        call_id=call_id,
        subject="behaviour:arguing",
        kind=kind,
        clip=Interval(20_000, 40_000),
        evidence=Interval(30_000, 34_000),
        situation="你讲不讲道理" if kind is CaseKind.BAD else "你到底讲不讲道理",
        quote="是您自己填错了" if kind is CaseKind.BAD else "我马上为您查",
        why="争辩：归咎客户",
        score=0.9,
        difficulty=0.2,
    )


@pytest.fixture
def web(store: CallStore, tmp_path: Path) -> TestClient:
    sound = write_tone(tmp_path / "tone.wav")
    for call_id in ("call-1", "call-2"):
        store.save_judged(an_arguing_call(call_id, path=sound, team="一组"), RUBRIC)
    store.save_candidates((a_case("bad1", "call-1"), a_case("good1", "call-2", CaseKind.GOOD)))
    shelve(store, ["bad1", "good1"])
    find_alike(store)
    return browse(store, tmp_path / "workspace", AccountRole.TRAINER, None)


def test_the_list_has_facets_and_a_search(web: TestClient) -> None:
    page = web.get("/cases").text
    assert "2 / 2 个" in page
    assert "一组" in page
    bad = web.get("/cases?kind=bad").text
    assert ("/cases/bad1" in bad, "/cases/good1" in bad) == (True, False)
    found = web.get("/cases", params={"text": "马上为您查"}).text
    assert ("/cases/bad1" in found, "/cases/good1" in found) == (False, True)
    assert "没有符合条件的案例" in web.get("/cases?status=retired").text


def test_a_long_list_comes_in_pages(web: TestClient, store: CallStore) -> None:
    store.save_candidates(
        replace(a_case(f"c{n:03d}", "call-1"), score=n / 1000, subject="behaviour:coldness")
        for n in range(120)
    )
    first, last = web.get("/cases").text, web.get("/cases?page=3").text
    assert "122 / 122 个" in first
    assert first.count('<a href="/cases/') == PAGE
    assert last.count('<a href="/cases/') == 22
    assert ("第 1 / 3 页" in first, "第 3 / 3 页" in last) == (True, True)
    assert 'href="/cases?page=2" rel="prev"' in last
    assert 'rel="next"' not in last
    assert web.get("/cases?page=99").text.count('<a href="/cases/') == 22, "the last there is"
    assert web.get("/cases?page=0").status_code == 400
    narrowed = web.get("/cases?kind=bad&subject=behaviour:coldness&order=new").text
    assert 'href="/cases?kind=bad&amp;subject=behaviour%3Acoldness&amp;order=new&amp;page=2"' in (
        narrowed
    )
    assert "good1" not in narrowed


def test_what_is_personal_cannot_be_searched_for(web: TestClient, store: CallStore) -> None:
    told = replace(a_case("told", "call-1"), situation="我的电话是13800138000快点")
    take_in(store, [told])
    page = web.get("/cases").text
    assert "13800138000" not in page
    assert "/cases/told" in web.get("/cases?text=我的电话").text
    assert "/cases/told" not in web.get("/cases?text=13800138000").text


def test_a_case_without_a_line_is_shown_and_said_not_to_be_found(
    web: TestClient, store: CallStore
) -> None:
    store.save_candidates([replace(a_case("fresh", "call-1"), quote="谁让你填错的")])
    answer = web.get("/cases?text=谁让你").text
    assert "还有 1 个案例要到下次夜间运行后才能搜到" in answer
    assert "谁让你填错的" in web.get("/cases").text, "looking at it makes its line"
    answer = web.get("/cases?text=谁让你").text
    assert "/cases/fresh" in answer
    assert "才能搜到" not in answer


def test_an_edit_is_found_at_once_and_a_moved_facet_counts(web: TestClient) -> None:
    fields = {"version": "0", "situation": "客户要退差价", "difficulty": "hard", "tags": "差价"}
    send(web, "/cases/bad1/edit", fields)
    assert "/cases/bad1" in web.get("/cases?text=退差价").text
    assert "/cases/bad1" in web.get("/cases?difficulty=hard&tag=差价").text
    assert "/cases/bad1" not in web.get("/cases?difficulty=easy").text


def test_the_card_names_similar_cases(web: TestClient, store: CallStore) -> None:
    page = web.get("/cases/bad1").text
    similar = page[page.index('class="similar"') :]
    assert 'href="/cases/good1"' in similar
    assert "你到底讲不讲道理" in similar
    store.set_case_status("good1", CaseStatus.RETIRED)
    assert 'class="similar"' not in web.get("/cases/bad1").text


def test_the_card_shows_its_pair_and_the_trainer_accepts_it(
    web: TestClient, store: CallStore
) -> None:
    page = web.get("/cases/bad1").text
    assert "同一情境的另一种处理" in page
    assert "不与客户争辩（呼入服务质检评分表 第 1 版）" in page
    assert 'placeholder="我马上为您查"' in page
    fields = {"partner_id": "good1", "accepted": "true"}
    assert send(web, "/cases/bad1/pair", fields).status_code == 303
    choice = store.pair_choice("good1")
    assert choice is not None
    assert choice.accepted
    assert "已认可的配对" in web.get("/cases/good1").text


def test_an_unredacted_card_is_not_approved(web: TestClient, store: CallStore) -> None:
    refused = send(web, "/cases/bad1/status", {"status": "approved"})
    assert refused.status_code == 409
    assert "不能批准" in refused.text
    assert store.case("bad1").status is CaseStatus.CANDIDATE
    send(web, "/cases/bad1/redact", {})
    unheard = send(web, "/cases/bad1/status", {"status": "approved"})
    assert unheard.status_code == 409, "no machine heard the clip, and nobody says they did"
    assert "请听完整个片段" in unheard.text
    assert "没有第二次听这个片段" in web.get("/cases/bad1").text
    listened = {"status": "approved", "listened": "true"}
    assert send(web, "/cases/bad1/status", listened).status_code == 303
    assert store.verdicts("bad1")[-1].note == LISTENED
    assert store.case("bad1").status is CaseStatus.APPROVED
    send(web, "/cases/bad1/status", {"status": "retired"})
    assert [v.who for v in store.verdicts("bad1")] == ["trainer", "trainer"]


def test_a_changed_transcript_needs_a_new_redaction(web: TestClient, store: CallStore) -> None:
    redact_case(store, "bad1")
    lines = [
        (u.role, u.interval.start_ms, u.interval.end_ms, u.text + "吧")
        for u in store.judged_call("call-1").analyzed.transcript.utterances
    ]
    path = Path(store.judged_call("call-1").analyzed.call.recording.path)
    again = an_arguing_call("call-1", path=path, lines=lines)
    engine = replace(again.analyzed.transcript.engine, version="9")
    transcript = replace(again.analyzed.transcript, engine=engine)
    analyzed = replace(again.analyzed, transcript=transcript)
    store.save_judged(replace(again, analyzed=analyzed, judgement_key="again"), RUBRIC)
    assert send(web, "/cases/bad1/status", {"status": "approved"}).status_code == 409


def test_the_second_of_two_editors_is_told_and_loses_nothing(
    web: TestClient, store: CallStore
) -> None:
    first = {"version": "0", "model_answer": "我先向您道歉", "tags": "道歉，安抚"}
    assert send(web, "/cases/bad1/edit", first).status_code == 303
    second = send(web, "/cases/bad1/edit", {"version": "0", "model_answer": "另一个人写的"})
    assert second.status_code == 409
    assert "别人已经改过" in second.text
    assert "另一个人写的" in second.text
    meanwhile = second.text[second.text.index('class="meanwhile"') :]
    assert "示范说法：我先向您道歉" in meanwhile, "both texts are on the page"
    assert "道歉，安抚" in meanwhile
    assert 'name="version" value="1"' in second.text
    (edit,) = store.card_edits("bad1")
    assert (edit.text.model_answer, edit.text.tags) == ("我先向您道歉", ("道歉", "安抚"))
    assert "#安抚" in web.get("/cases?tag=安抚").text


def test_masks_by_hand_hide_words_and_sound(web: TestClient, store: CallStore) -> None:
    redact_case(store, "bad1")
    before = web.get("/cases/bad1/clip.wav").content
    send(web, "/cases/bad1/edit", {"version": "0", "masks": "填错"})
    page = web.get("/cases/bad1").text
    assert "是您自己＊＊了" in page
    after = web.get("/cases/bad1/clip.wav").content
    assert len(after) == len(before)
    assert after != before
    with wave.open(BytesIO(after)) as clip:
        assert clip.getnframes() == 20 * 8000
    assert len(store.clip_paths("bad1")) == 2


def test_a_recording_that_is_gone_is_said(web: TestClient, tmp_path: Path) -> None:
    (tmp_path / "tone.wav").unlink()
    assert "录音文件已不在原处" in web.get("/cases/bad1").text
    assert web.get("/cases/bad1/clip.wav").status_code == 404


def test_collections_keep_an_order(web: TestClient, store: CallStore) -> None:
    for case_id in ("bad1", "good1"):
        assert send(web, f"/cases/{case_id}/collect", {"name": "新人班"}).status_code == 303
    send(web, "/collections/move", {"name": "新人班", "case_id": "good1", "by": "-1"})
    assert store.collection("新人班").case_ids == ("good1", "bad1")
    assert "上移" in web.get("/collections/新人班").text
    send(web, "/collections/move", {"name": "新人班", "case_id": "good1", "by": "0"})
    assert store.collection("新人班").case_ids == ("bad1",)
    assert "1 个案例" in web.get("/collections").text
    send(web, "/collections/delete", {"name": "新人班"})
    assert web.get("/collections/新人班").status_code == 404


def test_a_blind_reviewer_sees_no_case_of_the_call(
    web: TestClient, store: CallStore, tmp_path: Path
) -> None:
    store.save_plan(DAY, (a_task("call-1", blind=True),))
    inspector = browse(store, tmp_path / "workspace")
    assert inspector.get("/cases/bad1").status_code == 404
    assert "/cases/bad1" not in inspector.get("/cases").text
    assert inspector.get("/cases/good1").status_code == 200
    assert send(inspector, "/cases/good1/edit", {"version": "0"}).status_code == 403
    assert web.get("/cases/good1").status_code == 200
