"""Customers' names and numbers on the call page."""

import re
from dataclasses import replace
from pathlib import Path

from fastapi.testclient import TestClient

from qa_pipeline.batch.hiding import HIDING_VERSION, hide_stored
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.review_web.call_view import call_view
from qa_pipeline.store import CallStore
from tests.builders import A, C, an_evidence
from tests.review_web.desk import RUBRIC, an_arguing_call, browse

NUMBER = "13800138000"
SEARCH = {"q": "我的手机号是"}
MADE_ANEW = re.compile(r'name="(csrf_token|form_id)" value="[^"]*"')
LINES = (
    (A, 500, 2500, "您好请问您的手机号是多少"),
    (C, 3000, 6000, f"我的手机号是{NUMBER}"),
    (A, 30_000, 34_000, f"您报的{NUMBER}就是您自己填错了"),
)


def test_a_number_is_hidden_in_what_was_said_and_in_what_quotes_it(
    store: CallStore, web: TestClient
) -> None:
    judged = an_arguing_call("call-1", lines=LINES)
    detections = tuple(
        replace(
            d,
            evidence=tuple(
                an_evidence(e.interval.start_ms, e.interval.end_ms, LINES[2][3], f"听到{NUMBER}")
                for e in d.evidence
            ),
            note=f"最像{NUMBER}" if d.note else d.note,
        )
        for d in judged.evaluation.detections
    )
    evaluation = replace(judged.evaluation, detections=detections)
    store.save_judged(replace(judged, evaluation=evaluation), RUBRIC)
    page = web.get("/calls/call-1").text
    assert NUMBER not in page
    assert "我的手机号＊＊＊" in page
    assert "您自己填错了" in page


def test_an_account_that_may_see_it_sees_it_and_the_log_says_so(
    store: CallStore, tmp_path: Path
) -> None:
    store.save_judged(an_arguing_call("call-1", lines=LINES), RUBRIC)
    boss = browse(store, tmp_path / "workspace", AccountRole.SUPERVISOR, "S1")
    assert NUMBER not in boss.get("/calls/call-1").text, "no role sees it by itself"
    store.show_personal("supervisor", shown=True)
    page = boss.get("/calls/call-1").text
    assert NUMBER in page
    assert "已记入审计日志" in page
    opened = [e.detail for e in store.audit_log() if e.action == "open call"]
    assert opened == ["", "customers' data shown"]
    store.show_personal("supervisor", shown=False)
    assert NUMBER not in boss.get("/calls/call-1").text


def test_who_may_see_it_sees_it() -> None:
    judged = an_arguing_call("call-1", lines=LINES)
    open_view = call_view(judged, RUBRIC, is_blind=False, own_review=None, sees_personal=True)
    assert NUMBER in open_view.utterances[1].utterance.text
    masked_view = call_view(judged, RUBRIC, is_blind=False, own_review=None)
    assert NUMBER not in masked_view.utterances[1].utterance.text
    assert len(masked_view.utterances[1].utterance.text) == len(LINES[1][3])


def test_what_was_hidden_before_stays_hidden_on_every_page(
    store: CallStore, web: TestClient, tmp_path: Path
) -> None:
    """Calls that redaction has looked through show what they show without its having done so."""
    judged = an_arguing_call("call-1", lines=LINES)
    store.save_judged(judged, RUBRIC)
    pages = [web.get("/calls/call-1").text, web.get("/search", params=SEARCH).text]
    assert hide_stored(store) == 1
    other = browse(store, tmp_path / "workspace")
    again = [other.get("/calls/call-1").text, other.get("/search", params=SEARCH).text]
    assert MADE_ANEW.sub("", again[0]) == MADE_ANEW.sub("", pages[0])
    for page in again:
        assert NUMBER not in page
        assert "＊＊＊＊" in page
    stored = store.hidden_places("call-1", HIDING_VERSION)
    assert stored is not None
    assert set(stored.utterances) == {1, 2}
