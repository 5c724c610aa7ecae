"""Disputes on the pages: an agent contradicts a line, a supervisor decides; nobody else sees it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect

from qa_pipeline.domain.dispute import Verdict
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.review_web import disputes_view, texts
from qa_pipeline.review_web.passwords import Passwords
from qa_pipeline.store import CallStore
from tests.review_web.browser import PHONE, chromium, needs_chromium, quiet_page, served
from tests.review_web.desk import (
    FAST,
    PASSWORD,
    RUBRIC,
    a_task,
    account,
    an_arguing_call,
    browse,
    log_in,
    send,
    visit,
    write_tone,
)

COMPLAINT = {"criterion_id": "no_arguing", "proposed": "PASS", "reason": "客户先骂人"}


@pytest.fixture
def agent(store: CallStore, tmp_path: Path) -> TestClient:
    store.save_judged(an_arguing_call("call-1", agent_id="A7"), RUBRIC)
    return browse(store, tmp_path / "workspace", AccountRole.AGENT, "A7")


@pytest.fixture
def boss(store: CallStore, tmp_path: Path) -> TestClient:
    return browse(store, tmp_path / "workspace", AccountRole.SUPERVISOR, "S1")


def other_agent(store: CallStore, tmp_path: Path) -> TestClient:
    """Another agent's browser: the account `agent` is the first one's."""
    store.add_account(
        "agent8",
        AccountRole.AGENT,
        Passwords(FAST).hash(PASSWORD),
        inspector_id=None,
        agent_id="A8",
    )
    web = visit(store, tmp_path / "workspace")
    log_in(web, "agent8")
    return web


def dispute(web: TestClient, **changed: str) -> str:
    answer = send(web, "/calls/call-1/disputes", COMPLAINT | changed)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_nobody_decides_on_a_dispute_about_the_own_review(
    store: CallStore, tmp_path: Path, agent: TestClient, boss: TestClient
) -> None:
    assert send(boss, "/calls/call-1/review", {"criterion:no_arguing": "FAIL"}).status_code == 303
    address = dispute(agent)
    page = boss.get(address).text
    assert "请由另一位主管裁定" in page
    assert 'name="verdict"' not in page
    ruling = {"verdict": "keep", "reason": "我没有错", "n_known": "0"}
    assert send(boss, f"{address}/ruling", ruling).status_code == 409
    assert store.disputes()[0].is_open
    store.add_account("chief", AccountRole.SUPERVISOR, Passwords(FAST).hash(PASSWORD))
    other = visit(store, tmp_path / "workspace")
    log_in(other, "chief")
    assert send(other, f"{address}/ruling", ruling | {"reason": "重听"}).status_code == 303
    assert store.disputes()[0].ruling is not None


def test_a_dispute_goes_from_the_call_page_to_a_ruling(
    store: CallStore, agent: TestClient, boss: TestClient
) -> None:
    page = agent.get("/calls/call-1").text
    assert page.count("申诉这一项") == 2, "the two lines that cost points"
    assert 'action="/calls/call-1/disputes"' in page
    address = dispute(agent)
    own = agent.get(address).text
    assert "客户先骂人" in own
    assert 'name="verdict"' not in own, "agents decide nothing"
    assert "申诉这一项" in agent.get("/calls/call-1").text
    assert boss.get("/disputes").text.count("不与客户争辩") == 1
    decided = {
        "verdict": "accept",
        "reason": "确实如此",
        "n_known": "0",
        "example": "是您自己填错了",
    }
    for _ in range(2):
        send(boss, f"{address}/ruling", decided)
    (found,) = store.disputes()
    assert [r.verdict for r in found.rulings] == [Verdict.ACCEPT], "a double submit is kept once"
    assert "不应算出现" in boss.get(address).text
    own = agent.get(address).text
    assert "同意申诉" in own
    assert "supervisor" not in own, "not who decided"
    assert [e.action for e in store.audit_log() if "dispute" in e.action] == [
        "dispute",
        "rule on dispute",
    ]


def test_a_dispute_sent_twice_is_kept_once(store: CallStore, agent: TestClient) -> None:
    dispute(agent)
    again = send(agent, "/calls/call-1/disputes", COMPLAINT)
    assert again.status_code == 409
    assert "已有申诉在处理" in again.text
    assert len(store.disputes()) == 1


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"reason": " "}, "请写明理由"),
        ({"proposed": "FAIL"}, "请选一个与现在不同的结论"),
        ({"proposed": "SYSTEM_NA"}, "请选一个与现在不同的结论"),
        ({"proposed": ""}, "请选一个与现在不同的结论"),
        ({"criterion_id": "greeting"}, "没有失分"),
        ({"criterion_id": "nothing"}, "没有失分"),
    ],
)
def test_what_cannot_be_disputed_is_said(
    store: CallStore, agent: TestClient, changed: dict[str, str], why: str
) -> None:
    answer = send(agent, "/calls/call-1/disputes", COMPLAINT | changed)
    assert answer.status_code == 409
    assert why in answer.text
    assert store.disputes() == ()


def test_after_the_window_there_is_no_form(store: CallStore, agent: TestClient) -> None:
    with store.database.write("an old judgement") as connection:
        connection.exec_driver_sql("UPDATE judgements SET judged_at = '2020-01-01 00:00:00'")
    page = agent.get("/calls/call-1").text
    assert "申诉期已过" in page
    assert "申诉这一项" not in page
    assert send(agent, "/calls/call-1/disputes", COMPLAINT).status_code == 409


def test_one_agent_sees_and_disputes_nothing_of_another(
    store: CallStore, agent: TestClient, tmp_path: Path
) -> None:
    address = dispute(agent)
    other = other_agent(store, tmp_path)
    assert other.get(address).status_code == 404
    assert "不与客户争辩" not in other.get("/disputes").text
    assert send(other, "/calls/call-1/disputes", COMPLAINT).status_code == 404
    assert other.get("/disputes/unknown").status_code == 404
    assert send(other, f"{address}/ruling", {"verdict": "accept"}).status_code == 403
    assert len(store.disputes()) == 1


def test_what_is_still_reviewed_blind_cannot_be_disputed(
    store: CallStore, agent: TestClient
) -> None:
    task = a_task("call-1", inspector_id="Q1", blind=True)
    store.save_plan(task.day, (task,))
    assert "申诉这一项" not in agent.get("/calls/call-1").text
    assert send(agent, "/calls/call-1/disputes", COMPLAINT).status_code == 403
    assert store.disputes() == ()


def test_nobody_else_is_offered_a_dispute(store: CallStore, tmp_path: Path) -> None:
    store.save_judged(an_arguing_call("call-1", agent_id="A7"), RUBRIC)
    for role in (AccountRole.INSPECTOR, AccountRole.SUPERVISOR):
        web = browse(store, tmp_path / "workspace", role, f"Q-{role}")
        assert "申诉这一项" not in web.get("/calls/call-1").text


def test_a_supervisor_who_was_slower_looks_again(
    store: CallStore, agent: TestClient, boss: TestClient
) -> None:
    address = dispute(agent)
    assert send(boss, f"{address}/ruling", {"reason": "x"}).status_code == 409, "no verdict"
    keep = {"verdict": "keep", "reason": "录音里没有", "n_known": "0"}
    assert send(boss, f"{address}/ruling", keep).status_code == 303
    late = send(boss, f"{address}/ruling", keep | {"verdict": "other", "other": "PARTIAL"})
    assert late.status_code == 409
    assert "刚才已有人裁定" in late.text
    again = keep | {"verdict": "other", "other": "PARTIAL", "n_known": "1"}
    assert send(boss, f"{address}/ruling", again).status_code == 303
    (found,) = store.disputes()
    assert [r.outcome for r in found.rulings] == [CriterionOutcome.FAIL, CriterionOutcome.PARTIAL]


def test_every_word_of_the_disputes_has_its_english() -> None:
    wanted = {*disputes_view.REFUSAL_TITLES.values(), *disputes_view.VERDICT_TITLES.values()}
    wanted |= {*disputes_view.EXAMPLE_TITLES.values(), "请选择裁定。"}
    folder = Path(disputes_view.__file__).parent / "templates"
    for name in ("disputes", "dispute", "_dispute_rows", "_dispute_line", "_dispute_forms"):
        source = (folder / f"{name}.html").read_text("utf-8")
        wanted |= set(re.findall(r'_\("([^"]+)"', source))
    assert wanted <= set(texts.catalogue("en"))


def enter(page: Page, desk: str, name: str) -> None:
    page.goto(f"{desk}/login")
    page.locator("[name=name]").last.fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator(".bar .who").wait_for()


@pytest.fixture
def desk(store: CallStore, tmp_path: Path) -> Iterator[str]:
    path = write_tone(tmp_path / "tone.wav", 60)
    store.save_judged(an_arguing_call("call-1", path=path, agent_id="A7"), RUBRIC)
    account(store, AccountRole.AGENT, "A7")
    account(store, AccountRole.SUPERVISOR, "S1")
    with served(store, tmp_path / "workspace") as address:
        yield address


@pytest.mark.slow
@needs_chromium
def test_in_a_browser_a_dispute_goes_from_agent_to_supervisor(desk: str, store: CallStore) -> None:
    with chromium() as browser:
        with quiet_page(browser, PHONE) as page:
            enter(page, desk, "agent")
            page.goto(f"{desk}/calls/call-1")
            line = page.locator("[id='criterion:no_arguing']")
            line.locator("details.dispute summary").click()
            line.locator("[name=proposed]").select_option("PASS")
            line.locator("[name=reason]").fill("客户先骂人，我只是说明情况")
            page.keyboard.press("Control+Enter")
            expect(page.locator(".history")).to_contain_text("客户先骂人")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= PHONE[0], "nothing hangs over the edge of a phone"
        with quiet_page(browser) as page:
            enter(page, desk, "supervisor")
            page.get_by_role("link", name="申诉").click()
            page.get_by_role("link", name="不与客户争辩").click()
            page.get_by_label("同意申诉").check()
            page.locator("[name=reason]").fill("录音如此")
            page.get_by_role("button", name="裁定").click()
            expect(page.locator(".history")).to_contain_text("录音如此")
            expect(page.locator(".shown")).to_contain_text("不应算出现")
        with quiet_page(browser) as page:
            enter(page, desk, "agent")
            page.goto(f"{desk}/calls/call-1")
            line = page.locator("[id='criterion:no_arguing']")
            expect(line).to_contain_text("同意申诉 · 合格")
            page.locator("[id='criterion:closing'] details.dispute summary").click()
            assert page.evaluate("document.querySelector('.panes').clientHeight") > 400
    (found,) = store.disputes()
    assert found.is_overturned
