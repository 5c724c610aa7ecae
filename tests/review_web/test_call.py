import re
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.metrics import ConversationMetrics
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import Receipt
from qa_pipeline.store import CallStore
from tests.builders import A, C, a_judged_call, an_evidence
from tests.review_web.desk import (
    ARGUING,
    DAY,
    LINES,
    RUBRIC,
    a_task,
    an_arguing_call,
    browse,
    fill,
    post,
    send,
    write_tone,
)

MACHINE_WORDS = (
    "争辩 ",
    "72.5",
    "归咎客户",
    "p=0.93",
    "不合格</span>机器",
    "未听到",
    "data-machine",
)


def chosen(page: str, field: str) -> str | None:
    """The value of the field's checked radio button."""
    found = re.search(rf'name="{re.escape(field)}" value="(\w+)" checked', page)
    return found[1] if found else None


def test_evidence_has_label_probability_quote_reasons_and_what_provoked_it(
    store: CallStore, web: TestClient
) -> None:
    fill(store, a_task("call-1"))
    text = web.get("/calls/call-1?inspector=me").text
    card = text[text.index('<ol class="evidence">') : text.index("该说而未听到")]
    for words in ("0:30", "争辩", "p=0.93", "−6.0 分", "是您自己填错了", "归咎客户；打断客户"):
        assert words in card
    assert "起因 · 客户：<q>你讲不讲道理</q>" in card
    assert card.count("<fieldset") == 1, "two pieces at one place are one decision"


def test_a_script_not_said_is_as_sure_as_it_was_not_heard(
    store: CallStore, web: TestClient
) -> None:
    fill(store, a_task("call-1"))
    text = web.get("/calls/call-1?inspector=me").text
    missing = text[text.index("该说而未听到") : text.index("通话内容")]
    assert "未说：规范结束语" in missing
    assert "p=0.80" in missing
    assert "规范问候" not in missing, "what was said needs no ear"


def test_the_transcript_marks_doubtful_words_and_quarantine(
    store: CallStore, web: TestClient
) -> None:
    fill(store, a_task("call-1"))
    text = web.get("/calls/call-1?inspector=me").text
    assert '我的<i title="识别把握低">订单</i>没收到' in text
    assert "customer quarantined" in text
    assert "未采用：可能无人说话" in text
    assert re.search(r'是您自己填错了</span>\s*<em class="tag bad">争辩</em>', text)


def test_the_form_starts_with_the_machines_answers(store: CallStore, web: TestClient) -> None:
    fill(store, a_task("call-1"))
    text = web.get("/calls/call-1?inspector=me").text
    assert chosen(text, "criterion:greeting") == "PASS"
    assert chosen(text, "criterion:no_arguing") == "FAIL"
    assert chosen(text, "criterion:correct") is None, "nobody has answered a manual criterion"
    assert "对照知识库" in text


def test_a_reviewed_call_comes_back_as_its_inspector_left_it(
    store: CallStore, web: TestClient, tmp_path: Path
) -> None:
    fill(store, a_task("call-1"))
    post(
        web,
        "call-1",
        {"inspector": "me", ARGUING: "REJECTED", "criterion:no_arguing": "PASS", "note": "再听过"},
    )
    text = web.get("/calls/call-1?inspector=me").text
    assert chosen(text, ARGUING) == "REJECTED"
    assert chosen(text, "criterion:no_arguing") == "PASS"
    assert ">再听过</textarea>" in text
    others = browse(store, tmp_path / "workspace", person_id="Q2").get("/calls/call-1").text
    assert chosen(others, ARGUING) is None
    assert chosen(others, "criterion:no_arguing") == "FAIL"


def test_words_of_a_call_are_text_never_markup(store: CallStore, web: TestClient) -> None:
    attack = "<script>alert(1)</script>"
    lines = tuple((role, start, end, attack) for role, start, end, _ in LINES)
    judged = an_arguing_call("call-1", lines=lines)
    call = replace(judged.analyzed.call, agent_name=attack, team='"><img src=x>')
    store.save_judged(replace(judged, analyzed=replace(judged.analyzed, call=call)), RUBRIC)
    text = web.get("/calls/call-1").text
    scripts = re.findall(r"<script[^>]*>", text)
    assert scripts
    assert all(' src="/static/' in script for script in scripts), "only the page's own scripts"
    assert "&lt;script&gt;alert(1)" in text
    assert "<img src=x" not in text


