"""Argon2id hashes of passwords."""

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from qa_pipeline.domain.user import account_key
from qa_pipeline.settings import WebSettings

MAX_PASSWORD_CHARS = 256
TOO_SHORT = "密码至少 {n} 个字符。"
UNUSABLE = "密码最多 256 个字符，不能含控制字符。"
GUESSABLE = "密码太容易猜：不要包含用户名，也不要只用几个字符。"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class Passwords:
    """Hashes and checks passwords; a check takes as long for a name that nobody has."""

    def __init__(self, settings: WebSettings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.argon2_passes,
            memory_cost=settings.argon2_memory_kib,
            parallelism=1,
        )
        self._nobodys = self._hasher.hash(secrets.token_hex())

    def hash(self, password: str) -> str:
        return self._hasher.hash(_normal(password))

    def matches(self, known: str | None, password: str) -> bool:
        """Whether the password is the one behind the hash; never for None."""
        try:
            is_same = self._hasher.verify(known or self._nobodys, _normal(password))
        except (VerificationError, InvalidHashError):
            return False
        return is_same and known is not None

    def is_outdated(self, known: str) -> bool:
        """Whether the hash was made with other parameters than now."""
        return self._hasher.check_needs_rehash(known)


def password_problem(password: str, name: str, min_chars: int) -> str | None:
    """Why this cannot be a password, in the page's Chinese with `{n}` for `min_chars`."""
    if len(password) < min_chars:
        return TOO_SHORT
    if len(password) > MAX_PASSWORD_CHARS or not password.isprintable():
        return UNUSABLE
    if account_key(name) in account_key(password) or len(set(password)) < 4:
        return GUESSABLE
    return None


def new_password() -> str:
    """Sixteen random letters and digits (79 bits) that are hard to misread, in fours."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def _normal(password: str) -> str:
    """The same for every input method's width."""
    return unicodedata.normalize("NFKC", password)
