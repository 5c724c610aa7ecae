import re
from pathlib import Path

from fastapi.testclient import TestClient

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.review import Decision
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.store import CallStore
from tests.review_web.desk import ARGUING, a_task, browse, fill, post


def test_a_submitted_form_is_appended_and_leads_to_the_next_call(
    store: CallStore, web: TestClient
) -> None:
    fill(store, a_task("call-1", 1), a_task("call-2", 2))
    answer = post(
        web,
        "call-1",
        {
            "inspector": "me",
            ARGUING: "REJECTED",
            "criterion:no_arguing": "PASS",
            "criterion:correct": "HUMAN_NA",
            "note": " 客户先动气\r\n ",
            "spent_ms": "61234",
        },
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == "/calls/call-2?inspector=me"
    (review,) = store.reviews(call_id="call-1")
    assert review.inspector_id == "me"
    assert review.spent_ms == 61_234
    assert review.note == "客户先动气"
    (decision,) = review.decisions
    assert decision.detector_id == "behaviour:arguing"
    assert decision.decision is Decision.REJECTED
    assert decision.interval == Interval(30_000, 34_000)
    assert {a.criterion_id: a.outcome for a in review.answers} == {
        "no_arguing": CriterionOutcome.PASS,
        "correct": CriterionOutcome.HUMAN_NA,
    }


def test_the_next_call_is_the_one_behind_and_at_the_end_the_first_left_out(
    store: CallStore, web: TestClient
) -> None:
    fill(store, *(a_task(f"call-{n}", n) for n in (1, 2, 3)))
    assert "call-3" in post(web, "call-2", {"inspector": "me"}).headers["location"]
    assert "call-1" in post(web, "call-3", {"inspector": "me"}).headers["location"]
    assert post(web, "call-1", {"inspector": "me"}).headers["location"].startswith("/?")


def test_an_inspector_of_any_name_comes_back_to_their_own_queue(
    store: CallStore, tmp_path: Path
) -> None:
    fill(store, a_task("call-1", 1, "刘 敏&x"), a_task("call-2", 2, "刘 敏&x"))
    web = browse(store, tmp_path / "workspace", person_id="刘 敏&x")
    location = post(web, "call-1", {"inspector": "刘 敏&x"}).headers["location"]
    assert "第 2 / 2 通" in web.get(location).text


def form_id(web: TestClient) -> str:
    found = re.search(r'name="form_id" value="([^"]+)"', web.get("/calls/call-1").text)
    assert found
    return found[1]


def test_a_double_click_is_one_review(store: CallStore, web: TestClient) -> None:
    fill(store, a_task("call-1"))
    fields = {"form_id": form_id(web), ARGUING: "CONFIRMED", "spent_ms": "61234"}
    for spent_ms in ("61234", "61234", "99999"):
        assert post(web, "call-1", fields | {"spent_ms": spent_ms}).status_code == 303
    assert [r.spent_ms for r in store.reviews()] == [61_234]
    assert sum(e.action == "review" for e in store.audit_log()) == 1
    post(web, "call-1", fields | {"form_id": form_id(web)})
    assert len(store.reviews()) == 2, "a page opened again is another review"


def test_what_was_added_after_a_lost_answer_is_not_lost(store: CallStore, web: TestClient) -> None:
    fill(store, a_task("call-1"))
    fields = {"form_id": form_id(web), ARGUING: "CONFIRMED", "spent_ms": "61234"}
    post(web, "call-1", fields)
    post(web, "call-1", fields | {"note": "又加一句"})
    assert [r.note for r in store.reviews()] == ["", "又加一句"]


def test_two_inspectors_on_one_call_are_two_reviews(store: CallStore, tmp_path: Path) -> None:
    fill(store, a_task("call-1"), a_task("call-1", inspector_id="Q2"))
    same = {"form_id": "x" * 43, ARGUING: "CONFIRMED", "spent_ms": "61234"}
    for who in ("me", "Q2"):
        post(browse(store, tmp_path / "workspace", person_id=who), "call-1", same)
    assert [r.inspector_id for r in store.reviews()] == ["me", "Q2"]


def test_what_the_form_does_not_offer_is_left_out(store: CallStore, web: TestClient) -> None:
    fill(store, a_task("call-1"))
    post(
        web,
        "call-1",
        {
            "inspector": "me",
            ARGUING: "MISSED",
            "evidence:behaviour:coldness:0": "CONFIRMED",
            "criterion:no_arguing": "SYSTEM_NA",
            "criterion:nobody": "PASS",
            "spent_ms": "9" * 40,
            "note": "长" * 5000,
        },
    )
    (review,) = store.reviews()
    assert review.decisions == ()
    assert review.answers == ()
    assert review.spent_ms is None
    assert len(review.note) == 2000


def test_what_was_missed_is_kept_with_its_interval_and_quote(
    store: CallStore, web: TestClient
) -> None:
    fill(store, a_task("call-1"))
    missed = {
        "missed:0": "behaviour:coldness|3000|6000|我的|订单",
        "missed:1": "behaviour:nothing|3000|6000|",
        "missed:2": "behaviour:coldness|6000|3000|",
        "missed:3": "behaviour:coldness|x|3000|",
        "missed:4": "behaviour:coldness",
        "missed:5": "behaviour:coldness|3000|6000|我的|订单",
    }
    post(web, "call-1", {"inspector": "me", ARGUING: "CONFIRMED", **missed})
    (review,) = store.reviews()
    assert [d.decision for d in review.decisions] == [Decision.CONFIRMED, Decision.MISSED]
    added = review.decisions[1]
    assert (added.detector_id, added.interval) == ("behaviour:coldness", Interval(3000, 6000))
    assert added.note == "我的|订单"
    assert 'data-detector="behaviour:coldness"' in web.get("/calls/call-1?inspector=me").text


def test_whose_review_it_is_comes_from_the_session(store: CallStore, web: TestClient) -> None:
    fill(store, a_task("call-1"))
    post(web, "call-1", {"inspector": "somebody"})
    assert [r.inspector_id for r in store.reviews()] == ["me"]


def test_an_unknown_call_is_not_reviewed(store: CallStore, web: TestClient) -> None:
    assert post(web, "nobody", {"inspector": "me"}).status_code == 404
    assert store.reviews() == ()
