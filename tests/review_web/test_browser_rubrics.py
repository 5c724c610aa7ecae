"""Rubrics and their drafts in a real browser, wide and narrow, with and without scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.store import CallStore
from tests.batch.test_previewing import answered
from tests.batch.workplace import Workplace, copy_rubrics, raised, write_calls
from tests.review_web.browser import (
    AXE,
    LAPTOP,
    PHONE,
    chromium,
    enter_as,
    faults,
    keep_picture,
    needs_bundle,
    needs_chromium,
    overhang,
    quiet_page,
    served,
)
from tests.review_web.desk import account

pytestmark = [pytest.mark.slow, needs_chromium]
SIZES = {"laptop": LAPTOP, "phone": PHONE}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def desk(store: CallStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Three judged calls, and a draft that changes them."""
    copy_rubrics(tmp_path)
    (tmp_path / "rubrics" / "insurance_outbound.yaml").unlink()
    monkeypatch.chdir(tmp_path)
    place = Workplace(root=tmp_path)
    write_calls(place.recordings, "a", "b", "c")
    place.run()
    store.append_reviews([answered("a", ("arguing", CriterionOutcome.PASS))])
    file = tmp_path / "rubrics" / "inbound_service.yaml"
    draft = raised(file.read_text("utf-8")).replace("behaviour: arguing", "behaviour: monologuing")
    (tmp_path / "draft.yaml").write_text(draft, "utf-8")
    account(store, AccountRole.SUPERVISOR)
    with served(store, tmp_path / "workspace") as address:
        yield address


def looked_at(page: Page, name: str) -> None:
    """Nothing sticks out at the side, and axe-core finds no serious fault."""
    keep_picture(page, name)
    assert overhang(page) <= 0, name
    if AXE.is_file():
        assert faults(page) == [], name


@needs_bundle
@pytest.mark.parametrize("size", SIZES)
def test_a_draft_is_uploaded_tried_and_its_result_comes_by_itself(
    browser: Browser, desk: str, tmp_path: Path, size: str
) -> None:
    with quiet_page(browser, SIZES[size]) as page:
        enter_as(page, desk, "supervisor")
        page.goto(f"{desk}/rubrics")
        looked_at(page, f"rubrics-{size}")
        page.locator("[name=draft]").set_input_files(tmp_path / "draft.yaml")
        page.get_by_role("button", name="检查并试评").click()
        page.get_by_role("button", name="用草稿试评").click()
        expect(page.locator(".figure").first).to_have_text("3通适用草稿", timeout=240_000)
        expect(page.locator("#results")).to_contain_text("没有可疑之处", timeout=300_000)
        looked_at(page, f"draft-{size}")
        page.goto(f"{desk}/rubrics")
        page.locator("a[href^='/rubrics/inbound_service/']").first.click()
        page.wait_for_url("**/rubrics/inbound_service/*")
        looked_at(page, f"rubric-{size}")
        page.goto("about:blank")


def test_without_scripts_the_result_comes_by_itself_too(
    browser: Browser, desk: str, tmp_path: Path
) -> None:
    with quiet_page(browser, has_scripts=False) as page:
        enter_as(page, desk, "supervisor")
        page.goto(f"{desk}/rubrics")
        page.locator("[name=draft]").set_input_files(tmp_path / "draft.yaml")
        page.get_by_role("button", name="检查并试评").click()
        page.get_by_role("button", name="用草稿试评").click()
        expect(page.locator(".figure").first).to_have_text("3通适用草稿", timeout=240_000)
