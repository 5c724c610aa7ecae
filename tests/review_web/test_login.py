"""Logging in, staying in, and getting out."""

import re
from pathlib import Path
from time import perf_counter

import pytest
from fastapi.testclient import TestClient

from qa_pipeline.domain.user import AccountRole
from qa_pipeline.review_web.app import create_app
from qa_pipeline.review_web.passwords import Passwords, new_password
from qa_pipeline.settings import WebSettings
from qa_pipeline.store import CallStore
from tests.review_web.desk import (
    FAST,
    HOME,
    PASSWORD,
    account,
    browse,
    csrf_in,
    log_in,
    send,
    settings,
    visit,
)


@pytest.fixture
def stranger(store: CallStore, tmp_path: Path) -> TestClient:
    """A browser before the login, and an account `me`."""
    account(store, AccountRole.INSPECTOR, "me")
    return visit(store, tmp_path / "workspace")


def actions(store: CallStore) -> list[tuple[str, str]]:
    return [(entry.who, entry.action) for entry in store.audit_log()]


def test_a_login_leads_where_one_wanted_to_go(store: CallStore, stranger: TestClient) -> None:
    sent = stranger.get("/calls/call-1?inspector=me")
    assert sent.headers["location"] == "/login?next=%2Fcalls%2Fcall-1%3Finspector%3Dme"
    answer = log_in(stranger, "me", next="/calls/call-1?inspector=me")
    assert (answer.status_code, answer.headers["location"]) == (303, "/calls/call-1?inspector=me")
    assert stranger.get("/").status_code == 200
    assert actions(store) == [("me", "login")]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_login_never_leads_elsewhere(stranger: TestClient, target: str) -> None:
    assert log_in(stranger, "me", next=target).headers["location"] == "/"


def test_a_wrong_password_and_an_unknown_name_look_the_same(
    store: CallStore, stranger: TestClient
) -> None:
    wrong = log_in(stranger, "me", "not-the-password")
    unknown = log_in(stranger, "my-real-password", "not-the-password")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace('"me"', "") == unknown.text.replace('"my-real-password"', "")
    assert actions(store) == [("me", "failed login"), ("(unknown)", "failed login")]
    assert "my-real-password" not in str(store.audit_log())


