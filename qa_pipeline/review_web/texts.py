"""The pages' words in another language: the templates' own Chinese is the key.

A plain catalogue, because gettext's plural rules and compiled files buy nothing
here: Chinese has no plural, and a missing entry shows the Chinese.
"""

from collections.abc import Mapping
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs

import yaml
from jinja2 import pass_context
from jinja2.runtime import Context
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LANGUAGES = ("zh", "en")
_COOKIE = "lang"
_YEAR_S = 365 * 24 * 3600


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Translations by the Chinese text; empty for Chinese itself."""
    path = Path(__file__).with_name(f"texts_{language}.yaml")
    if language not in LANGUAGES or not path.is_file():
        return {}
    entries: dict[str, str] = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return entries


def translate(text: str, language: str, values: Mapping[str, object] | None = None) -> str:
    """The text in the language with `{name}` filled in."""
    found = catalogue(language).get(text, text)
    return found.format(**values) if values else found


def language_of(request: Request) -> str:
    """The language this request is answered in: `?lang=`, else the cookie, else Chinese."""
    wanted = request.query_params.get(_COOKIE) or request.cookies.get(_COOKIE) or ""
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


@pass_context
def in_words(context: Context, text: str, **values: object) -> str:
    """`_("共 {n} 通", n=3)` in a template."""
    request = context.get("request")
    language = language_of(request) if isinstance(request, Request) else LANGUAGES[0]
    return translate(text, language, values)


class LanguageChoice:
    """Keeps the language of `?lang=` in a cookie."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        chosen = _chosen(scope) if scope["type"] == "http" else None
        if chosen is None or _kept(scope) == chosen:
            await self.app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = f"{_COOKIE}={chosen}; Path=/; Max-Age={_YEAR_S}; SameSite=Lax; HttpOnly"
                MutableHeaders(scope=message).append("Set-Cookie", cookie)
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def _chosen(scope: Scope) -> str | None:
    query = parse_qs(scope["query_string"].decode("latin-1"))
    wanted = query.get(_COOKIE, [""])[-1]
    return wanted if wanted in LANGUAGES else None


def _kept(scope: Scope) -> str | None:
    cookies = SimpleCookie(Headers(scope=scope).get("cookie", ""))
    return cookies[_COOKIE].value if _COOKIE in cookies else None
