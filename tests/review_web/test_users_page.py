"""The administrators' pages: accounts, and the audit log."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa_pipeline.domain.review import Inspector
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.review_web.audit_view import LINES_A_PAGE
from qa_pipeline.store import CallStore
from tests.review_web.desk import account, browse, log_in, send, visit


@pytest.fixture
def admin(store: CallStore, tmp_path: Path) -> TestClient:
    return browse(store, tmp_path / "workspace", AccountRole.ADMIN, None)


def password_in(page: str) -> str:
    found = re.search(r'id="new-password">([^<]+)<', page)
    assert found
    return found[1]


def test_a_new_account_gets_a_password_that_is_shown_once(
    store: CallStore, admin: TestClient, tmp_path: Path
) -> None:
    store.save_inspectors((Inspector(inspector_id="Q1", name="刘敏"),))
    assert "Q1（刘敏）" in admin.get("/users").text
    made = send(admin, "/users", {"name": "刘敏", "role": "inspector", "person_id": "Q1"})
    assert made.status_code == 201
    password = password_in(made.text)
    later = admin.get("/users").text
    assert password not in later
    assert "Q1（刘敏）" not in later, "no longer without an account"
    assert log_in(visit(store, tmp_path / "workspace"), "刘敏", password).status_code == 303
    entry = next(e for e in store.audit_log() if e.action == "add user")
    assert (entry.who, entry.subject, entry.detail) == ("admin", "刘敏", "inspector Q1")
    assert password not in str(store.audit_log())


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "x", "role": "inspector"}, "需要编号"),
        ({"name": "x", "role": "trainer", "person_id": "Q1"}, "不带编号"),
        ({"name": "admin", "role": "admin"}, "已有人用"),
        ({"name": "<b>", "role": "admin"}, "不能有空格"),
    ],
)
def test_what_cannot_be_an_account_is_said(
    store: CallStore, admin: TestClient, fields: dict[str, str], words: str
) -> None:
    answer = send(admin, "/users", fields)
    assert answer.status_code == 400
    assert words in answer.text
    assert len(store.accounts()) == 1


def test_disabling_ends_what_somebody_is_doing(
    store: CallStore, admin: TestClient, tmp_path: Path
) -> None:
    web = browse(store, tmp_path / "workspace")
    assert send(admin, "/users/disable", {"name": "me"}).status_code == 303
    assert web.get("/").headers["location"].startswith("/login")
    assert log_in(web, "me").status_code == 401
    assert "已停用" in admin.get("/users").text
    send(admin, "/users/enable", {"name": "me"})
    assert log_in(web, "me").status_code == 303


def test_administrators_cannot_lock_themselves_out(admin: TestClient) -> None:
    assert send(admin, "/users/disable", {"name": " ADMIN "}).status_code == 400
    assert admin.get("/users").status_code == 200


def test_a_reset_password_replaces_the_old_one(
    store: CallStore, admin: TestClient, tmp_path: Path
) -> None:
    account(store, AccountRole.INSPECTOR, "me")
    password = password_in(send(admin, "/users/password", {"name": "me"}).text)
    web = visit(store, tmp_path / "workspace")
    assert log_in(web, "me").status_code == 401
    assert log_in(web, "me", password).status_code == 303
    assert send(admin, "/users/password", {"name": "nobody"}).status_code == 404


def test_the_audit_page_shows_the_newest_and_pages_back(
    store: CallStore, admin: TestClient
) -> None:
    for n in range(LINES_A_PAGE + 5):
        store.audit("wang", "open call", f"call-{n:03}")
    first = admin.get("/audit?who=wang").text
    assert f"call-{LINES_A_PAGE + 4}" in first
    assert "call-004" not in first
    older = re.search(r'href="([^"]+)" rel="next"', first)
    assert older
    second = admin.get(older[1].replace("&amp;", "&")).text
    assert [f"call-{n:03}" in second for n in (4, 0)] == [True, True]
    assert 'rel="next"' not in second


def test_the_audit_page_filters(store: CallStore, admin: TestClient) -> None:
    store.audit("wang", "open call", "call-1")
    store.audit("li", "review", "call-2", "<i>detail</i>")
    assert "call-2" not in admin.get("/audit?action=open+call").text
    assert "call-1" not in admin.get("/audit?subject=call-2").text
    assert "&lt;i&gt;detail" in admin.get("/audit?who=li").text
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date()
    assert "没有符合条件的记录" in admin.get(f"/audit?since={tomorrow}").text
    assert "call-1" in admin.get(f"/audit?until={tomorrow}&since=2020-01-01").text
    assert admin.get("/audit?since=tomorrow&until=9999-12-31").status_code == 200


def test_an_administrator_says_who_is_shown_customers_data(
    store: CallStore, admin: TestClient
) -> None:
    account(store, AccountRole.SUPERVISOR)
    agent = account(store, AccountRole.AGENT, "A7")
    assert admin.get("/users").text.count('aria-label="显示客户信息') == 1, (
        "for the supervisor only"
    )
    grant = {"name": "supervisor", "shown": "true"}
    assert send(admin, "/users/personal", grant).status_code == 303
    assert store.account("supervisor").sees_personal
    assert "改为遮蔽" in admin.get("/users").text
    send(admin, "/users/personal", grant | {"shown": "false"})
    assert not store.account("supervisor").sees_personal
    for refused in (agent, "admin"):
        answer = send(admin, "/users/personal", grant | {"name": refused})
        assert (answer.status_code, "不能看客户" in answer.text) == (400, True)
    told = [(e.action, e.subject) for e in store.audit_log() if "personal" in e.action]
    assert told == [(f"{w} personal data", "supervisor") for w in ("show", "hide")]
