"""Logging in and out, and the own password."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from qa_pipeline.errors import NotFound
from qa_pipeline.review_web.login_page import is_own_address, login_page, set_cookie
from qa_pipeline.review_web.passwords import MAX_PASSWORD_CHARS, Passwords, password_problem
from qa_pipeline.review_web.visitor import (
    SESSION_COOKIE,
    cookie_name,
    cookie_token,
    digest_of,
    new_token,
    visitor_of,
    visitor_or_none,
)
from qa_pipeline.settings import WebSettings
from qa_pipeline.store import CallStore

router = APIRouter()
Name = Annotated[str, Form(max_length=200)]
Password = Annotated[str, Form(max_length=4 * MAX_PASSWORD_CHARS)]
WRONG = "用户名或密码不对。"
TOO_MANY = "失败次数过多，请 {n} 分钟后再试。"


@router.get("/login", response_class=HTMLResponse)
def show_login(request: Request, next: str = "/") -> Response:
    """The login form; who is logged in already goes on."""
    target = next if is_own_address(next) else "/"
    if visitor_or_none(request):
        return RedirectResponse(target, status_code=303)
    return login_page(request, 200, "", target)


@router.post("/login", response_class=HTMLResponse)
def log_in(
    request: Request,
    name: Name = "",
    password: Password = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Check name and password; the answer says nothing about which was wrong."""
    store, address = _store(request), _address(request)
    target = next if is_own_address(next) else "/"
    attempt = _begin_login(request, name)
    if attempt is None:
        minutes = _settings(request).login_window_minutes
        # Once an hour: somebody who hammers at the door must not fill the log.
        hour = f"from {address}, {datetime.now(UTC):%Y-%m-%d %H}h UTC"
        store.audit_once(_known_name(store, name), "refused login", "", hour)
        return login_page(request, 429, TOO_MANY, target, name, minutes)
    checked = _checked_hash(request, name, password)
    token = new_token()
    if checked is None or not store.open_session(
        name,
        digest_of(token),
        password_hash=checked,
        instead_of=_digest_of_cookie(request),
    ):
        store.audit(_known_name(store, name), "failed login", "", f"from {address}")
        return login_page(request, 401, WRONG, target, name)
    account = store.account(name)
    store.login_succeeded(attempt, name)
    store.audit(account.name, "login", account.name, f"from {address}")
    response = RedirectResponse(target, status_code=303)
    set_cookie(request, response, SESSION_COOKIE, token)
    return response


@router.post("/logout")
def log_out(request: Request) -> Response:
    """End the session, here and in the store."""
    visitor = visitor_of(request)
    store = _store(request)
    store.end_session(visitor.token_digest)
    store.audit(visitor.account.name, "logout", visitor.account.name)
    response = RedirectResponse("/login", status_code=303)
    response.delete_cookie(
        cookie_name(SESSION_COOKIE, request),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


@router.get("/password", response_class=HTMLResponse)
def show_password(request: Request) -> Response:
    """The form for a new password of one's own."""
    return _password_page(request, 200, "")


@router.post("/password", response_class=HTMLResponse)
def change_password(
    request: Request, password: Password = "", new_password: Password = ""
) -> Response:
    """Change the own password; every session of the account ends."""
    store, settings, visitor = _store(request), _settings(request), visitor_of(request)
    name = visitor.account.name
    problem = password_problem(new_password, name, settings.password_min_chars)
    if problem:
        return _password_page(request, 400, problem, settings.password_min_chars)
    attempt = _begin_login(request, name)
    if attempt is None:
        minutes = settings.login_window_minutes
        return _password_page(request, 429, TOO_MANY, minutes)
    if _checked_hash(request, name, password) is None:
        store.audit(name, "failed login", name, "current password of a change")
        return _password_page(request, 403, "当前密码不对。")
    store.login_succeeded(attempt, name)
    store.set_password(name, _passwords(request).hash(new_password))
    store.audit(name, "change password", name)
    return RedirectResponse("/login", status_code=303)


def _checked_hash(request: Request, name: str, password: str) -> str | None:
    """The account's stored hash where the password is right, renewed where it is weak."""
    store, passwords = _store(request), _passwords(request)
    stored = store.password_hash(name)
    if not passwords.matches(stored, password) or stored is None:
        return None
    if passwords.is_outdated(stored):
        renewed = passwords.hash(password)
        store.renew_hash(name, stored, renewed)
        return renewed
    return stored


def _known_name(store: CallStore, name: str) -> str:
    """The account's name; nothing of a name that nobody has: it may be a password."""
    try:
        return store.account(name).name
    except NotFound:
        return "(unknown)"


def _digest_of_cookie(request: Request) -> str | None:
    token = cookie_token(request, SESSION_COOKIE)
    return digest_of(token) if token else None


def _begin_login(request: Request, name: str) -> int | None:
    settings = _settings(request)
    return _store(request).begin_login(
        name,
        _address(request),
        within=timedelta(minutes=settings.login_window_minutes),
        per_account=settings.login_failures_per_account,
        per_address=settings.login_failures_per_address,
    )


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _password_page(request: Request, status: int, message: str, number: int = 0) -> Response:
    """`number` fills the message's `{n}`."""
    context = {
        "message": message,
        "number": number,
        "min_chars": _settings(request).password_min_chars,
    }
    response: Response = request.app.state.templates.TemplateResponse(
        request, "password.html", context, status_code=status
    )
    return response


def _store(request: Request) -> CallStore:
    store: CallStore = request.app.state.store
    return store


def _settings(request: Request) -> WebSettings:
    settings: WebSettings = request.app.state.settings.web
    return settings


def _passwords(request: Request) -> Passwords:
    passwords: Passwords = request.app.state.passwords
    return passwords
