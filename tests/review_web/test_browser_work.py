"""What an inspector adds, and what must not get lost, in a real browser."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.review import Decision
from qa_pipeline.store import CallStore
from tests.review_web.browser import (
    LAPTOP,
    PHONE,
    chromium,
    enter,
    needs_bundle,
    needs_chromium,
    quiet_page,
    seconds,
    served,
    wait_for,
)
from tests.review_web.desk import (
    DAY,
    PASSWORD,
    RUBRIC,
    a_task,
    an_arguing_call,
    fill,
    write_mp3,
    write_tone,
)

CALL = "/calls/call-1?inspector=me"
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
DRAWN = "document.querySelector('#waveform').dataset.ready === 'yes'"
FORTY_MINUTES_S, TEN_MINUTES_S, THREE_MINUTES_S = 2400, 600, 180

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
def rough_page(browser: Browser) -> Iterator[Page]:
    """A page whose console may complain: the connection is cut on purpose."""
    opened = browser.new_page(viewport={"width": LAPTOP[0], "height": LAPTOP[1]})
    yield opened
    opened.close()


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


@needs_bundle
def test_the_waveform_seeks_by_click_and_a_drag_adds_what_was_missed(
    desk: str, page: Page, store: CallStore
) -> None:
    page.goto(desk + CALL)
    wait_for(page, DRAWN)
    expect(page.locator("#waveform .who span")).to_have_text(["坐席", "客户"])
    assert page.locator("#waveform canvas").count() >= 2, "a lane for each speaker"
    box = page.locator("#waveform .lanes").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + 10)
    wait_for(page, "!sound.paused && sound.currentTime > 29.9")
    assert seconds(page) < 32
    page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.15, box["y"] + 20, steps=4)
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 20, steps=4)
    page.mouse.up()
    expect(page.locator("#missed .when")).to_have_text("0:06–0:12")
    page.keyboard.press("Enter")
    expect(page.locator("#missed-list > li")).to_have_count(1)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".place")).to_have_text("第 2 / 2 通")
    (decision,) = store.reviews()[0].decisions
    assert (decision.detector_id, decision.decision) == ("behaviour:arguing", Decision.MISSED)
    assert decision.interval
    assert abs(decision.interval.start_ms - 6000) < 100
    assert abs(decision.interval.end_ms - 12_000) < 100


@needs_bundle
def test_a_drag_may_begin_on_evidence_and_quotes_the_line_it_covers(desk: str, page: Page) -> None:
    page.goto(desk + CALL)
    wait_for(page, DRAWN)
    box = page.locator("#waveform .lanes").bounding_box()
    assert box
    on_evidence, behind = (box["x"] + box["width"] * at_s / 60 for at_s in (33.0, 37.8))
    page.mouse.move(on_evidence, box["y"] + 20)
    page.mouse.down()
    page.mouse.move((on_evidence + behind) / 2, box["y"] + 20, steps=4)
    page.mouse.move(behind, box["y"] + 20, steps=4)
    page.mouse.up()
    expect(page.locator("#missed .when")).to_have_text("0:33–0:37")
    expect(page.locator("#missed q")).to_have_text("嗯嗯嗯")


def test_a_jump_to_a_criterion_moves_its_pane_only(desk: str, page: Page) -> None:
    page.goto(desk + CALL)
    wait_for(page, "document.querySelector('#review').dataset.ready === 'yes'")
    page.evaluate("document.body.dataset.stays = 'yes'")
    link = page.locator(".jump a").first
    name = (link.get_attribute("href") or "").removeprefix("#")
    link.click()
    expect(page.locator(f'[id="{name}"]')).to_have_class(re.compile(r"\bhere\b"))
    assert page.evaluate("document.body.dataset.stays") == "yes", "the page was loaded anew"
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_selected_text_is_added_with_the_time_of_its_words(
    desk: str, page: Page, store: CallStore
) -> None:
    page.goto(desk + CALL)
    page.evaluate(
        """() => {
          const text = document.querySelectorAll(".transcript .text")[1];
          const range = document.createRange();
          range.setStart(text.childNodes[1].firstChild, 0);
          range.setEnd(text.childNodes[1].firstChild, 2);
          getSelection().addRange(range);
        }"""
    )
    page.keyboard.press("m")
    expect(page.locator("#missed q")).to_have_text("订单")
    page.keyboard.press("Enter")
    expect(page.locator("#missed-list q")).to_have_text("订单")
    expect(page.locator("[name='criterion:no_arguing'][value=FAIL]")).to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".place")).to_have_text("第 2 / 2 通")
    (decision,) = store.reviews()[0].decisions
    assert decision.interval == Interval(4000, 5000), "where the recognizer heard the word"
    assert decision.note == "订单"


def test_a_reload_loses_nothing_also_in_another_browser(
    desk: str, page: Page, browser: Browser, store: CallStore
) -> None:
    page.goto(desk + CALL)
    page.keyboard.press("j")
    page.keyboard.press("u")
    page.locator("#note").fill("说到一半")
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    page.keyboard.press("Enter")
    page.reload()
    expect(page.locator("#note")).to_have_value("说到一半")
    expect(page.locator("#missed-list > li")).to_have_count(1)
    page.locator("#note").fill("说到一半，又加一句")
    expect(page.locator("#status")).to_have_text("草稿已保存")
    with quiet_page(browser) as other:
        enter(other, desk, store)
        other.goto(desk + CALL)
        expect(other.locator("#note")).to_have_value("说到一半，又加一句")
        expect(other.locator(".evidence input[value=UNSURE]").first).to_be_checked()
        expect(other.locator("#missed-list > li")).to_have_count(1)


def test_a_lost_connection_loses_nothing_and_doubles_nothing(
    desk: str, rough_page: Page, store: CallStore
) -> None:
    page = rough_page
    enter(page, desk, store)
    page.goto(desk + CALL)
    page.route("**/draft", lambda route: route.abort())
    page.locator("#note").fill("断线前写的")
    expect(page.locator("#status")).to_contain_text("草稿已存在本机")

    def arrives_but_is_not_answered(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/review", arrives_but_is_not_answered)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#status")).to_contain_text("没有提交成功")
    page.unroute("**/review")
    page.reload()
    expect(page.locator("#note")).to_have_value("断线前写的")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".place")).to_have_text("第 2 / 2 通")
    assert [r.note for r in store.reviews()] == ["断线前写的"]


def test_a_reload_after_a_lost_answer_sends_the_same_review(
    desk: str, rough_page: Page, store: CallStore
) -> None:
    """Nothing was typed: what is sent again is known by the form's number alone."""
    page = rough_page
    enter(page, desk, store)
    page.goto(desk + CALL)

    def arrives_but_is_not_answered(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/review", arrives_but_is_not_answered)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#status")).to_contain_text("没有提交成功")
    page.unroute("**/review")
    page.reload()
    expect(page.locator("#status")).to_have_text("已恢复上次没有提交的内容")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".place")).to_have_text("第 2 / 2 通")
    assert len(store.reviews()) == 1


