"""Who may ask for what: every route, every role, and nobody."""

import re
from pathlib import Path

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from qa_pipeline.domain.user import AccountRole
from qa_pipeline.review_web.access import ROUTES
from qa_pipeline.review_web.app import create_app
from qa_pipeline.store import CallStore
from tests.review_web.desk import (
    HOME,
    RUBRIC,
    a_task,
    account,
    an_arguing_call,
    browse,
    fill,
    log_in,
    post,
    send,
    settings,
    visit,
    write_tone,
)

INSPECTOR, TRAINER, SUPERVISOR, AGENT, ADMIN = AccountRole
NOBODY: frozenset[AccountRole] = frozenset()
EVERYBODY = frozenset(AccountRole)
SEERS = frozenset({INSPECTOR, TRAINER, SUPERVISOR, AGENT})
SCORERS = frozenset({INSPECTOR, SUPERVISOR})
READERS = frozenset({INSPECTOR, TRAINER, SUPERVISOR})
EDITORS = frozenset({TRAINER, SUPERVISOR})
CALL = "/calls/{call_id:path}"
QUIZ = "/quizzes/{quiz_id:int}"
MATRIX = {
    ("GET", "/static"): EVERYBODY,
    ("GET", "/login"): EVERYBODY,
    ("POST", "/login"): EVERYBODY,
    ("POST", "/logout"): EVERYBODY,
    ("GET", "/password"): EVERYBODY,
    ("POST", "/password"): EVERYBODY,
    ("GET", "/"): EVERYBODY,
    ("GET", "/calls"): SEERS,
    ("GET", CALL): SEERS,
    ("GET", f"{CALL}/sound.wav"): SEERS,
    ("GET", f"{CALL}/peaks.json"): SEERS,
    ("POST", f"{CALL}/draft"): SCORERS,
    ("POST", f"{CALL}/cases"): frozenset({INSPECTOR, TRAINER, SUPERVISOR}),
    ("POST", f"{CALL}/review"): SCORERS,
    ("GET", "/search"): frozenset({INSPECTOR, TRAINER, SUPERVISOR}),
    ("POST", "/search/saved"): frozenset({INSPECTOR, TRAINER, SUPERVISOR}),
    ("POST", "/search/saved/delete"): frozenset({INSPECTOR, TRAINER, SUPERVISOR}),
    ("GET", "/calibration"): frozenset({SUPERVISOR, INSPECTOR}),
    ("POST", "/rubrics/drafts"): frozenset({SUPERVISOR}),
    ("GET", "/rubrics/drafts/{draft_id}"): frozenset({SUPERVISOR}),
    ("GET", "/rubrics/drafts/{draft_id}/progress"): frozenset({SUPERVISOR}),
    ("POST", "/rubrics/drafts/{draft_id}/preview"): frozenset({SUPERVISOR}),
    ("GET", "/rubrics"): EVERYBODY - {AGENT},
    ("GET", "/rubrics/{rubric_id}/{version:int}"): EVERYBODY - {AGENT},
    ("GET", "/rubrics/{rubric_id}/differences"): EVERYBODY - {AGENT},
    ("POST", f"{CALL}/disputes"): frozenset({AGENT}),
    ("GET", "/me"): frozenset({AGENT}),
    ("GET", "/agents"): frozenset({TRAINER, SUPERVISOR}),
    ("GET", "/agents/{agent_id:path}"): frozenset({TRAINER, SUPERVISOR, AGENT}),
    ("GET", "/doubles"): frozenset({SUPERVISOR}),
    ("POST", "/doubles/{call_id:path}/gold"): frozenset({SUPERVISOR}),
    ("GET", "/disputes"): frozenset({SUPERVISOR, AGENT}),
    ("GET", "/disputes/{dispute_id}"): frozenset({SUPERVISOR, AGENT}),
    ("POST", "/disputes/{dispute_id}/ruling"): frozenset({SUPERVISOR}),
    ("GET", "/trainings"): frozenset({TRAINER, SUPERVISOR}),
    ("POST", "/trainings"): frozenset({TRAINER, SUPERVISOR}),
    ("GET", "/trainings/{training_id:int}"): frozenset({TRAINER, SUPERVISOR}),
    ("POST", "/trainings/{training_id:int}/correct"): frozenset({TRAINER, SUPERVISOR}),
    ("POST", "/trainings/{training_id:int}/withdraw"): frozenset({TRAINER, SUPERVISOR}),
    ("GET", "/needs"): frozenset({TRAINER, SUPERVISOR}),
    ("GET", "/needs.xlsx"): frozenset({TRAINER, SUPERVISOR}),
    ("GET", "/quizzes"): SEERS,
    ("POST", "/quizzes"): frozenset({TRAINER, SUPERVISOR}),
    ("GET", QUIZ): SEERS,
    ("GET", f"{QUIZ}/clips/{{item_id}}"): SEERS,
    ("POST", f"{QUIZ}/answers"): frozenset({INSPECTOR, AGENT}),
    ("GET", "/cases"): READERS,
    ("GET", "/cases/{case_id}"): READERS,
    ("GET", "/cases/{case_id}/clip.wav"): READERS,
    ("POST", "/cases/{case_id}/edit"): EDITORS,
    ("POST", "/cases/{case_id}/redact"): EDITORS,
    ("POST", "/cases/{case_id}/status"): EDITORS,
    ("POST", "/cases/{case_id}/pair"): EDITORS,
    ("POST", "/cases/{case_id}/collect"): EDITORS,
    ("GET", "/collections"): READERS,
    ("POST", "/collections"): EDITORS,
    ("POST", "/collections/move"): EDITORS,
    ("POST", "/collections/delete"): EDITORS,
    ("GET", "/collections/{name:path}"): READERS,
    ("GET", "/users"): frozenset({ADMIN}),
    ("POST", "/users"): frozenset({ADMIN}),
    ("POST", "/users/disable"): frozenset({ADMIN}),
    ("POST", "/users/enable"): frozenset({ADMIN}),
    ("POST", "/users/personal"): frozenset({ADMIN}),
    ("POST", "/users/password"): frozenset({ADMIN}),
    ("GET", "/audit"): frozenset({ADMIN}),
    ("GET", "/openapi.json"): frozenset({ADMIN}),
}
"""Written out again, so that a slip in the table is seen here."""
PUBLIC = {("GET", "/static"), ("GET", "/login"), ("POST", "/login")}


