"""Nobody gets further without a session, a permission and, for a change, a form token."""

from datetime import timedelta
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from qa_pipeline.review_web import csrf
from qa_pipeline.review_web.access import Permission, may, permissions_for
from qa_pipeline.review_web.error_pages import error_page
from qa_pipeline.review_web.visitor import (
    LOGIN_COOKIE,
    SESSION_COOKIE,
    Visitor,
    cookie_token,
    csrf_of,
    digest_of,
    visitor_or_none,
)
from qa_pipeline.settings import WebSettings
from qa_pipeline.store import CallStore

_PUBLIC = frozenset({Permission.LOG_IN})
MOST_PATH_CHARS = 2000
"""Longer than any id makes it; Python refuses to read a number of 4300 digits."""


class AccessGate:
    """Finds the route that will answer and refuses whom the table does not let there.

    It asks the application's own routes, so that what is checked is what runs. A
    route without a line in `access.ROUTES` is refused for everybody.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # nothing here speaks WebSocket
            await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope, receive)
        visitor = await run_in_threadpool(_visitor, request)
        request.state.visitor = visitor
        if len(scope["path"]) > MOST_PATH_CHARS:
            long = error_page(request, 414, "地址太长", "请检查地址，或回到首页。")
            await long(scope, receive, send)
            return
        wanted = permissions_for(scope["app"].router.routes, scope)
        body = b""
        if scope["method"] not in csrf.SAFE_METHODS:
            read = await csrf.read_body(receive, _settings(request).max_body_bytes)
            if read is None:
                await _too_long(request)(scope, receive, send)
                return
            body, receive = read, csrf.replayed(read, receive)
        refusal = await self._refusal(request, wanted, body)
        await (refusal or self.app)(scope, receive, send)

    async def _refusal(
        self, request: Request, wanted: frozenset[Permission] | None, body: bytes
    ) -> Response | None:
        visitor = visitor_or_none(request)
        is_public = wanted == _PUBLIC
        is_change = request.method not in csrf.SAFE_METHODS
        fields = await csrf.form_fields(request.scope, body, request.receive) if is_change else {}
        if visitor is None and not is_public:
            return _not_logged_in(request)
        if wanted is None:  # the router says 404 or 405
            return None
        if visitor is not None and not is_public and not may(visitor.account.role, wanted):
            return error_page(
                request, 403, "没有权限", "您的账号不能使用这个页面。需要时请联系管理员。"
            )
        if is_change and not csrf.is_right(
            request.headers.get(csrf.HEADER) or fields.get(csrf.FIELD),
            _expected_token(request, visitor, is_public=is_public),
        ):
            return error_page(
                request, 403, "页面已过期", "没有保存。请返回上一页，刷新后重新提交。"
            )
        return None


def _visitor(request: Request) -> Visitor | None:
    token = cookie_token(request, SESSION_COOKIE)
    if token is None:
        return None
    store: CallStore = request.app.state.store
    settings, digest = _settings(request), digest_of(token)
    account = store.session_account(
        digest,
        idle=timedelta(minutes=settings.session_idle_minutes),
        longest=timedelta(hours=settings.session_hours),
    )
    if account is None:
        return None
    return Visitor(account=account, token_digest=digest, csrf=csrf_of(token))


def _expected_token(request: Request, visitor: Visitor | None, *, is_public: bool) -> str | None:
    if not is_public:
        return visitor.csrf if visitor else None
    token = cookie_token(request, LOGIN_COOKIE)
    return csrf_of(token) if token else None


def _not_logged_in(request: Request) -> Response:
    is_page = "text/html" in request.headers.get("accept", "")
    if is_page and request.method == "GET" and "hx-request" not in request.headers:
        query = f"?{request.url.query}" if request.url.query else ""
        target = urlencode({"next": f"{request.url.path}{query}"})
        return RedirectResponse(f"/login?{target}", status_code=303)
    # A script's request: the page that made it says so and keeps what was typed.
    headers = {"HX-Redirect": "/login"} if "hx-request" in request.headers else {}
    return PlainTextResponse("登录已过期，请重新登录。", status_code=401, headers=headers)


def _too_long(request: Request) -> Response:
    return error_page(request, 413, "提交的内容太长", "没有保存。请缩短后再提交。")


def _settings(request: Request) -> WebSettings:
    settings: WebSettings = request.app.state.settings.web
    return settings
