"""A trainer's way through the case library in a real browser, up to a quiz."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from qa_pipeline.domain.case import CaseKind, CaseStatus
from qa_pipeline.domain.case_card import Neighbour
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.store import CallStore
from tests.review_web.browser import (
    chromium,
    enter_as,
    needs_chromium,
    overhang,
    quiet_page,
    served,
    wait_for,
)
from tests.review_web.desk import account
from tests.review_web.test_quizzes import NUMBER, fill_collection

pytestmark = [pytest.mark.slow, needs_chromium]
SOUND = "document.querySelector('.side audio')"


def test_a_candidate_is_heard_edited_approved_collected_and_asked_in_a_quiz(
    store: CallStore, tmp_path: Path
) -> None:
    fill_collection(store, tmp_path)
    store.drop_collection("争辩 第1期")
    bad = replace(store.case("case1"), case_id="bad1", status=CaseStatus.CANDIDATE)
    good = replace(bad, case_id="good1", call_id="call-2", kind=CaseKind.GOOD)
    store.save_candidates((bad, good))
    near = Neighbour(case_id="bad1", partner_id="good1", similarity=0.8, method="words")
    store.save_neighbours((near,))
    account(store, AccountRole.TRAINER)
    workspace = tmp_path / "workspace"
    with served(store, workspace) as desk, chromium() as browser, quiet_page(browser) as page:
        enter_as(page, desk, "trainer")
        expect(page.locator("h1")).to_contain_text("案例库")
        expect(page.locator(".cards > li.bad, .cards > li.good")).to_have_count(2)
        page.locator(".facets").get_by_role("link", name="反例").click()
        expect(page.locator(".cards > li.bad")).to_have_count(1)
        expect(page.locator(".cards > li.good")).to_have_count(0)
        assert NUMBER not in page.content()
        page.locator(".cards .head a").first.click()
        expect(page.locator(".side")).to_have_count(2)
        page.evaluate(f"{SOUND}.currentTime = 10; {SOUND}.play()")
        wait_for(page, f"{SOUND}.currentTime > 10.3")
        page.evaluate(f"{SOUND}.pause()")
        page.locator("[name=situation]").fill("客户说没收到货")
        page.locator("[name=model_answer]").fill("真抱歉，我马上帮您查")
        page.locator("[name=tags]").fill("物流，道歉")
        page.get_by_role("button", name="保存卡片").click()
        expect(page.locator(".side").first).to_contain_text("客户说没收到货")
        page.get_by_role("button", name="认可配对").click()
        expect(page.get_by_text("已认可的配对")).to_be_visible()
        page.get_by_role("button", name="遮蔽", exact=True).click()
        page.get_by_role("checkbox", name="我听完了遮蔽后的整个片段").check()
        page.get_by_role("button", name="批准入库").click()
        expect(page.locator("h1 small")).to_have_text("已入库")
        page.locator("[name=name][list=sets]").fill("新人 第1期")
        page.get_by_role("button", name="加入", exact=True).click()
        page.get_by_role("link", name="新人 第1期").click()
        expect(page.locator("h1")).to_contain_text("新人 第1期")
        assert overhang(page) <= 0
        page.goto(f"{desk}/quizzes")
        page.get_by_role("button", name="生成测验").click()
        expect(page.locator("h1")).to_contain_text("新人 第1期")
        page.goto("about:blank")
    assert store.case("bad1").status is CaseStatus.APPROVED
    assert store.collection("新人 第1期").case_ids == ("bad1",)
    assert store.card_edits("bad1")[-1].text.tags == ("物流", "道歉")
    (quiz,) = store.quizzes()
    assert [item.item_id for item in quiz.items] == ["bad1"]
