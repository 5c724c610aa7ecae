"""The desk in a real browser. `QA_SCREENSHOTS_OF=WORKSPACE` also makes docs/images/*.png."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from qa_pipeline.domain.case import CaseKind
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.review import Decision
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.store import CallStore, open_store
from tests.review_web.browser import (
    LAPTOP,
    PHONE,
    chromium,
    enter,
    needs_chromium,
    quiet_page,
    seconds,
    served,
    wait_for,
)
from tests.review_web.desk import RUBRIC, a_task, an_arguing_call, fill, write_tone

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SHOWN = os.environ.get("QA_SCREENSHOTS_OF")
MAX_IMAGE_BYTES = 300_000
DAY = a_task("call-1").day
READY = "document.querySelector('#review')?.dataset.ready === 'yes'"
CALL = "/calls/call-1?inspector=me"

pytestmark = [pytest.mark.slow, needs_chromium]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with quiet_page(browser) as opened:
        yield opened


@pytest.fixture
def desk(store: CallStore, tmp_path: Path, page: Page) -> Iterator[str]:
    """Two tasks of one inspector, both with a minute of sound; `page` is logged in."""
    for n in (1, 2):
        path = write_tone(tmp_path / f"tone-{n}.wav", 60)
        store.save_judged(an_arguing_call(f"call-{n}", path=path), RUBRIC)
    store.save_plan(DAY, (a_task("call-1", 1), a_task("call-2", 2)))
    with served(store, tmp_path / "workspace") as address:
        enter(page, address, store)
        yield address
        page.goto("about:blank")  # a page must not ask a server that has gone


def test_a_call_is_reviewed_by_keyboard_from_today_to_the_next(
    desk: str, page: Page, store: CallStore
) -> None:
    page.goto(desk)
    page.locator("#start").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".place")).to_have_text("第 1 / 2 通")
    wait_for(page, READY)
    opened_ms = page.evaluate("performance.now()")
    page.keyboard.press("j")
    wait_for(page, "!sound.paused && sound.currentTime > 20.1")
    expect(page.locator(".evidence > li").first).to_have_class("fault now")
    expect(page.locator("[id='criterion:no_arguing']")).to_have_class("criterion FAIL here")
    page.keyboard.press("Space")
    assert page.evaluate("sound.paused")
    page.keyboard.press("c")
    expect(page.locator("#status")).to_have_text("已加入案例库（反例）")
    page.keyboard.press("r")
    expect(page.locator("[name='criterion:no_arguing'][value=PASS]")).to_be_checked()
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.keyboard.press("g")
    page.keyboard.press("4")
    expect(page.locator("[name='criterion:correct'][value=HUMAN_NA]")).to_be_checked()
    page.keyboard.press("m")
    expect(page.locator("#missed")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#missed-list > li strong")).to_have_text("责问")
    page.keyboard.press("n")
    page.keyboard.type("jjrr 客户先动气")
    page.evaluate("window.isSameDocument = true")
    worked_ms = page.evaluate("performance.now()") - opened_ms
    page.keyboard.press("Control+Enter")

    expect(page.locator(".place")).to_have_text("第 2 / 2 通")
    assert page.evaluate("window.isSameDocument === true"), "the next call needs no new document"
    (review,) = store.reviews()
    decided = {(d.detector_id, d.decision) for d in review.decisions}
    assert decided == {
        ("behaviour:arguing", Decision.REJECTED),
        ("script:closing", Decision.CONFIRMED),
        ("behaviour:interrogating", Decision.MISSED),
    }
    assert review.note == "jjrr 客户先动气"
    answers = {a.criterion_id: a.outcome for a in review.answers}
    assert answers["no_arguing"] is CriterionOutcome.PASS
    assert answers["correct"] is CriterionOutcome.HUMAN_NA
    assert review.spent_ms is not None
    assert worked_ms - 1 <= review.spent_ms < 60_000
    (case,) = store.cases()
    assert (case.kind, case.evidence) == (CaseKind.BAD, Interval(30_000, 34_000))
    wait_for(page, READY)
    page.keyboard.press("j")
    wait_for(page, "!sound.paused && sound.currentTime > 20.1")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".summary")).to_contain_text("全部 2 通已复核")


def test_evidence_is_played_without_the_silence_and_stops_behind_it(desk: str, page: Page) -> None:
    page.goto(desk + CALL)
    page.keyboard.press("j")
    wait_for(page, "!sound.paused && sound.currentTime > 20")
    assert seconds(page) < 21, "ten seconds before the evidence at 0:30"
    wait_for(page, "sound.currentTime > 27.4")
    assert seconds(page) < 29, "from 0:20 to 0:28 nobody speaks"
    before = seconds(page)
    page.wait_for_timeout(700)
    assert seconds(page) - before > 0.4, "the sound really plays"
    page.evaluate("sound.currentTime = 38.2")
    wait_for(page, "sound.paused")
    assert seconds(page) < 45
    page.keyboard.press("s")
    page.keyboard.press("p")
    wait_for(page, "sound.currentTime > 21.5")
    assert seconds(page) < 26, "with S the silence is heard"


def test_only_evidence_goes_from_one_piece_to_the_next(desk: str, page: Page) -> None:
    page.goto(desk + CALL)
    page.keyboard.press("e")
    wait_for(page, "!sound.paused && sound.currentTime > 20")
    page.evaluate("sound.currentTime = 43.5")
    expect(page.locator(".evidence > li.now strong")).to_have_text("未说：规范结束语")
    wait_for(page, "!sound.paused && sound.currentTime >= 30 && sound.currentTime < 40")
    page.keyboard.press("e")
    wait_for(page, "sound.paused")


def test_the_speed_is_set_by_keys_and_stays(desk: str, page: Page) -> None:
    page.goto(desk + CALL)
    for _ in range(3):
        page.keyboard.press("BracketRight")
    assert page.evaluate("sound.playbackRate") == 1.75
    page.reload()
    assert page.evaluate("sound.playbackRate") == 1.75
    for _ in range(9):
        page.keyboard.press("BracketRight")
    assert page.evaluate("sound.playbackRate") == 2.5


def test_the_transcript_follows_the_sound_and_seeks(desk: str, page: Page) -> None:
    page.goto(desk + CALL)
    line = page.locator(".transcript li").nth(3)
    line.click()
    wait_for(page, "sound.currentTime > 30.1")
    expect(line).to_have_class("agent now")
    page.locator(".cause .seek").first.click()
    wait_for(page, "sound.currentTime >= 28 && sound.currentTime < 30")


def test_the_mouse_decides_and_the_keyboard_goes_on(desk: str, page: Page) -> None:
    page.goto(desk + CALL)
    page.locator(".evidence input[value=UNSURE]").nth(1).click()
    expect(page.locator(".evidence input[value=UNSURE]").nth(1)).to_be_checked()
    page.keyboard.press("Space")
    wait_for(page, "!sound.paused")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(".evidence > li").nth(1)).to_have_class("fault now")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()


def test_an_answer_given_by_hand_is_not_overruled_by_evidence(desk: str, page: Page) -> None:
    page.goto(desk + CALL)
    page.locator("[name='criterion:no_arguing'][value=PARTIAL]").click()
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.locator("[name='criterion:no_arguing'][value=PARTIAL]")).to_be_checked()


def test_a_blind_call_is_answered_without_the_machine(
    page: Page, store: CallStore, tmp_path: Path
) -> None:
    fill(store, a_task("call-1", blind=True), path=write_tone(tmp_path / "tone.wav", 60))
    with served(store, tmp_path / "workspace") as desk:
        enter(page, desk, store)
        page.goto(desk + CALL)
        expect(page.locator(".evidence")).to_have_count(0)
        expect(page.locator("input:checked")).to_have_count(0)
        page.keyboard.press("j")
        page.keyboard.press("m")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("3")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".summary")).to_contain_text("全部 1 通已复核")
        page.goto(desk + CALL)
        expect(page.locator(".evidence > li")).to_have_count(2)
        expect(page.locator("[name='criterion:greeting'][value=FAIL]")).to_be_checked()
        page.goto("about:blank")


def test_a_recording_that_is_gone_leaves_the_text(
    browser: Browser, store: CallStore, tmp_path: Path
) -> None:
    fill(store, a_task("call-1"), path=tmp_path / "gone.wav")
    page = browser.new_page()
    with served(store, tmp_path / "workspace") as desk:
        enter(page, desk, store)
        page.goto(desk + CALL)
        expect(page.locator("#problem")).to_be_visible()
        expect(page.locator("#line")).to_be_visible()
        expect(page.locator("#waveform")).to_be_hidden()
    page.close()


def test_a_call_id_may_hold_a_percent_sign(page: Page, store: CallStore, tmp_path: Path) -> None:
    call_id = "A/1 号?x%41"
    fill(store, a_task(call_id), path=write_tone(tmp_path / "tone.wav", 60))
    with served(store, tmp_path / "workspace") as desk:
        enter(page, desk, store)
        page.goto(desk)
        page.locator("#start").click()
        expect(page.locator(".call-id")).to_have_text(call_id)
        wait_for(page, "sound.duration === 60")
        page.locator(".language").click()
        expect(page.locator(".call-id")).to_have_text(call_id)
        page.get_by_role("button", name="Submit").click()
        expect(page.locator(".summary")).to_be_visible()
        page.goto("about:blank")
    assert store.reviewed_call_ids() == {call_id}


@pytest.mark.parametrize("size", [LAPTOP, PHONE])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_wider_than_the_screen(
    desk: str, page: Page, size: tuple[int, int], language: str
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for address in (f"/?lang={language}", f"{CALL}&lang={language}"):
        page.goto(desk + address)
        assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    submit = page.locator("#review button[type=submit]")
    submit.scroll_into_view_if_needed()
    expect(submit).to_be_in_viewport()


@pytest.mark.skipif(not SHOWN, reason="QA_SCREENSHOTS_OF names no workspace")
def test_screenshots_for_the_readme(page: Page) -> None:
    workspace = Path(SHOWN or "")
    with open_store(workspace, create=False) as store, served(store, workspace) as desk:
        tasks = store.tasks(day=max(store.days_planned()))
        enter(page, desk, store, tasks[0].inspector_id)
        page.goto(desk)
        page.screenshot(path=IMAGES / "today.png")
        task = next((t for t in tasks if t.reason.startswith("争辩")), tasks[0])
        call = f"{desk}/calls/{quote(task.call_id, safe='')}?inspector={task.inspector_id}"
        page.goto(call)
        page.locator("#waveform[data-ready]").wait_for()
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("a")
        wait_for(page, "!sound.paused && sound.currentTime > 2")
        page.keyboard.press("Space")
        expect(page.locator("#status")).to_have_text("草稿已保存")
        page.screenshot(path=IMAGES / "call.png")
        page.keyboard.press("m")
        page.screenshot(path=IMAGES / "call-missed.png")
        page.goto(f"{call}&lang=en")
        page.locator("#waveform[data-ready]").wait_for()
        page.screenshot(path=IMAGES / "call-en.png")
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        page.goto(f"{call}&lang=zh")
        page.locator("#waveform[data-ready]").wait_for()
        page.screenshot(path=IMAGES / "call-phone.png")
    for name in ("today", "call", "call-missed", "call-en", "call-phone"):
        assert (IMAGES / f"{name}.png").stat().st_size < MAX_IMAGE_BYTES
