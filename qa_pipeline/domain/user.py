"""Who may use the review desk, and as what."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_NAME = re.compile(r"[\w@.+-]{1,64}")


class AccountRole(StrEnum):
    INSPECTOR = "inspector"
    TRAINER = "trainer"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    ADMIN = "admin"


NEVER_PERSONAL = frozenset({AccountRole.AGENT, AccountRole.ADMIN})
"""Who is never shown customers' data: agents need it no more, administrators see no calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who may log in.

    An inspector's carries the inspector_id that reviews are written under, an
    agent's the agent_id whose calls it may see; a supervisor who also reviews may
    carry an inspector_id. No other role carries either. Customers' names and numbers
    are shown to whom `personal_since` says since when, and to nobody by role.
    """

    name: str
    role: AccountRole
    inspector_id: str | None = None
    agent_id: str | None = None
    created_at: datetime
    disabled_at: datetime | None = None
    personal_since: datetime | None = None

    @property
    def is_disabled(self) -> bool:
        return self.disabled_at is not None

    @property
    def sees_personal(self) -> bool:
        return self.personal_since is not None


def account_key(name: str) -> str:
    """What an account is looked up by: width and case of the name do not matter."""
    return unicodedata.normalize("NFKC", name.strip()).casefold()


def account_problem(
    name: str,
    role: AccountRole,
    inspector_id: str | None,
    agent_id: str | None,
    *,
    sees_personal: bool = False,
) -> str | None:
    """Why there can be no such account, None where there can."""
    if not _NAME.fullmatch(name):
        return f"the name {name[:80]!r} must be 1 to 64 letters, digits or any of . _ - + @"
    if role is AccountRole.INSPECTOR and not inspector_id:
        return "an inspector needs the inspector_id that tasks are planned for"
    if role is AccountRole.AGENT and not agent_id:
        return "an agent needs the agent_id of their calls"
    if inspector_id and role not in (AccountRole.INSPECTOR, AccountRole.SUPERVISOR):
        return f"the role {role} carries no inspector_id"
    if agent_id and role is not AccountRole.AGENT:
        return f"the role {role} carries no agent_id"
    if sees_personal and role in NEVER_PERSONAL:
        return f"the role {role} is never shown customers' names and numbers"
    return None
