"""Every page of the desk: no serious accessibility fault, nothing too wide, a quiet console."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from qa_pipeline.batch.case_redaction import redact_case
from qa_pipeline.batch.quizzing import make_quiz
from qa_pipeline.domain.case import CaseKind, CaseStatus
from qa_pipeline.domain.case_card import Neighbour
from qa_pipeline.domain.review import Inspector
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.store import CallStore
from tests.review_web.browser import (
    LAPTOP,
    PHONE,
    chromium,
    enter_as,
    faults,
    keep_picture,
    needs_axe,
    needs_chromium,
    overhang,
    quiet_page,
    served,
)
from tests.review_web.desk import (
    DAY,
    RUBRIC,
    a_task,
    account,
    an_arguing_call,
    browse,
    send,
    write_tone,
)
from tests.review_web.test_agents import a_call
from tests.review_web.test_calibration_page import review
from tests.review_web.test_quizzes import NAME, fill_collection

pytestmark = [pytest.mark.slow, needs_chromium, needs_axe]
PASS, FAIL = CriterionOutcome.PASS, CriterionOutcome.FAIL
PAGES = {
    "supervisor": (
        *("/", "/search", "/search?q=填错了", "/search?agent=nobody&score_min=1", "/agents"),
        *("/agents/A7", "/disputes", "/disputes/{open}", "/disputes/{ruled}", "/doubles"),
        *("/calibration", "/rubrics", "/rubrics/inbound_service/1"),
        "/rubrics/inbound_service/{newest}",
        "/rubrics/inbound_service/differences?old=1&new={newest}",
        *("/cases", "/cases?kind=bad&text=争辩", "/cases/bad1", "/cases/case1", "/collections"),
        *(f"/collections/{NAME}", "/trainings", "/trainings/1", "/needs", "/quizzes"),
        *("/quizzes/1", "/calls/call-1", "/password"),
    ),
    "trainer": ("/", "/cases", "/cases/bad1", "/calls/call-1"),
    "me": ("/", "/calls/call-1?inspector=me", "/calls/blind", "/calibration", "/cases/case1"),
    "agent": (
        *("/", "/agents/A7", "/calls/call-1", "/disputes", "/disputes/{open}", "/quizzes"),
        *("/quizzes/1", "/quizzes/1?again=1"),
    ),
    "admin": ("/users", "/audit", "/rubrics"),
}
MISSING = ("/no/such/page", "/calls/nobody", "/users", "/quizzes/99", "/search?before=x")
"""Answered with an error page: the browser itself writes that to its console."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def fill_centre(store: CallStore, tmp_path: Path) -> dict[str, str]:
    """Something for every page to show; the ids that the addresses need."""
    fill_collection(store, tmp_path)
    sound = write_tone(tmp_path / "tone.wav")
    for i in range(12):
        store.save_judged(a_call(f"seven-{i}", "A7", 60.0 + i), RUBRIC)
        store.save_judged(a_call(f"eight-{i}", "A8", 90.0, is_rude=False), RUBRIC)
    for call_id in ("double", "gold", "blind", "good-call"):
        store.save_judged(an_arguing_call(call_id, path=sound, team="一组"), RUBRIC)
    bad = replace(store.case("case1"), case_id="bad1", status=CaseStatus.CANDIDATE)
    good = replace(bad, case_id="good1", call_id="good-call", kind=CaseKind.GOOD)
    store.save_candidates((bad, good))
    near = Neighbour(case_id="bad1", partner_id="good1", similarity=0.8, method="words")
    store.save_neighbours((near,))
    redact_case(store, "bad1")
    store.save_inspectors(
        (Inspector(inspector_id="me", name="刘敏"), Inspector(inspector_id="Q2", name="王芳"))
    )
    tasks = [
        a_task("call-1"),
        a_task("call-2", 2),
        a_task("blind", 3, blind=True),
        *(a_task("double", 4, who) for who in ("me", "Q2")),
    ]
    store.save_plan(DAY, tasks)
    store.append_reviews([review("double", "me", PASS), review("double", "Q2", FAIL)])
    make_quiz(store, tmp_path / "workspace", NAME, who="trainer")
    agent = browse(store, tmp_path / "workspace", AccountRole.AGENT, "A7")
    for line in ("closing", "no_arguing"):
        fields = {"criterion_id": line, "proposed": "PASS", "reason": "客户先骂人"}
        send(agent, "/calls/call-1/disputes", fields)
    send(agent, "/quizzes/1/answers", {"which:case1": "争辩", "n_known": "0"})
    boss = browse(store, tmp_path / "workspace", AccountRole.SUPERVISOR, "S1")
    ruled, still_open = (d.dispute_id for d in store.disputes())
    ruling = {"verdict": "accept", "reason": "录音如此", "n_known": "0"}
    send(boss, f"/disputes/{ruled}/ruling", ruling)
    send(boss, "/search/saved", {"name": "争辩的通话", "query": "q=填错了"})
    now = datetime.now(UTC)
    held = {"title": "情绪安抚", "held_on": f"{now:%Y-%m-%d}", "agents": "A7"}
    send(boss, "/trainings", held | {"clause": "behaviour:arguing"})
    for role, person in ((AccountRole.TRAINER, None), (AccountRole.ADMIN, None)):
        account(store, role, person)
    account(store, AccountRole.INSPECTOR, "me")
    versions = re.findall(r'href="/rubrics/inbound_service/(\d+)"', boss.get("/rubrics").text)
    return {"open": still_open, "ruled": ruled, "newest": max(versions, key=int)}


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_has_a_serious_fault_or_hangs_over(
    browser: Browser, store: CallStore, tmp_path: Path, language: str, size: tuple[int, int]
) -> None:
    ids = fill_centre(store, tmp_path)
    found: list[str] = []
    with served(store, tmp_path / "workspace") as desk:
        for name, addresses in PAGES.items():
            with quiet_page(browser, size) as page:
                page.goto(f"{desk}/login?lang={language}")
                found += wrong_with(page, "/login", size)
                enter_as(page, desk, name)
                for address in addresses:
                    answer = page.goto(desk + address.format(**ids))
                    assert answer is not None
                    assert answer.status == 200, address
                    page.evaluate(
                        "document.querySelectorAll('details').forEach(d => { d.open = true; })"
                    )
                    found += wrong_with(page, f"{name} {address}", size)
                page.goto("about:blank")
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        page.goto(f"{desk}/login?lang={language}")
        enter_as(page, desk, "me")
        for address in MISSING:
            page.goto(desk + address)
            found += wrong_with(page, address, size)
        page.close()
    assert found == [], "\n".join(found)


def wrong_with(page: Page, address: str, size: tuple[int, int]) -> list[str]:
    keep_picture(page, f"{address.strip('/').replace('/', '_')}-{size[0]}")
    wrong = [f"{address}: {fault}" for fault in faults(page)]
    wide = overhang(page)
    return [*wrong, f"{address}: {wide} pixels too wide"] if wide > 0 else wrong