def test_a_second_try_after_a_lost_answer_is_the_same_review(
    desk: str, rough_page: Page, store: CallStore
) -> None:
    page = rough_page
    enter(page, desk, store)
    page.goto(desk + CALL)

    def arrives_but_is_not_answered(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/review", arrives_but_is_not_answered)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#status")).to_contain_text("没有提交成功")
    page.unroute("**/review")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".place")).to_have_text("第 2 / 2 通")
    assert len(store.reviews()) == 1


def test_after_an_expired_session_the_text_is_still_there(
    desk: str, rough_page: Page, store: CallStore
) -> None:
    page = rough_page
    enter(page, desk, store)
    page.goto(desk + CALL)
    page.locator("#note").fill("写了很久")
    page.context.clear_cookies()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#status")).to_contain_text("登录已过期")
    page.locator("#status a").click()
    page.locator("[name=name]").fill("me")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#note")).to_have_value("写了很久")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".place")).to_have_text("第 2 / 2 通")
    assert [r.note for r in store.reviews()] == ["写了很久"]


@needs_bundle
@pytest.mark.parametrize(
    ("write", "name", "duration_s"),
    [
        (write_tone, "long.wav", FORTY_MINUTES_S),
        (write_mp3, "usual.mp3", THREE_MINUTES_S),
        (write_mp3, "long.mp3", TEN_MINUTES_S),
    ],
    ids=["wav", "usual mp3", "mp3"],
)
def test_evidence_of_a_long_call_is_heard_at_once(
    page: Page,
    store: CallStore,
    tmp_path: Path,
    write: Callable[[Path, int], Path],
    name: str,
    duration_s: int,
) -> None:
    path = write(tmp_path / name, duration_s)
    judged = an_arguing_call("call-1", path=path, duration_ms=duration_s * 1000)
    store.save_judged(judged, RUBRIC)
    with served(store, tmp_path / "workspace") as desk:
        enter(page, desk, store)
        opened = monotonic()
        page.goto(desk + CALL)
        before = monotonic()
        page.keyboard.press("j")
        wait_for(page, "!sound.paused && sound.currentTime > 20.02")
        waited, whole = monotonic() - before, monotonic() - opened
        wait_for(page, DRAWN)
        page.goto("about:blank")
    print(f"{name}: first evidence heard {waited:.2f} s after J, {whole:.2f} s after opening")
    assert waited < 3, "one second on an idle machine"


def test_without_the_bundle_the_plain_line_stays(
    desk: str, rough_page: Page, store: CallStore
) -> None:
    enter(rough_page, desk, store)
    rough_page.route("**/built/*", lambda route: route.abort())
    rough_page.goto(desk + CALL)
    rough_page.wait_for_timeout(300)
    expect(rough_page.locator("#waveform")).to_be_hidden()
    rough_page.locator("#line").click(position={"x": 620, "y": 10})
    wait_for(rough_page, "sound.currentTime > 28 && sound.currentTime < 31")


@needs_bundle
def test_today_renews_itself(page: Page, store: CallStore, tmp_path: Path) -> None:
    fill(store, a_task("call-1", 1), a_task("call-2", 2))
    with served(store, tmp_path / "workspace") as desk:
        enter(page, desk, store)
        page.clock.install()
        page.goto(desk)
        expect(page.locator(".queue tbody tr")).to_have_count(2)
        page.wait_for_timeout(300)
        store.save_plan(DAY, (a_task("call-1", 1),))
        page.clock.fast_forward(61_000)
        expect(page.locator(".queue tbody tr")).to_have_count(1)
        page.goto("about:blank")


@pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core (make web)")
@pytest.mark.parametrize("size", [LAPTOP, PHONE])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_no_serious_fault(
    desk: str, page: Page, size: tuple[int, int], language: str
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for address, key in ((f"/?lang={language}", None), (CALL, None), (CALL, "?"), (CALL, "m")):
        page.goto(desk + address)
        if key:
            page.keyboard.press(key)
        else:
            page.keyboard.press("j")
        page.evaluate(AXE.read_text("utf-8"))
        faults = page.evaluate(
            """async () => (await axe.run()).violations
              .filter(v => ["serious", "critical"].includes(v.impact))
              .map(v => `${v.id}: ${v.nodes.map(n => n.target).join(" ")}`)"""
        )
        assert faults == [], f"{address} {key}"
