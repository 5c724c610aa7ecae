"""Calibration: the figures of `calibrate`, side by side, and each inspector's own line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from qa_pipeline.batch.agreeing import read_agreement, read_doubles
from qa_pipeline.domain.review import CriterionAnswer, GoldCall, Inspector, Review
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.store import CallStore
from tests.review_web.desk import DAY, RUBRIC, a_task, an_arguing_call, browse

PASS, FAIL = CriterionOutcome.PASS, CriterionOutcome.FAIL
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
N_CALLS = 8


def review(call_id: str, who: str, correct: CriterionOutcome) -> Review:
    return Review(
        review_id=f"{call_id}-{who}",
        call_id=call_id,
        inspector_id=who,
        reviewed_at=NOON + timedelta(minutes=1),
        answers=(CriterionAnswer(criterion_id="correct", outcome=correct),),
    )


@pytest.fixture
def scored(store: CallStore) -> CallStore:
    """Eight calls by two inspectors, of whom Q2 always fails one criterion; one gold call."""
    ids = [f"call-{n}" for n in range(N_CALLS)]
    for call_id in (*ids, "gold"):
        store.save_judged(an_arguing_call(call_id), RUBRIC)
    store.save_inspectors((Inspector(inspector_id="Q1", name="刘敏"),))
    gold = replace(a_task("gold", 99, "Q1"), inclusion_probability=None)
    tasks = [a_task(c, n, who) for n, c in enumerate(ids, 1) for who in ("Q1", "Q2")]
    store.save_plan(DAY, (*tasks, gold))
    for call_id in ids:
        store.append_reviews([review(call_id, "Q1", PASS), review(call_id, "Q2", FAIL)])
    answer = CriterionAnswer(criterion_id="correct", outcome=PASS)
    store.mark_gold(GoldCall(call_id="gold", marked_by="chief", marked_at=NOON, answers=(answer,)))
    store.append_reviews([review("gold", "Q1", PASS)])
    return store


def test_a_supervisor_sees_what_calibrate_prints(scored: CallStore, tmp_path: Path) -> None:
    web = browse(scored, tmp_path / "workspace", AccountRole.SUPERVISOR, None)
    page = web.get("/calibration").text
    found = read_agreement(scored)
    strict = next(x for x in found.leniency if x.inspector_id == "Q2" and x.week is None)
    assert strict.bias.value is not None
    assert f"{100 * strict.bias.value:+.1f}" in page
    for item in found.items:
        assert item.title in page
    assert "比别人严" in page
    assert "比别人松" in page
    assert "样本少" in page
    assert "刘敏" in page
    assert page.index("<b>Q1</b>") < page.index("<b>Q2</b>"), "by id, never by figure"
    assert page.count('<details class="double">') == N_CALLS
    assert "1 项不同" in page


def test_double_scored_calls_are_side_by_side(scored: CallStore) -> None:
    doubles = read_doubles(scored)
    assert [d.call_id for d in doubles] == [f"call-{n}" for n in range(N_CALLS)]
    assert {d.inspectors for d in doubles} == {("Q1", "Q2")}
    differing = [line for d in doubles for line in d.lines if line.differs]
    assert {line.title for line in differing} == {"呼入服务质检评分表：解答准确"}
    assert {line.answers for line in differing} == {(PASS, FAIL)}


def test_an_inspector_sees_the_own_line_only(scored: CallStore, tmp_path: Path) -> None:
    page = browse(scored, tmp_path / "workspace", person_id="Q1").get("/calibration").text
    assert "<b>Q1</b>" in page
    assert "Q2" not in page
    assert "call-" not in page
    assert "gold" not in page
    assert "100 %" in page, "the own gold result"
    stranger = browse(scored, tmp_path / "workspace", person_id="Q9").get("/calibration").text
    assert "您还没有评过双评的通话" in stranger


def test_who_owes_a_review_of_a_call_does_not_see_the_others_word(
    scored: CallStore, tmp_path: Path
) -> None:
    day = DAY + timedelta(days=1)
    scored.save_plan(day, (replace(a_task("call-3", 1, "S1"), day=day),))
    web = browse(scored, tmp_path / "workspace", AccountRole.SUPERVISOR, "S1")
    page = web.get("/calibration").text
    assert "call-2" in page
    assert "call-3" not in page


def test_an_empty_desk_says_so(store: CallStore, tmp_path: Path) -> None:
    web = browse(store, tmp_path / "workspace", AccountRole.SUPERVISOR, None)
    page = web.get("/calibration").text
    assert "还没有双评或标准通话的复核" in page
    assert "还没有两位质检员都评完的通话" in page
    assert "Calibration" in web.get("/calibration?lang=en").text
