"""The desk served on a free port, and pages of a headless Chromium that look at it."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from qa_pipeline.domain.user import AccountRole
from qa_pipeline.review_web.app import create_app
from qa_pipeline.review_web.built import is_built
from qa_pipeline.store import CallStore
from tests.review_web.desk import PASSWORD, account, settings

CHROMIUM = Path("/usr/bin/chromium")
LAPTOP, PHONE = (1280, 800), (390, 844)
WAIT_MS = 30_000
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
LOOK_AT = os.environ.get("QA_LOOK_AT")
"""A folder in which pictures of the pages are kept, to be looked at by people."""

needs_chromium = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"needs {CHROMIUM} (apt install chromium)"
)
needs_axe = pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core (make web)")
needs_bundle = pytest.mark.skipif(
    not is_built("waveform.js"), reason="needs the pages' bundles (make web)"
)


@contextmanager
def served(store: CallStore, workspace: Path) -> Iterator[str]:
    """The desk on a free port, in a thread of this process."""
    app = create_app(store, settings(workspace))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = monotonic() + 20
    while not server.started and monotonic() < deadline:
        sleep(0.02)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
    assert not thread.is_alive()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser that plays sound without waiting for a click."""
    switches = (
        "--no-sandbox --disable-gpu --no-first-run --disable-background-networking"
        " --disable-component-update --disable-sync --disable-quic"
    )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=switches.split())
        yield opened
        opened.close()


@contextmanager
def quiet_page(
    browser: Browser, size: tuple[int, int] = LAPTOP, *, has_scripts: bool = True
) -> Iterator[Page]:
    """A page that fails its test on any message of the browser's console."""
    messages: list[str] = []
    opened = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, java_script_enabled=has_scripts
    )
    opened.set_default_timeout(WAIT_MS)
    opened.on("console", lambda message: messages.append(message.text))
    opened.on("pageerror", lambda error: messages.append(str(error)))
    yield opened
    opened.close()
    assert messages == [], messages


def enter(page: Page, desk: str, store: CallStore, inspector_id: str = "me") -> None:
    """Log in as the inspector, by the form."""
    enter_as(page, desk, account(store, AccountRole.INSPECTOR, inspector_id))


def enter_as(page: Page, desk: str, name: str) -> None:
    """Log in with an account that is there."""
    page.goto(f"{desk}/login")
    page.locator("[name=name]").last.fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator(".bar .who").wait_for()


def faults(page: Page) -> list[str]:
    """What axe-core calls serious or critical on the page as it is now."""
    page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = page.evaluate(
        """async () => (await axe.run()).violations
          .filter(v => ["serious", "critical"].includes(v.impact))
          .map(v => `${v.id}: ${v.nodes.map(n => n.target).join(" ")}`)"""
    )
    return found


def overhang(page: Page) -> int:
    """By how many pixels the page is wider than its window, once its styles are there."""
    page.wait_for_load_state()
    wide = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
    return int(page.evaluate(wide))


def keep_picture(page: Page, name: str) -> None:
    if LOOK_AT:
        page.screenshot(path=Path(LOOK_AT) / f"{name}.png", full_page=True)


def seconds(page: Page) -> float:
    return float(page.evaluate("document.getElementById('sound').currentTime"))


def wait_for(page: Page, condition: str) -> None:
    """Poll a JavaScript condition; the page's policy forbids `wait_for_function`'s eval."""
    deadline = monotonic() + WAIT_MS / 1000
    while not page.evaluate(condition):
        assert monotonic() < deadline, f"never true: {condition}"
        page.wait_for_timeout(30)
