"""Who is asking: the account of the request's session."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from fastapi import HTTPException, Request
from starlette.requests import HTTPConnection

from qa_pipeline.domain.user import Account
from qa_pipeline.review_web.access import ROLES, Permission

SESSION_COOKIE = "qa_session"
LOGIN_COOKIE = "qa_login"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A logged-in person; `csrf` is what their forms must bring back."""

    account: Account
    token_digest: str
    csrf: str

    def may(self, permission: Permission) -> bool:
        return permission in ROLES[self.account.role]

    @property
    def session_name(self) -> str:
        """A name for the session that tells nobody its token."""
        return f"session {self.token_digest[:12]}"


def visitor_of(request: Request) -> Visitor:
    """The person behind the request; 401 where nobody is logged in."""
    visitor = visitor_or_none(request)
    if visitor is None:
        raise HTTPException(status_code=401)
    return visitor


def visitor_or_none(request: HTTPConnection) -> Visitor | None:
    found = getattr(request.state, "visitor", None)
    return found if isinstance(found, Visitor) else None


def new_token() -> str:
    """256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """What the store keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_of(token: str) -> str:
    """The form token that belongs to a session's token and does not give it away."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def cookie_name(name: str, connection: HTTPConnection) -> str:
    """With https the browser itself keeps the cookie to this host and to https."""
    return f"__Host-{name}" if connection.url.scheme == "https" else name


def cookie_token(connection: HTTPConnection, name: str) -> str | None:
    """The token in a cookie of ours; None where there is none that could be one."""
    token = connection.cookies.get(cookie_name(name, connection), "")
    return token if token.isascii() and 20 <= len(token) <= 100 else None
