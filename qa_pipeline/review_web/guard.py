"""Which names we answer to, and for a change only our own pages."""

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "media-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class HostGuard:
    """Refuses foreign Host names and foreign Origins, and sets the security headers.

    A Host that is none of ours is how a page elsewhere would reach us by
    rebinding its name; a POST without our own Origin is a forged one. Pages and
    sound are customers' words: browsers are told to keep no copy.
    """

    def __init__(self, app: ASGIApp, allowed_hosts: Iterable[str] = ()) -> None:
        self.app = app
        self.names = LOOPBACK_NAMES.union(name.lower() for name in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                is_static = scope["path"].startswith("/static/")
                headers["Cache-Control"] = "no-cache" if is_static else "no-store"
            await send(message)

        if refusal := _refusal(scope, self.names):
            await refusal(scope, receive, send_guarded)
            return
        await self.app(scope, receive, send_guarded)


def _refusal(scope: Scope, names: frozenset[str]) -> PlainTextResponse | None:
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if _name(host) not in names:
        return PlainTextResponse(
            "本页面不用这个名字提供。请用 127.0.0.1，或管理员登记的地址打开。", status_code=421
        )
    is_ours = headers.get("origin") == f"{scope['scheme']}://{host}"
    if scope["method"] not in _SAFE_METHODS and not is_ours:
        return PlainTextResponse("提交的来源不符，请从本页面提交。", status_code=403)
    return None


def _name(host: str) -> str:
    """The host name without its port, IPv6 in its brackets."""
    name, _, port = host.rpartition(":")
    return name.lower() if name and port.isdecimal() else host.lower()
