"""The page of accounts, for administrators."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from qa_pipeline.domain.user import NEVER_PERSONAL, AccountRole, account_key, account_problem
from qa_pipeline.errors import AccountRefused
from qa_pipeline.review_web.passwords import Passwords, new_password
from qa_pipeline.review_web.visitor import visitor_of
from qa_pipeline.store import CallStore

router = APIRouter()
ROLE_TITLES = {
    AccountRole.INSPECTOR: "质检员",
    AccountRole.TRAINER: "培训员",
    AccountRole.SUPERVISOR: "主管",
    AccountRole.AGENT: "坐席",
    AccountRole.ADMIN: "管理员",
}
NOT_TO_BE_SHOWN = "坐席和管理员的账号不能看客户的姓名和号码。"
TAKEN = "用户名已有人用，或这个质检员编号已有可登录的账号。"
Name = Annotated[str, Form(max_length=200)]
Id = Annotated[str, Form(max_length=100)]


@router.get("/users", response_class=HTMLResponse)
def users(request: Request) -> Response:
    """All accounts, and a form for a new one."""
    return _page(request, 200)


@router.post("/users", response_class=HTMLResponse)
def add_user(
    request: Request,
    name: Name,
    role: Annotated[AccountRole, Form()],
    person_id: Id = "",
) -> Response:
    """Add an account with a random password, which this one answer shows."""
    store, password = _store(request), new_password()
    given = person_id.strip() or None
    try:
        account = store.add_account(
            name.strip(),
            role,
            _passwords(request).hash(password),
            inspector_id=given if role is not AccountRole.AGENT else None,
            agent_id=given if role is AccountRole.AGENT else None,
        )
    except AccountRefused:
        return _page(request, 400, problem=_why_not(name.strip(), role, given))
    what = f"{account.role} {account.inspector_id or account.agent_id or ''}".strip()
    store.audit(visitor_of(request).account.name, "add user", account.name, what)
    return _page(request, 201, shown=(account.name, password))


@router.post("/users/disable")
def disable_user(request: Request, name: Name) -> Response:
    """Let nobody log in as the account; administrators cannot lock themselves out."""
    if account_key(name) == account_key(visitor_of(request).account.name):
        return _page(request, 400, problem="不能停用自己的账号。")
    return _change(request, name, "disable user", _store(request).disable_account)


@router.post("/users/enable")
def enable_user(request: Request, name: Name) -> Response:
    """Let the account log in again with its password of before."""
    return _change(request, name, "enable user", _store(request).enable_account)


@router.post("/users/personal")
def show_personal(request: Request, name: Name, shown: Annotated[bool, Form()]) -> Response:
    """Show the account customers' names and numbers, or no more."""
    action = "show personal data" if shown else "hide personal data"
    change = partial(_store(request).show_personal, shown=shown)
    return _change(request, name, action, change)


@router.post("/users/password", response_class=HTMLResponse)
def reset_password(request: Request, name: Name) -> Response:
    """Give the account a random password, which this one answer shows."""
    store, password = _store(request), new_password()
    account = store.account(name)
    store.set_password(account.name, _passwords(request).hash(password))
    store.audit(visitor_of(request).account.name, "reset password", account.name)
    return _page(request, 200, shown=(account.name, password))


def _why_not(name: str, role: AccountRole, person_id: str | None) -> str:
    """The store's refusal in the page's Chinese."""
    is_carrier = role in (AccountRole.INSPECTOR, AccountRole.AGENT)
    if is_carrier and person_id is None:
        return "质检员和坐席的账号需要编号。"
    if not is_carrier and role is not AccountRole.SUPERVISOR and person_id is not None:
        return "这个角色的账号不带编号。"
    if account_problem(name, AccountRole.ADMIN, None, None):
        return "用户名要 1 到 64 个字母、汉字、数字或 . _ - + @，不能有空格。"
    return TAKEN


def _change(request: Request, name: str, action: str, change: Callable[[str], None]) -> Response:
    store = _store(request)
    account = store.account(name)
    try:
        change(account.name)
    except AccountRefused:
        problem = NOT_TO_BE_SHOWN if account.role in NEVER_PERSONAL else TAKEN
        return _page(request, 400, problem=problem)
    store.audit(visitor_of(request).account.name, action, account.name)
    return RedirectResponse("/users", status_code=303)


def _page(
    request: Request, status: int, *, problem: str = "", shown: tuple[str, str] | None = None
) -> Response:
    store = _store(request)
    with_account = store.accounts_by_inspector()
    context = {
        "accounts": store.accounts(),
        "role_titles": ROLE_TITLES,
        "never_personal": NEVER_PERSONAL,
        "without_account": [i for i in store.inspectors() if i.inspector_id not in with_account],
        "problem": problem,
        "shown": shown,
    }
    response: Response = request.app.state.templates.TemplateResponse(
        request, "users.html", context, status_code=status
    )
    return response


def _store(request: Request) -> CallStore:
    store: CallStore = request.app.state.store
    return store


def _passwords(request: Request) -> Passwords:
    passwords: Passwords = request.app.state.passwords
    return passwords
