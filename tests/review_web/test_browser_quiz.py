"""A quiz taken in a real browser: heard, marked, handed in, read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from qa_pipeline.batch.quizzing import make_quiz
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.store import CallStore
from tests.review_web.browser import (
    chromium,
    enter,
    needs_chromium,
    quiet_page,
    served,
    wait_for,
)
from tests.review_web.desk import PASSWORD, account
from tests.review_web.test_quizzes import NAME, fill_collection

pytestmark = [pytest.mark.slow, needs_chromium]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with quiet_page(browser) as opened:
        yield opened


def test_a_quiz_is_heard_marked_handed_in_and_explained(
    store: CallStore, tmp_path: Path, page: Page
) -> None:
    fill_collection(store, tmp_path)
    make_quiz(store, tmp_path / "workspace", NAME, who="trainer")
    with served(store, tmp_path / "workspace") as desk:
        enter(page, desk, store)
        page.goto(f"{desk}/quizzes")
        page.screenshot(path=str(tmp_path / "list.png"))
        page.get_by_role("link", name="开始测验").click()
        item = page.locator(".quiz-item").first
        item_id = (item.locator("[name^='start:']").get_attribute("name") or "").split(":")[1]
        item.get_by_role("radio", name="争辩").check()
        sound = "document.querySelector('.quiz-item audio')"
        page.evaluate(f"{sound}.currentTime = 10.5; {sound}.play()")
        wait_for(page, f"{sound}.currentTime > 10.8")
        item.get_by_role("button", name="就是现在").click()
        expect(item.locator(".start")).to_have_text("0:10")
        item.locator("textarea").fill("真抱歉，我来帮您核对")
        page.evaluate(f"{sound}.pause()")
        page.screenshot(path=str(tmp_path / "quiz.png"))
        page.get_by_role("button", name="交卷").click()
        expect(page.locator(".score-line b")).to_have_text("50%")
        page.screenshot(path=str(tmp_path / "result.png"))
        (attempt,) = store.attempts()
        assert attempt.answers[item_id].choice == "争辩"
        assert 10_500 <= (attempt.answers[item_id].start_ms or 0) <= 14_000
        page.get_by_role("link", name="再做一次").click()
        expect(page.locator(".quiz-item")).to_have_count(2)
        page.get_by_role("button", name="退出").click()
        page.goto(f"{desk}/login?lang=en")
        page.locator("[name=name]").last.fill(account(store, AccountRole.TRAINER))
        page.locator("[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.locator(".bar .who").wait_for()
        page.goto(f"{desk}/quizzes/1")
        expect(page.locator("h2")).to_have_text("Everybody")
        page.screenshot(path=str(tmp_path / "figures.png"))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.goto("about:blank")
