from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa_pipeline.store import CallStore
from tests.review_web.desk import HOME, a_task, fill, post, visit


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "[::1]:8765", "LOCALHOST"])
def test_loopback_names_are_answered(web: TestClient, host: str) -> None:
    assert web.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:8765", "192.168.0.9:8765", "", "[::1].x"]
)
def test_other_names_are_refused(web: TestClient, host: str) -> None:
    assert web.get("/", headers={"Host": host}).status_code == 421


def test_names_that_the_centre_gives_are_answered(store: CallStore, tmp_path: Path) -> None:
    web = visit(store, tmp_path / "workspace", allowed_hosts=("Desk.example", "[fd00::1]"))
    for host, status in (
        ("desk.example", 200),
        ("DESK.EXAMPLE:8765", 200),
        ("[fd00::1]:8765", 200),
        ("desk.example.evil", 421),
    ):
        assert web.get("/login", headers={"Host": host}).status_code == status, host


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "http://127.0.0.1:9999", f"{HOME}.evil.example"]
)
def test_a_change_from_elsewhere_is_refused(
    store: CallStore, web: TestClient, origin: str | None
) -> None:
    fill(store, a_task("call-1"))
    assert post(web, "call-1", {"inspector": "me"}, origin).status_code == 403
    assert store.reviews() == ()


@pytest.mark.parametrize("address", ["/", "/static/desk.js", "/calls/nobody", "/nowhere"])
def test_every_answer_forbids_inline_code_and_framing(web: TestClient, address: str) -> None:
    headers = web.get(address).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"


def test_pages_are_kept_in_no_cache(store: CallStore, web: TestClient) -> None:
    fill(store, a_task("call-1"))
    assert web.get("/calls/call-1").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("address", ["/quizzes/{}", "/trainings/{}", "/rubrics/x/{}", "/calls/{}"])
def test_a_number_without_end_is_refused_not_read(web: TestClient, address: str) -> None:
    assert web.get(address.format("1" * 5000)).status_code == 414
    assert web.get(address.format("1" * 500)).status_code in (400, 403, 404)
