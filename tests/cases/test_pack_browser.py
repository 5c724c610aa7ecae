"""An exported pack as a trainer opens it: from a folder, in Chromium, without network."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from qa_pipeline.cases.pack import PackCase, PackLine
from qa_pipeline.cases.pack_pages import Pack, pack_pages
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.case import CaseKind
from tests.review_web.browser import chromium, needs_chromium, quiet_page, wait_for
from tests.review_web.desk import write_tone

pytestmark = [pytest.mark.slow, needs_chromium]

LINES = (
    PackLine(role=Role.AGENT, start_ms=0, text="您好，很高兴为您服务，请问有什么可以帮您？"),
    PackLine(
        role=Role.CUSTOMER, start_ms=4000, text="我手机号是＊＊＊＊＊＊＊＊＊＊＊，快递还没到"
    ),
    PackLine(role=Role.AGENT, start_ms=9000, text="那是您自己地址填错了，怪不了我们"),
)
BAD = PackCase(
    case_id="3fa91c0bd2e4a7f6",
    topic="争辩",
    kind=CaseKind.BAD,
    situation="我都等了五天了，你们到底送不送？",
    why="争辩：归咎客户（p=0.93，扣 6 分）",
    quote="那是您自己地址填错了",
    lines=LINES,
    clip="clips/3fa91c0bd2e4a7f6.wav",
    duration_ms=15_000,
    faults=("争辩",),
    fault_starts_ms=(9000,),
    commentary="先安抚，再核对地址；责任以后再说。",
    model_answer="让您久等了，真抱歉。我马上帮您核对地址。",
    tags=("快递", "新人必听"),
    pair_id="b7c0aa1290ee41d5",
)
GOOD = PackCase(
    case_id="b7c0aa1290ee41d5",
    topic="争辩",
    kind=CaseKind.GOOD,
    situation="等了一个星期，没人管吗？",
    why="客户情绪激动时没有争辩（p=0.04）",
    quote="真抱歉，我来查",
    lines=(*LINES[:2], PackLine(role=Role.AGENT, start_ms=9000, text="真抱歉，我来帮您查")),
    clip="clips/b7c0aa1290ee41d5.wav",
    duration_ms=15_000,
    pair_id="3fa91c0bd2e4a7f6",
)
LONE = PackCase(
    case_id="19d0e6a2a3b4c5d6",
    topic="规范结束语",
    kind=CaseKind.BAD,
    situation="好，没别的了",
    why="未说规范结束语（p=0.80，扣 3 分）",
    quote="",
    lines=LINES[:1],
    no_sound="这通电话只有文字",
    faults=("规范结束语",),
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "培训包 100% #1"
    (made / "clips").mkdir(parents=True)
    for case in (BAD, GOOD):
        write_tone(made / (case.clip or ""), 15)
    for name, text in pack_pages(Pack(title="快递投诉 第1期", cases=(BAD, GOOD, LONE))):
        (made / name).write_text(text, encoding="utf-8")
    return made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    asked: list[str] = []
    with quiet_page(browser) as opened:
        opened.on("request", lambda request: asked.append(request.url))
        yield opened
    assert asked
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []


def test_a_clip_plays_from_the_folder_and_a_line_seeks_in_it(page: Page, folder: Path) -> None:
    page.goto((folder / "index.html").as_uri())
    expect(page.locator(".pair .case")).to_have_count(2)
    expect(page.locator(".case")).to_have_count(3)
    page.locator(".case.bad .lines .seek").nth(1).click()
    first = "document.querySelector('#case-3fa91c0bd2e4a7f6 audio')"
    wait_for(page, f"!{first}.paused && {first}.currentTime > 4.2")
    expect(page.locator(".case.bad .lines .now").first).to_contain_text("快递还没到")
    page.locator(".case.good .seek").first.click()
    wait_for(page, f"{first}.paused")
    page.screenshot(path=str(folder / "index.png"))
    no_wider = "document.documentElement.scrollWidth <= innerWidth"
    assert page.evaluate(no_wider)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(no_wider)


def test_the_quiz_is_answered_and_kept_in_a_file_without_network(page: Page, folder: Path) -> None:
    page.goto((folder / "quiz.html").as_uri())
    expect(page.locator(".item")).to_have_count(2)
    page.locator("[name=person]").fill("小李")
    item = page.locator(f".item[data-id='{BAD.case_id}']")
    item.get_by_text("争辩", exact=True).click()
    page.evaluate(f"document.querySelector(\"[data-id='{BAD.case_id}'] audio\").currentTime = 9.5")
    item.get_by_role("button", name="就是现在").click()
    expect(item.locator(".start")).to_have_text("0:09")
    item.locator("textarea").fill("真抱歉，我来核对")
    page.screenshot(path=str(folder / "quiz.png"))
    with page.expect_download() as download:
        page.get_by_role("button", name="保存我的答案").click()
    assert download.value.suggested_filename == "答案-小李.json"
    kept = json.loads(Path(download.value.path()).read_text("utf-8"))
    answers = {answer["item_id"]: answer for answer in kept["answers"]}
    assert answers[BAD.case_id] == {
        "item_id": BAD.case_id,
        "choice": "争辩",
        "start_ms": 9500,
        "text": "真抱歉，我来核对",
    }
    assert answers[GOOD.case_id]["choice"] is None
    page.goto((folder / "key.html").as_uri())
    expect(page.locator(f"#case-{BAD.case_id}")).to_contain_text("0:09")
    page.screenshot(path=str(folder / "key.png"))