def person_id(role: AccountRole) -> str | None:
    return {INSPECTOR: "me", SUPERVISOR: "S1", AGENT: "A7"}.get(role)


def ask(web: TestClient, method: str, route: str) -> int:
    """The answer's status to a request that nothing but the permission stands against."""
    address = (
        route.replace("{call_id:path}", "call-1")
        .replace("{quiz_id:int}", "1")
        .replace("{version:int}", "1")
        .replace("{training_id:int}", "1")
    )
    if route == "/static":
        address = "/static/icon.svg"
    if route == "/calls":
        address = "/calls?call_id=call-1"
    if method == "GET":
        return web.get(address).status_code
    return send(web, address, {"name": "nobody-here"}).status_code


def test_every_route_of_the_application_is_in_the_matrix(store: CallStore, tmp_path: Path) -> None:
    app = create_app(store, settings(tmp_path / "workspace"))
    found = set()
    for route in app.router.routes:
        methods = getattr(route, "methods", None) or {"GET"}
        found |= {(method, route.path) for method in methods if method != "HEAD"}  # type: ignore[attr-defined]
    assert found == set(MATRIX)
    assert set(ROUTES) == set(MATRIX)


@pytest.mark.parametrize("role", list(AccountRole))
def test_each_role_gets_what_the_matrix_says_and_nothing_else(
    store: CallStore, tmp_path: Path, role: AccountRole
) -> None:
    path = write_tone(tmp_path / "tone.wav", 1)
    store.save_judged(an_arguing_call("call-1", path=path, agent_id="A7"), RUBRIC)
    web = browse(store, tmp_path / "workspace", role, person_id(role))
    for (method, route), allowed in MATRIX.items():
        if route in ("/logout", "/login"):
            continue  # the one ends the session, the other begins one
        status = ask(web, method, route)
        assert status != 500, (method, route)
        assert (status != 403) == (role in allowed), (method, route, status)
    assert send(web, "/logout", {}).status_code == 303


def test_nobody_gets_anything_but_the_login(store: CallStore, tmp_path: Path) -> None:
    store.save_judged(an_arguing_call("call-1"), RUBRIC)
    web = visit(store, tmp_path / "workspace")
    for method, route in MATRIX.keys() - PUBLIC:
        address = (
            route.replace("{call_id:path}", "call-1")
            .replace("{quiz_id:int}", "1")
            .replace("{version:int}", "1")
            .replace("{training_id:int}", "1")
        )
        if method == "GET":
            answer = web.get(address)
            assert answer.status_code == 303, address
            assert answer.headers["location"].startswith("/login?next=")
        else:
            assert web.post(address, headers={"Origin": HOME}).status_code == 401, address
    assert web.get("/calls/call-1", headers={"Accept": "*/*"}).status_code == 401
    assert web.get("/no/such/page").status_code == 303, "not even what there is"
    assert store.audit_log() == ()


def test_a_route_that_nobody_wrote_a_line_for_is_refused(store: CallStore, tmp_path: Path) -> None:
    app = create_app(store, settings(tmp_path / "workspace"))
    router = APIRouter()
    heard = []
    router.add_api_route("/secret", lambda: heard.append("flat"), methods=["GET"])
    app.router.routes.insert(0, router.routes[0])
    nested = APIRouter()
    nested.add_api_route("/nested", lambda: heard.append("nested"), methods=["GET"])
    app.include_router(nested)
    for role in AccountRole:
        web = TestClient(app, base_url=HOME, follow_redirects=False)
        log_in(web, account(store, role, person_id(role)))
        assert web.get("/secret").status_code == 403
        assert web.get("/nested").status_code == 403
    assert heard == []


