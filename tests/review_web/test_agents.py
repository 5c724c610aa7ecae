"""Agents' pages: scores with intervals, what to work on, and nobody else's business."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import expect

from qa_pipeline.domain.case import Case, CaseKind, CaseStatus
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.review import CriterionAnswer, Review
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.domain.training import Training
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.review_web import agents_view, texts
from qa_pipeline.store import CallStore
from tests.review_web.browser import PHONE, chromium, needs_chromium, quiet_page, served
from tests.review_web.desk import DAY, RUBRIC, a_task, account, an_arguing_call, browse
from tests.review_web.test_disputes import enter

PASS = CriterionOutcome.PASS


def a_call(call_id: str, agent_id: str, percent: float, *, is_rude: bool = True) -> JudgedCall:
    started = datetime.now(UTC) - timedelta(days=3)
    judged = an_arguing_call(call_id, agent_id=agent_id, started_at=started, team="一组")
    card = judged.evaluation.scorecard
    scores = tuple(
        s if is_rude or s.criterion_id != "no_arguing" else replace(s, outcome=PASS)
        for s in card.scores
    )
    card = replace(card, percent=percent, raw_percent=percent, scores=scores)
    return replace(judged, evaluation=replace(judged.evaluation, scorecard=card))


@pytest.fixture
def filled(store: CallStore) -> CallStore:
    """Twelve rude calls of A7 and twenty polite ones of A8."""
    for i in range(12):
        store.save_judged(a_call(f"seven-{i}", "A7", 60.0 + i), RUBRIC)
    for i in range(20):
        store.save_judged(a_call(f"eight-{i}", "A8", 90.0, is_rude=False), RUBRIC)
    return store


@pytest.fixture
def boss(filled: CallStore, tmp_path: Path) -> TestClient:
    return browse(filled, tmp_path / "workspace", AccountRole.SUPERVISOR, "S1")


@pytest.fixture
def agent(filled: CallStore, tmp_path: Path) -> TestClient:
    return browse(filled, tmp_path / "workspace", AccountRole.AGENT, "A7")


def test_supervisors_and_trainers_see_every_agent(
    filled: CallStore, boss: TestClient, tmp_path: Path
) -> None:
    trainer = browse(filled, tmp_path / "workspace", AccountRole.TRAINER, None)
    for web in (boss, trainer):
        page = web.get("/agents").text
        assert re.findall(r'href="/agents/(\w+)"', page) == ["A7", "A8"]
        assert "65.5" in page
        assert web.get("/agents/A8").status_code == 200
        assert web.get("/agents/nobody").status_code == 404


def test_only_what_can_be_told_apart_is_called_worse(boss: TestClient) -> None:
    page = boss.get("/agents/A7").text
    worse, same = page.split("高于其他坐席</h3>")[1].split("分不出高低</h3>")
    assert "不与客户争辩" in worse
    assert "规范问候" not in worse
    assert "规范问候" in same
    assert "低于其他坐席</h3>" in boss.get("/agents/A8").text


def test_an_agent_sees_the_own_page_and_no_other(agent: TestClient) -> None:
    assert agent.get("/me").headers["location"] == "/agents/A7"
    page = agent.get("/agents/A7").text
    assert "A8" not in page
    assert "eight-" not in page
    foreign, unknown = agent.get("/agents/A8"), agent.get("/agents/nobody")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.text.replace("A8", "") == unknown.text.replace("nobody", "")
    assert agent.get("/agents").status_code == 403


def test_an_agent_and_a_trainer_begin_where_their_work_is(
    filled: CallStore, agent: TestClient, tmp_path: Path
) -> None:
    assert agent.get("/").headers["location"] == "/me"
    trainer = browse(filled, tmp_path / "workspace", AccountRole.TRAINER, None)
    assert trainer.get("/").headers["location"] == "/cases?status=candidate"


def test_an_agent_finds_the_own_newest_calls_and_no_score_before_a_blind_review(
    filled: CallStore, agent: TestClient
) -> None:
    page = agent.get("/agents/A7").text
    assert page.count('href="/calls/seven-') == 12
    assert 'class="bad">71<' in page
    filled.save_plan(DAY, [a_task("seven-11", blind=True)])
    page = agent.get("/agents/A7").text
    assert 'class="bad">71<' not in page
    assert "还在复核" in page


def test_an_agent_without_calls_has_an_empty_page(store: CallStore, tmp_path: Path) -> None:
    web = browse(store, tmp_path / "workspace", AccountRole.AGENT, "新人 1/2")
    page = web.get(web.get("/me").headers["location"])
    assert page.status_code == 200
    assert "没有已评分的通话" in page.text


def test_a_humans_word_changes_the_weeks_score(filled: CallStore, agent: TestClient) -> None:
    def mean() -> float:
        found = re.search(
            r"<tr><td>[\d-]+</td><td[^>]*><b>([\d.]+)</b>",
            agent.get("/me", follow_redirects=True).text,
        )
        assert found
        return float(found[1])

    before = mean()
    filled.append_reviews(
        [
            Review(
                review_id="r1", call_id="seven-0", inspector_id="q1", reviewed_at=datetime.now(UTC),
                answers=tuple(
                    CriterionAnswer(criterion_id=c, outcome=PASS)
                    for c in ("greeting", "closing", "no_arguing", "correct")
                ),
            )
        ]
    )  # fmt: skip
    assert mean() == pytest.approx(before + 40 / 12, abs=0.06)


def test_agents_see_approved_cases_masked_and_others_candidates_too(
    filled: CallStore, agent: TestClient, boss: TestClient
) -> None:
    case = Case(
        case_id="c1", call_id="seven-0", subject="behaviour:arguing", kind=CaseKind.BAD,
        clip=Interval(0, 9000), evidence=Interval(1000, 2000), situation="",
        quote="您的号码13812345678", why="归咎", score=1.0,
    )  # fmt: skip
    filled.save_candidates([case, replace(case, case_id="c2", call_id="eight-0", why="别人的")])
    assert "归咎" in boss.get("/agents/A7").text
    assert "归咎" not in agent.get("/agents/A7").text
    filled.set_case_status("c1", CaseStatus.APPROVED, who="t")
    page = agent.get("/agents/A7").text
    assert "归咎" in page
    assert "13812345678" not in page
    assert "别人的" not in page


def test_an_agents_trainings_are_listed_with_that_agent_only(
    filled: CallStore, boss: TestClient
) -> None:
    now = datetime.now(UTC)
    filled.add_training(
        Training(
            training_id=0, held_on=now.date(), title="情绪安抚", agents=("A7",),
            clauses=("behaviour:arguing",), trainer="t", note="", recorded_by="t", recorded_at=now,
        )
    )  # fmt: skip
    assert "情绪安抚" in boss.get("/agents/A7").text
    assert "情绪安抚" not in boss.get("/agents/A8").text


def test_every_word_of_the_agents_pages_has_its_english() -> None:
    wanted = {*agents_view.AGAINST_TITLES.values(), *agents_view.KIND_TITLES.values()}
    folder = Path(agents_view.__file__).parent / "templates"
    for name in ("agents", "agent"):
        source = (folder / f"{name}.html").read_text("utf-8")
        wanted |= set(re.findall(r'_\("([^"]+)"', source))
    assert wanted <= set(texts.catalogue("en"))


@pytest.fixture
def desk(filled: CallStore, tmp_path: Path) -> Iterator[str]:
    account(filled, AccountRole.AGENT, "A7")
    with served(filled, tmp_path / "workspace") as address:
        yield address


@pytest.mark.slow
@needs_chromium
def test_in_a_browser_the_weeks_are_drawn_and_fit_a_phone(desk: str) -> None:
    with chromium() as browser, quiet_page(browser, PHONE) as page:
        enter(page, desk, "agent")
        page.get_by_role("link", name="我的成绩").click()
        expect(page.locator("#scores canvas")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
