"""Who may ask: this machine's own browser, and for a change only our own pages."""

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


class LoopbackGuard:
    """Refuses foreign Host names and foreign Origins, and sets the security headers.

    A Host that is not loopback is how a page elsewhere would reach us by
    rebinding its name; a POST without our own Origin is a forged one. Pages and
    sound are customers' words: browsers are told to keep no copy.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

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

        if refusal := _refusal(scope):
            await refusal(scope, receive, send_guarded)
            return
        await self.app(scope, receive, send_guarded)


def _refusal(scope: Scope) -> PlainTextResponse | None:
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if _name(host) not in LOOPBACK_NAMES:
        return PlainTextResponse(
            "本页面只在本机提供，请用 127.0.0.1 或 localhost 打开。", status_code=421
        )
    is_ours = headers.get("origin") == f"{scope['scheme']}://{host}"
    if scope["method"] not in _SAFE_METHODS and not is_ours:
        return PlainTextResponse("提交的来源不符，请从本页面提交。", status_code=403)
    return None


def _name(host: str) -> str:
    """The host name without its port, IPv6 in its brackets."""
    name, _, port = host.rpartition(":")
    return name.lower() if name and port.isdecimal() else host.lower()