def test_another_method_is_not_found_not_done(store: CallStore, web: TestClient) -> None:
    fill(store, a_task("call-1"))
    for method in ("PUT", "DELETE", "PATCH"):
        token = re.search(r"[0-9a-f]{64}", web.get("/password").text)
        assert token
        headers = {"Origin": HOME, "X-CSRF-Token": token[0]}
        assert web.request(method, "/calls/call-1/review", headers=headers).status_code == 405
    assert web.head("/calls/call-1").status_code == 405


def test_agents_see_and_hear_their_own_calls_only(store: CallStore, tmp_path: Path) -> None:
    path = write_tone(tmp_path / "tone.wav", 1)
    store.save_judged(an_arguing_call("mine", path=path, agent_id="A7"), RUBRIC)
    other = write_tone(tmp_path / "other.wav", 2)
    store.save_judged(an_arguing_call("other", path=other, agent_id="A8"), RUBRIC)
    web = browse(store, tmp_path / "workspace", AGENT, "A7")
    for address in (
        "/calls/{}",
        "/calls/{}/sound.wav",
        "/calls/{}/peaks.json",
        "/calls?call_id={}",
    ):
        assert web.get(address.format("mine")).status_code in (200, 303), address
        foreign = web.get(address.format("other"))
        unknown = web.get(address.format("nobody"))
        assert (foreign.status_code, unknown.status_code) == (404, 404), address
        assert foreign.text.replace("other", "") == unknown.text.replace("nobody", "")
    assert 'type="submit">提交' not in web.get("/calls/mine").text


def test_a_supervisor_without_an_inspector_id_cannot_score(
    store: CallStore, tmp_path: Path
) -> None:
    fill(store, a_task("call-1"))
    web = browse(store, tmp_path / "workspace", SUPERVISOR, None)
    assert post(web, "call-1", {"inspector": "me"}).status_code == 403
    assert store.reviews() == ()


def test_blind_work_is_hidden_from_all_but_supervisors(store: CallStore, tmp_path: Path) -> None:
    fill(store, a_task("call-1", blind=True))
    for role, sees in ((TRAINER, False), (SUPERVISOR, True)):
        text = browse(store, tmp_path / "workspace", role, None).get("/calls/call-1").text
        assert ("归咎客户" in text) == sees, role


def test_others_reviews_are_not_told_before_ones_own(store: CallStore, tmp_path: Path) -> None:
    fill(store, a_task("call-1"), a_task("call-1", inspector_id="Q2"))
    second = browse(store, tmp_path / "workspace", person_id="Q2")
    post(second, "call-1", {"note": "很差的态度"})
    text = browse(store, tmp_path / "workspace").get("/calls/call-1").text
    assert "很差的态度" not in text
    assert "次复核" not in text


def test_what_is_heard_is_written_down_once_a_session(store: CallStore, tmp_path: Path) -> None:
    fill(store, a_task("call-1"), path=write_tone(tmp_path / "tone.wav", 2))
    for _ in range(2):
        web = browse(store, tmp_path / "workspace")
        for piece in ("bytes=0-99", "bytes=100-199"):
            web.get("/calls/call-1/sound.wav", headers={"Range": piece})
    heard = [e for e in store.audit_log() if e.action == "hear"]
    assert [(e.who, e.subject) for e in heard] == [("me", "call-1")] * 2
    assert len({e.detail for e in heard}) == 2


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_change_without_the_sessions_token_is_refused(
    store: CallStore, web: TestClient, token: str
) -> None:
    fill(store, a_task("call-1"))
    answer = web.post("/calls/call-1/review", data={"csrf_token": token}, headers={"Origin": HOME})
    assert answer.status_code == 403
    assert store.reviews() == ()


def test_another_sessions_token_is_refused_and_a_header_will_do(
    store: CallStore, web: TestClient, tmp_path: Path
) -> None:
    fill(store, a_task("call-1"))
    other = browse(store, tmp_path / "workspace", person_id="Q2")
    tokens = [re.search(r"[0-9a-f]{64}", w.get("/password").text) for w in (other, web)]
    for token, status in zip(tokens, (403, 303), strict=True):
        assert token
        headers = {"Origin": HOME, "X-CSRF-Token": token[0]}
        assert web.post("/calls/call-1/review", headers=headers).status_code == status
    assert len(store.reviews()) == 1


def test_a_body_without_end_is_cut_off(store: CallStore, tmp_path: Path) -> None:
    fill(store, a_task("call-1"))
    web = browse(store, tmp_path / "workspace", max_body_bytes=2000)
    assert post(web, "call-1", {"note": "x" * 3000}).status_code == 413
    assert store.reviews() == ()
