"""Drafts: uploads of all kinds, their check, and what they would do to stored calls."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from time import monotonic, sleep

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from qa_pipeline.batch.previewing import preview_rubric
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.rubric_files import load_rubric
from qa_pipeline.store import CallStore
from tests.batch.test_previewing import answered
from tests.batch.workplace import Workplace, copy_rubrics, raised, write_calls
from tests.review_web.desk import HOME, browse, csrf_in
from tests.rubric_files.writing import GREETING, HEAD

SMALL = HEAD + GREETING


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    copy_rubrics(tmp_path)
    (tmp_path / "rubrics" / "insurance_outbound.yaml").unlink()
    monkeypatch.chdir(tmp_path)
    return Workplace(root=tmp_path)


@pytest.fixture
def web(store: CallStore, tmp_path: Path, place: Workplace) -> Iterator[TestClient]:
    assert place.root == tmp_path
    with browse(store, tmp_path / "workspace", AccountRole.SUPERVISOR, None) as client:
        yield client


def upload(web: TestClient, content: str | bytes, name: str = "draft.yaml") -> Response:
    token = csrf_in(web.get("/password").text)
    return web.post(
        "/rubrics/drafts",
        data={"csrf_token": token},
        files={"draft": (name, content)},
        headers={"Origin": HOME},
    )


def tried(web: TestClient, address: str, **days: str) -> str:
    """Start a preview and return the page when nothing runs any more."""
    token = csrf_in(web.get("/password").text)
    answer = web.post(
        f"{address}/preview", data={"csrf_token": token, **days}, headers={"Origin": HOME}
    )
    assert answer.status_code == 303, answer.text
    deadline = monotonic() + 180
    while "hx-get" in (page := web.get(f"{address}/progress").text) or "正在试评" in page:
        assert monotonic() < deadline
        sleep(0.05)
    return page


def test_a_good_draft_is_read_and_checked(web: TestClient) -> None:
    answer = upload(web, SMALL.replace("'喂什么事', ", ""))
    assert answer.status_code == 303
    page = web.get(answer.headers["location"]).text
    assert "规范问候" in page
    deadline = monotonic() + 180
    while "正在检查" in (page := web.get(answer.headers["location"]).text):
        assert monotonic() < deadline
        sleep(0.05)
    assert "不算的例句（not_said） 里只有 1 句例句" in page
    assert "评分项 greeting" in page
    assert "hx-get" not in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的"),
        (b"\x00\x01\x02\xff\xfe\x80", "不是"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "不是"),
        ("sections:\n\t- section: x\n", "制表符"),
        (SMALL.encode("gb18030"), "GB18030"),
        ("a: &x [*x]", "alias"),
        ("a: !!python/name:os.system x", "不能用标签"),
        ("[" * 5000, "嵌套太深"),
        (SMALL.replace("version: 1", "version: " + "9" * 5000), "位数太多"),
        (SMALL.replace("kind: script", "kind: skript"), "没有 'skript' 这种评法"),
        (SMALL.replace("steps:", "phrases: ../../etc/passwd\n        steps:"), "小写字母"),
        ("<script>alert(1)</script>: 1", "没有 '<script>alert(1)</script>' 这个键"),
    ],
)
def test_what_is_no_rubric_is_said_in_chinese(
    web: TestClient, content: str | bytes, words: str
) -> None:
    answer = upload(web, content)
    assert answer.status_code == 303, answer.text
    page = web.get(answer.headers["location"])
    assert page.status_code == 200
    assert words in unescape(page.text)
    assert "<script>alert" not in page.text


def test_what_is_too_large_is_not_kept(web: TestClient, tmp_path: Path) -> None:
    assert upload(web, "a" * 1_000_001).status_code == 413
    assert upload(web, b"b" * 3_000_000).status_code == 413
    assert not (tmp_path / "workspace" / "rubric_drafts").exists()


def test_a_draft_lies_under_a_name_of_ours(web: TestClient, tmp_path: Path) -> None:
    answer = upload(web, SMALL, "../../../evil.yaml")
    assert re.fullmatch(r"/rubrics/drafts/[0-9a-f]{32}", answer.headers["location"])
    (kept,) = (tmp_path / "workspace" / "rubric_drafts").iterdir()
    assert kept.stem == answer.headers["location"].rpartition("/")[2]
    assert not list(tmp_path.rglob("evil*"))
    for unknown in ("x", "0" * 32, "..%2fqa.db", "%2e%2e"):
        assert web.get(f"/rubrics/drafts/{unknown}").status_code == 404


def test_only_supervisors_try_drafts(store: CallStore, web: TestClient, tmp_path: Path) -> None:
    address = upload(web, SMALL).headers["location"]
    for role in AccountRole:
        if role is AccountRole.SUPERVISOR:
            continue
        own = {AccountRole.INSPECTOR: "me", AccountRole.AGENT: "A7"}.get(role)
        other = browse(store, tmp_path / "workspace", role, own)
        assert other.get(address).status_code == 403
        assert upload(other, SMALL).status_code == 403
        listed = other.get("/rubrics")
        assert listed.status_code == (403 if role is AccountRole.AGENT else 200)
        assert 'type="file"' not in listed.text


def test_a_preview_says_what_the_time_machine_says(
    store: CallStore, web: TestClient, place: Workplace
) -> None:
    write_calls(place.recordings, "a", "b")
    place.run()
    file = place.root / "rubrics" / "inbound_service.yaml"
    text = raised(file.read_text("utf-8")).replace("behaviour: arguing", "behaviour: monologuing")
    store.append_reviews([answered("a", ("arguing", CriterionOutcome.PASS))])
    address = upload(web, text).headers["location"]
    whole = web.get(address).text
    assert "评法" in whole, "what differs from the version that scores now"
    page = tried(web, address)
    file.write_text(text, "utf-8")
    seen = preview_rubric(store, place.settings, load_rubric(file))
    assert len(seen.changes) == 2
    assert (seen.gain, len(seen.settled)) == (2, 1)
    figures = [int(n) for n in re.findall(r'class="figure[^"]*"><b>(\d+)</b>', page)]
    assert figures == [
        len(seen.changes),
        seen.gain,
        seen.lose,
        len(seen.changes) - seen.gain - seen.lose,
        len(seen.settled),
        len(seen.unsettled),
    ]
    for change in seen.changes:
        assert change.difference in page
    for _, points in seen.criteria:
        assert f"{points:+.1f}" in page
    assert "样本" not in page
    nothing = tried(web, address, since="2020-01-01", until="2020-01-02")
    assert "没有一通的得分会变" in nothing


def test_wrong_days_are_said(web: TestClient) -> None:
    address = upload(web, SMALL).headers["location"]
    token = csrf_in(web.get("/password").text)
    for days in ({"since": "yesterday"}, {"since": "2026-03-02", "until": "2026-03-01"}):
        answer = web.post(
            f"{address}/preview", data={"csrf_token": token, **days}, headers={"Origin": HOME}
        )
        assert answer.status_code == 400
        assert "日期要写成" in answer.text


def test_an_edit_of_a_version_that_scored_is_told(
    store: CallStore, web: TestClient, place: Workplace
) -> None:
    write_calls(place.recordings, "a")
    place.run()
    text = (place.root / "rubrics" / "inbound_service.yaml").read_text("utf-8")
    address = upload(web, text.replace("points: 3", "points: 2", 1)).headers["location"]
    (scored,) = store.rubric_versions()
    assert f"启用前请写 version: {scored[1] + 1}" in web.get(address).text
