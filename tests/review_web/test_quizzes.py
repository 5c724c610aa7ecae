"""Quizzes: made by the trainer, taken by the agent, read by both."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from qa_pipeline.batch.quizzing import clip_path, make_quiz
from qa_pipeline.domain.case import Case, CaseKind, CaseStatus
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.errors import NotFound, StoreError
from qa_pipeline.store import CallStore
from tests.review_web.desk import RUBRIC, an_arguing_call, browse, send, write_tone

NAME = "争辩 第1期"
NUMBER = "13800138000"


def fill_collection(store: CallStore, tmp_path: Path) -> None:
    """Two approved bad cases with a tone for sound, one says a telephone number."""
    for n in (1, 2):
        path = write_tone(tmp_path / f"call-{n}.wav", 60)
        store.save_judged(an_arguing_call(f"call-{n}", path=path, agent_id="A7"), RUBRIC)
        case = Case(
            case_id=f"case{n}",
            call_id=f"call-{n}",
            subject="behaviour:arguing",
            kind=CaseKind.BAD,
            clip=Interval(20_000, 40_000),
            evidence=Interval(30_000, 34_000),
            situation=f"我的手机号是{NUMBER}",
            quote="是您自己填错了",
            why="归咎客户",
            score=0.9,
        )
        store.save_candidates((case,))
        store.set_case_status(case.case_id, CaseStatus.APPROVED, who="t")
    store.add_collection(NAME, who="t")
    store.arrange_collection(NAME, ("case1", "case2"))


@pytest.fixture
def quiz_id(store: CallStore, tmp_path: Path) -> int:
    fill_collection(store, tmp_path)
    return make_quiz(store, tmp_path / "workspace", NAME, who="trainer").quiz_id


def test_the_trainer_makes_a_quiz_and_a_hole_in_the_collection_is_refused(
    store: CallStore, tmp_path: Path
) -> None:
    fill_collection(store, tmp_path)
    web = browse(store, tmp_path / "workspace", AccountRole.TRAINER, None)
    assert NAME in web.get("/quizzes").text
    answer = send(web, "/quizzes", {"collection": NAME})
    assert answer.headers["location"] == "/quizzes/1"
    assert "还没有人作答" in web.get("/quizzes/1").text
    clip = web.get("/quizzes/1/clips/case1")
    assert (clip.status_code, clip.content[:4]) == (200, b"RIFF")
    assert web.get("/quizzes/1/clips/case9").status_code == 404
    store.set_case_status("case2", CaseStatus.RETIRED, who="t")
    refused = send(web, "/quizzes", {"collection": NAME})
    assert refused.status_code == 400
    assert "没有生成测验" in refused.text
    assert len(store.quizzes()) == 1


def test_the_agent_takes_it_and_sees_the_explanation_only_afterwards(
    store: CallStore, tmp_path: Path, quiz_id: int
) -> None:
    web = browse(store, tmp_path / "workspace", AccountRole.AGENT, "A7")
    page = web.get(f"/quizzes/{quiz_id}").text
    assert page.count("<audio") == 2
    assert "归咎客户" not in page
    assert NUMBER not in page
    assert "＊" * len(NUMBER) in page
    fields = {
        "n_known": "0", "which:case1": "争辩", "start:case1": "11500", "say:case1": "我来核对",
        "which:case2": "冷淡", "start:case2": "25000",
    }  # fmt: skip
    assert send(web, f"/quizzes/{quiz_id}/answers", fields).status_code == 303
    send(web, f"/quizzes/{quiz_id}/answers", fields)
    assert len(store.attempts(quiz_id)) == 1, "the same form sent twice counts once"
    result = web.get(f"/quizzes/{quiz_id}").text
    assert re.search(r"得分 <b>50%</b>", result)
    assert "归咎客户" in result
    assert "50%" in web.get("/quizzes").text
    trainer = browse(store, tmp_path / "workspace", AccountRole.TRAINER, None)
    figures = trainer.get(f"/quizzes/{quiz_id}").text
    assert "agent" in figures
    assert "样本少" in figures
    assert "我来核对" in figures


def test_what_is_no_answer_is_kept_as_none(store: CallStore, tmp_path: Path, quiz_id: int) -> None:
    web = browse(store, tmp_path / "workspace", AccountRole.AGENT, "A7")
    fields = {"which:case1": "<script>", "start:case1": "-5", "which:nobody": "争辩"}
    assert send(web, f"/quizzes/{quiz_id}/answers", fields).status_code == 303
    (attempt,) = store.attempts(quiz_id)
    assert attempt.answers.keys() == {"case1", "case2"}
    assert {(a.choice, a.start_ms, a.text) for a in attempt.answers.values()} == {(None, None, "")}


def test_attempts_are_appended_and_never_changed(store: CallStore, quiz_id: int) -> None:
    assert store.add_attempt(quiz_id, "a", {}, n_known=0)
    assert not store.add_attempt(quiz_id, "a", {}, n_known=0)
    assert store.add_attempt(quiz_id, "a", {}, n_known=1)
    assert [a.number for a in store.attempts(quiz_id, "a")] == [1, 2]
    assert store.attempts(quiz_id, "b") == ()
    with pytest.raises(NotFound, match="no quiz 99"):
        store.add_attempt(99, "a", {}, n_known=0)
    for change in ("UPDATE quiz_attempts SET who = 'b'", "DELETE FROM quiz_attempts"):
        with (
            pytest.raises((StoreError, IntegrityError), match="never changed"),
            store.database.write("a change") as connection,
        ):
            connection.execute(text(change))


def test_a_case_that_is_retired_is_no_longer_asked_or_heard(
    store: CallStore, tmp_path: Path, quiz_id: int
) -> None:
    web = browse(store, tmp_path / "workspace", AccountRole.AGENT, "A7")
    assert web.get(f"/quizzes/{quiz_id}/clips/case2").status_code == 200
    store.set_case_status("case2", CaseStatus.RETIRED, who="t")
    assert [item.item_id for item in store.quiz(quiz_id).items] == ["case1"]
    assert web.get(f"/quizzes/{quiz_id}/clips/case2").status_code == 404
    assert web.get(f"/quizzes/{quiz_id}").text.count("<audio") == 1


def test_a_purge_takes_the_words_and_names_the_clip(
    store: CallStore, tmp_path: Path, quiz_id: int
) -> None:
    assert store.add_attempt(quiz_id, "a", {}, n_known=0)
    clips = {str(clip_path(tmp_path / "workspace", i.clip)) for i in store.quiz(quiz_id).items}
    assert len(clips) == 2
    counts = store.purge(datetime.now(UTC) + timedelta(days=1))
    assert clips <= set(counts.clip_paths)
    assert store.quiz(quiz_id).items == ()
    assert len(store.attempts(quiz_id)) == 1