def test_opening_a_task_starts_it_for_its_inspector_only(
    store: CallStore, web: TestClient, tmp_path: Path
) -> None:
    fill(store, a_task("call-1"))
    browse(store, tmp_path / "workspace", person_id="somebody").get("/calls/call-1")
    assert store.started_tasks(DAY) == ()
    web.get("/calls/call-1?inspector=me")
    web.get("/calls/call-1?inspector=me")
    assert [t.call_id for t in store.started_tasks(DAY)] == ["call-1"]
    assert {(e.who, e.action) for e in store.audit_log() if e.action == "open call"} == {
        ("me", "open call"),
        ("somebody", "open call"),
    }


@pytest.mark.parametrize("who", ["me", "somebody"])
def test_a_blind_call_shows_nothing_of_the_machine(
    store: CallStore, who: str, tmp_path: Path
) -> None:
    fill(store, a_task("call-1", blind=True))
    text = browse(store, tmp_path / "workspace", person_id=who).get("/calls/call-1").text
    assert "盲评" in text
    assert "是您自己填错了" in text
    assert not [words for words in MACHINE_WORDS if words in text]
    assert "evidence:" not in text
    assert " checked" not in text


def test_a_blind_call_shows_the_machine_once_answered(store: CallStore, web: TestClient) -> None:
    fill(store, a_task("call-1", blind=True))
    post(web, "call-1", {"inspector": "me", "criterion:no_arguing": "PASS"})
    text = web.get("/calls/call-1?inspector=me").text
    assert "归咎客户" in text
    assert chosen(text, "criterion:no_arguing") == "PASS"


def test_a_colleagues_blind_task_does_not_blind_my_own(
    store: CallStore, web: TestClient, tmp_path: Path
) -> None:
    fill(store, a_task("call-1", inspector_id="Q1", blind=True), a_task("call-1"))
    assert "归咎客户" in web.get("/calls/call-1?inspector=me").text
    assert (
        "归咎客户"
        not in browse(store, tmp_path / "workspace", person_id="Q1").get("/calls/call-1").text
    )


def test_a_ready_transcript_has_no_player_but_can_be_reviewed(
    store: CallStore, web: TestClient
) -> None:
    fill(store, a_task("call-1"))
    text = web.get("/calls/call-1?inspector=me").text
    assert "<audio" not in text
    assert "只有转写，没有录音" in text
    assert web.get("/calls/call-1/sound.wav").status_code == 404


def test_estimated_times_are_said_to_be_estimated(store: CallStore, web: TestClient) -> None:
    judged = an_arguing_call()
    transcript = replace(judged.analyzed.transcript, times_are_estimated=True)
    store.save_judged(
        replace(judged, analyzed=replace(judged.analyzed, transcript=transcript)), RUBRIC
    )
    assert "时间按字数估计" in web.get("/calls/call-1").text


def test_a_call_without_conversation_says_that_nothing_was_scored(
    store: CallStore, web: TestClient
) -> None:
    nothing = ConversationMetrics(duration_ms=0, no_conversation=True)
    judged = a_judged_call(percent=None, metrics=nothing, duration_ms=0)
    store.save_judged(judged, RUBRIC)
    page = web.get("/calls/call-1")
    assert page.status_code == 200
    for words in ("没有可评的对话", "没有听到说话", "机器没有评这通电话", "未评分"):
        assert words in page.text


def test_a_score_that_rests_on_little_is_not_called_a_pass(
    store: CallStore, web: TestClient
) -> None:
    judged = an_arguing_call()
    card = replace(
        judged.evaluation.scorecard,
        percent=100.0,
        raw_percent=100.0,
        passed=True,
        judged_points=3,
        not_judged_points=14,
    )
    store.save_judged(
        replace(judged, evaluation=replace(judged.evaluation, scorecard=card)), RUBRIC
    )
    text = web.get("/calls/call-1").text
    assert "<b>100.0</b> 只评了 3 分" in text


def test_an_unknown_call_is_a_page_in_chinese(web: TestClient) -> None:
    for address in ("/calls/nobody", "/calls/nobody/sound.wav"):
        page = web.get(address)
        assert page.status_code == 404
        assert "找不到要看的内容" in page.text
        assert "qa.db" not in page.text, "no path of this machine"
    assert web.get("/no/such/page").status_code == 404