def test_an_unknown_name_costs_as_much_work_as_a_known_one() -> None:
    passwords = Passwords(WebSettings())
    known = passwords.hash(PASSWORD)

    def took(stored: str | None) -> float:
        started = perf_counter()
        assert not passwords.matches(stored, "not-the-password")
        return perf_counter() - started

    pairs = [(took(known), took(None)) for _ in range(5)]
    with_hash, without = (min(times) for times in zip(*pairs, strict=True))
    assert 0.3 < without / with_hash < 3
    assert without > 0.01, "a login is no free guess"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(stranger: TestClient) -> None:
    cookie = log_in(stranger, "me").headers["set-cookie"]
    assert re.match(r"qa_session=[\w-]{43};", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_stays_there(store: CallStore, tmp_path: Path) -> None:
    account(store, AccountRole.INSPECTOR, "me")
    app = create_app(store, settings(tmp_path / "workspace"))
    web = TestClient(app, base_url="https://localhost", follow_redirects=False)
    token = csrf_in(web.get("/login").text)
    fields = {"name": "me", "password": PASSWORD, "csrf_token": token}
    answer = web.post("/login", data=fields, headers={"Origin": "https://localhost"})
    assert answer.headers["set-cookie"].startswith("__Host-qa_session=")
    assert "Secure" in answer.headers["set-cookie"]


def test_the_files_hold_no_token_and_no_password(stranger: TestClient, tmp_path: Path) -> None:
    log_in(stranger, "me")
    token = stranger.cookies["qa_session"]
    files = list((tmp_path / "workspace").glob("qa.db*"))
    assert files
    for path in files:
        assert token.encode() not in path.read_bytes()
        assert PASSWORD.encode() not in path.read_bytes()


def test_every_login_has_a_session_of_its_own_and_ends_the_one_before(
    store: CallStore, stranger: TestClient, tmp_path: Path
) -> None:
    planted = {"Cookie": f"qa_session={'A' * 43}"}
    assert stranger.get("/", headers=planted).status_code == 303, "no id comes from outside"
    page = stranger.get("/login").text
    log_in(stranger, "me")
    first = stranger.cookies["qa_session"]
    fields = {"name": "me", "password": PASSWORD, "csrf_token": csrf_in(page)}
    stranger.post("/login", data=fields, headers={"Origin": HOME})
    assert stranger.cookies["qa_session"] != first
    old = visit(store, tmp_path / "workspace")
    assert old.get("/", headers={"Cookie": f"qa_session={first}"}).status_code == 303


def test_logging_out_ends_the_session_for_its_token_too(
    store: CallStore, stranger: TestClient
) -> None:
    log_in(stranger, "me")
    token = stranger.cookies["qa_session"]
    assert send(stranger, "/logout", {}).status_code == 303
    stranger.cookies.set("qa_session", token)
    assert stranger.get("/").status_code == 303
    assert actions(store) == [("me", "login"), ("me", "logout")]


def test_a_login_from_elsewhere_is_refused(stranger: TestClient) -> None:
    fields = {"name": "me", "password": PASSWORD}
    assert stranger.post("/login", data=fields, headers={"Origin": HOME}).status_code == 403
    token = csrf_in(stranger.get("/login").text)
    other = {"Origin": "http://evil.example"}
    assert stranger.post("/login", data={**fields, "csrf_token": token}, headers=other).status_code
    assert "qa_session" not in stranger.cookies


def test_too_many_failures_close_the_account_for_a_while(store: CallStore, tmp_path: Path) -> None:
    account(store, AccountRole.INSPECTOR, "me")
    account(store, AccountRole.INSPECTOR, "Q2")
    web = visit(store, tmp_path / "workspace", login_failures_per_account=3)
    for _ in range(3):
        assert log_in(web, "me", "wrong").status_code == 401
    refused = log_in(web, "me")
    assert refused.status_code == 429
    assert "15 分钟" in refused.text
    assert log_in(web, "Q2").status_code == 303
    assert ("me", "refused login") in actions(store)


def test_an_idle_session_ends(store: CallStore, tmp_path: Path) -> None:
    from datetime import timedelta

    web = browse(store, tmp_path / "workspace")
    store.forget_old_sessions(idle=timedelta(0), longest=timedelta(hours=1))
    assert web.get("/").headers["location"].startswith("/login")


def test_weak_hashes_are_renewed_at_the_next_login(store: CallStore, tmp_path: Path) -> None:
    account(store, AccountRole.INSPECTOR, "me")
    before = store.password_hash("me")
    web = visit(store, tmp_path / "workspace", argon2_passes=2)
    assert log_in(web, "me").status_code == 303
    after = store.password_hash("me")
    assert after != before
    assert after is not None
    assert "t=2" in after
    assert log_in(visit(store, tmp_path / "workspace", argon2_passes=2), "me").status_code == 303
    assert store.password_hash("me") == after


def test_a_new_password_of_ones_own_ends_every_session(store: CallStore, tmp_path: Path) -> None:
    web, elsewhere = (browse(store, tmp_path / "workspace") for _ in range(2))
    new = "brand-new-sounds-7"
    wrong = send(web, "/password", {"password": "not-mine-1234", "new_password": new})
    assert wrong.status_code == 403
    short = send(web, "/password", {"password": PASSWORD, "new_password": "short"})
    assert (short.status_code, "至少 10 个字符" in short.text) == (400, True)
    done = send(web, "/password", {"password": PASSWORD, "new_password": new})
    assert done.headers["location"] == "/login"
    assert web.get("/").status_code == elsewhere.get("/").status_code == 303
    assert log_in(web, "me").status_code == 401
    assert log_in(web, "me", new).status_code == 303


def test_without_accounts_the_page_says_what_to_run(store: CallStore, tmp_path: Path) -> None:
    assert "qa-pipeline user add" in visit(store, tmp_path / "workspace").get("/login").text


def test_the_login_speaks_english_too(stranger: TestClient) -> None:
    assert "Log in to the review desk" in stranger.get("/login?lang=en").text


def test_random_passwords_are_good_passwords() -> None:
    made = {new_password() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", password) for password in made)


def test_width_does_not_matter_in_a_password() -> None:
    passwords = Passwords(FAST)
    assert passwords.matches(passwords.hash("ｐａｓｓ１２３４"), "pass1234")
