"""Form tokens: a change must bring back what its own session's page was given."""

import hmac

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive, Scope

FIELD = "csrf_token"
HEADER = "x-csrf-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


async def read_body(receive: Receive, limit: int) -> bytes | None:
    """The whole body; None where it is longer than `limit` bytes or breaks off."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


def replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read, then what comes behind it."""
    left = [body]

    async def again() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return again


async def form_fields(scope: Scope, body: bytes, receive: Receive) -> dict[str, str]:
    """The text fields of a form; none where the body is no form."""
    request = Request(scope, replayed(body, receive))
    if not request.headers.get("content-type", "").lower().startswith(_FORMS):
        return {}
    try:
        async with request.form() as form:
            return {name: value for name, value in form.items() if isinstance(value, str)}
    except HTTPException:  # a multipart body that is none
        return {}


def is_right(given: str | None, expected: str | None) -> bool:
    """Whether the token is the session's; in constant time, never where there is none."""
    if not given or not expected:
        return False
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