def test_a_call_id_may_hold_any_character(
    store: CallStore, web: TestClient, tmp_path: Path
) -> None:
    call_id = "A/1 号?x=1&y#z"
    fill(store, a_task(call_id), path=write_tone(tmp_path / "tone.wav", 1))
    today = web.get("/").text
    address = re.search(r'id="start" href="([^"]+)"', today)
    assert address
    page = web.get(address[1].replace("&amp;", "&"))
    assert page.status_code == 200
    sound = re.search(r'<audio[^>]* src="([^"]+)"', page.text)
    action = re.search(r'action="([^"]+)" id="review"', page.text)
    assert sound
    assert action
    assert web.get(sound[1]).status_code == 200
    sent = send(web, action[1], {})
    assert sent.status_code == 303
    assert store.reviewed_call_ids() == {call_id}


def test_roles_have_their_own_lane(store: CallStore, web: TestClient) -> None:
    fill(store, a_task("call-1"))
    text = web.get("/calls/call-1").text
    assert text.count(f'<rect class="{A.value}') == 2
    assert text.count(f'<rect class="{C.value}') == 3


def test_a_remark_on_the_speakers_is_on_the_page(store: CallStore, web: TestClient) -> None:
    plain = an_arguing_call("call-1")
    note = "说话人由声音和内容区分，重叠说话无法测量"
    split = replace(plain.analyzed.split, note=note)
    noted = replace(plain, analyzed=replace(plain.analyzed, split=split))
    store.save_judged(noted, RUBRIC)
    store.save_plan(DAY, (a_task("call-1"),))
    assert f"说话人：{note}。" in web.get("/calls/call-1?inspector=me").text


def test_the_one_change_that_would_have_passed_is_said_but_not_to_the_blind(
    store: CallStore, web: TestClient, tmp_path: Path
) -> None:
    fill(store, a_task("call-1"))
    assert "只差一项" not in web.get("/calls/call-1?inspector=me").text
    near = replace(RUBRIC, version=2, digest="1" * 64, pass_percent=70)
    store.save_judged(_judged_by(near, an_arguing_call("call-2")), near)
    store.save_plan(DAY, (a_task("call-2", inspector_id="other", blind=True),))
    assert (
        "只差一项"
        not in browse(store, tmp_path / "workspace", person_id="other").get("/calls/call-2").text
    )
    store.save_plan(DAY, (a_task("call-2"),))
    text = web.get("/calls/call-2?inspector=me").text
    assert "只差一项：“不与客户争辩”做到即合格（76.9）" in text


def test_a_hint_is_marked_at_its_evidence_and_in_the_form(
    store: CallStore, web: TestClient
) -> None:
    judged = an_arguing_call("call-1")
    card = judged.evaluation.scorecard
    scores = tuple(
        replace(s, hint=True, points_possible=0.0) if s.criterion_id == "no_arguing" else s
        for s in card.scores
    )
    evaluation = replace(judged.evaluation, scorecard=replace(card, scores=scores))
    store.save_judged(replace(judged, evaluation=evaluation), RUBRIC)
    text = web.get("/calls/call-1?inspector=me").text
    assert text.count("仅提示，不扣分") == 2
    assert "−6.0 分" not in text[: text.index("通话内容")]


def test_a_manual_line_sends_the_inspector_to_a_place(store: CallStore, web: TestClient) -> None:
    judged = an_arguing_call("call-1")
    pointer = Receipt(
        points=0.0,
        reason="请听：坐席说“您自己填错”",
        detector_id="manual:correct",
        detector_version="1",
        probability=0.9,
        evidence=an_evidence(30_000, 34_000, "您自己填错"),
        engine_digest="e",
    )
    card = judged.evaluation.scorecard
    scores = tuple(
        replace(s, receipts=(pointer,)) if s.criterion_id == "correct" else s for s in card.scores
    )
    evaluation = replace(judged.evaluation, scorecard=replace(card, scores=scores))
    store.save_judged(replace(judged, evaluation=evaluation), RUBRIC)
    text = web.get("/calls/call-1?inspector=me").text
    form = text[text.index('id="form-title"') :]
    assert re.search(r'data-start="30000">0:30</button> 请听：坐席说“您自己填错”', form)


def _judged_by(rubric: Rubric, judged: JudgedCall) -> JudgedCall:
    card = replace(
        judged.evaluation.scorecard,
        rubric_version=rubric.version,
        rubric_digest=rubric.digest,
        passed=False,
    )
    return replace(judged, evaluation=replace(judged.evaluation, scorecard=card))
