"""Accounts: who may log in, and as what."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from qa_pipeline.domain.user import (
    NEVER_PERSONAL,
    Account,
    AccountRole,
    account_key,
    account_problem,
)
from qa_pipeline.errors import AccountRefused, NotFound
from qa_pipeline.store.part import StorePart, now
from qa_pipeline.store.tables import accounts, web_sessions


class StoredUsers(StorePart):
    """The accounts; whoever changes one writes the audit log."""

    def add_account(
        self,
        name: str,
        role: AccountRole,
        password_hash: str,
        *,
        inspector_id: str | None = None,
        agent_id: str | None = None,
        sees_personal: bool = False,
    ) -> Account:
        """Add an account and return it.

        Raises AccountRefused where name, role and ids do not go together, the name
        is taken, or another account that may log in has the inspector_id.
        """
        if problem := account_problem(
            name, role, inspector_id, agent_id, sees_personal=sees_personal
        ):
            raise AccountRefused(problem)
        moment = now()
        row = {
            "account_key": account_key(name),
            "name": name,
            "role": role.value,
            "inspector_id": inspector_id,
            "agent_id": agent_id,
            "created_at": moment,
            "disabled_at": None,
            "personal_since": moment if sees_personal else None,
        }
        with self.database.write(f"the account {name}") as connection:
            if _row(connection, name) is not None:
                raise AccountRefused(f"there is an account {name} already; choose another name")
            _check_free(connection, name, inspector_id)
            connection.execute(insert(accounts).values(**row, password_hash=password_hash))
        return self.account(name)

    def account(self, name: str) -> Account:
        """The account of this name in any width and case; NotFound otherwise."""
        with self.database.read() as connection:
            return account_from(_known(connection, name))

    def accounts(self) -> tuple[Account, ...]:
        """All accounts by name, also those that are disabled."""
        with self.database.read() as connection:
            rows = connection.execute(select(accounts).order_by(accounts.c.account_key))
            return tuple(map(account_from, rows))

    def accounts_by_inspector(self) -> Mapping[str, Account]:
        """Who may log in as which inspector, by inspector_id."""
        return {
            account.inspector_id: account
            for account in self.accounts()
            if account.inspector_id and not account.is_disabled
        }

    def password_hash(self, name: str) -> str | None:
        """The hash of an account that may log in; None where there is none."""
        with self.database.read() as connection:
            row = _row(connection, name)
        return None if row is None or row.disabled_at is not None else str(row.password_hash)

    def set_password(self, name: str, password_hash: str) -> None:
        """Give a new password and end every session of the account; NotFound otherwise."""
        with self.database.write(f"the password of {name}") as connection:
            key = _known(connection, name).account_key
            _change(connection, key, password_hash=password_hash)
            _end_sessions(connection, key)

    def renew_hash(self, name: str, old: str, new: str) -> None:
        """Replace a hash of the same password, unless the password was changed meanwhile."""
        with self.database.write(f"the password of {name}") as connection:
            same = (accounts.c.account_key == account_key(name)) & (accounts.c.password_hash == old)
            connection.execute(update(accounts).where(same).values(password_hash=new))

    def disable_account(self, name: str) -> None:
        """Let nobody log in as this account and end its sessions; NotFound otherwise."""
        with self.database.write(f"the account {name}") as connection:
            row = _known(connection, name)
            if row.disabled_at is None:
                _change(connection, row.account_key, disabled_at=now())
            _end_sessions(connection, row.account_key)

    def enable_account(self, name: str) -> None:
        """Let the account log in again; NotFound, or AccountRefused as in `add_account`."""
        with self.database.write(f"the account {name}") as connection:
            row = _known(connection, name)
            _check_free(connection, name, row.inspector_id)
            _change(connection, row.account_key, disabled_at=None)

    def show_personal(self, name: str, *, shown: bool) -> None:
        """Show the account customers' names and numbers from its next page on, or no more.

        Raises NotFound, or AccountRefused where its role is never shown them.
        """
        with self.database.write(f"the account {name}") as connection:
            row = _known(connection, name)
            if shown and row.role in NEVER_PERSONAL:
                raise AccountRefused(
                    f"{row.name} is {row.role}: never shown customers' names and numbers"
                )
            since = (row.personal_since or now()) if shown else None
            _change(connection, row.account_key, personal_since=since)


def account_from(row: Row[Any]) -> Account:
    """The account in a row of the table."""
    return Account(
        name=row.name,
        role=AccountRole(row.role),
        inspector_id=row.inspector_id,
        agent_id=row.agent_id,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        personal_since=row.personal_since,
    )


def _row(connection: Connection, name: str) -> Row[Any] | None:
    chosen = select(accounts).where(accounts.c.account_key == account_key(name))
    return connection.execute(chosen).one_or_none()


def _known(connection: Connection, name: str) -> Row[Any]:
    row = _row(connection, name)
    if row is None:
        raise NotFound(f"there is no account {name}; `qa-pipeline user list` shows them")
    return row


def _check_free(connection: Connection, name: str, inspector_id: str | None) -> None:
    """Reviews are written under the inspector_id: two people must not share one."""
    if inspector_id is None:
        return
    other = connection.scalar(
        select(accounts.c.name).where(
            accounts.c.inspector_id == inspector_id,
            accounts.c.disabled_at.is_(None),
            accounts.c.account_key != account_key(name),
        )
    )
    if other is not None:
        raise AccountRefused(
            f"inspector {inspector_id} is the account {other} already; disable that one first"
        )


def _change(connection: Connection, key: str, **values: Any) -> None:
    connection.execute(update(accounts).where(accounts.c.account_key == key).values(**values))


def _end_sessions(connection: Connection, key: str) -> None:
    connection.execute(delete(web_sessions).where(web_sessions.c.account_key == key))
