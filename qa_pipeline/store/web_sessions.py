"""Sessions of the review desk, and the logins that were tried."""

import hashlib
from datetime import timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from qa_pipeline.domain.user import Account, account_key
from qa_pipeline.store.part import StorePart, now
from qa_pipeline.store.tables import accounts, login_attempts, web_sessions
from qa_pipeline.store.users import account_from

SEEN_EVERY = timedelta(minutes=1)
"""How exact the last use of a session is kept: not every request writes."""


class StoredSessions(StorePart):
    """Who is logged in. Tokens never get here, only their SHA-256 in hex."""

    def open_session(
        self, name: str, token_digest: str, *, password_hash: str, instead_of: str | None = None
    ) -> bool:
        """Log the account in; `instead_of` is a session of the same browser that ends.

        False where the account was disabled, or its password is no longer the one
        that was checked.
        """
        moment, key = now(), account_key(name)
        checked = select(accounts.c.name).where(
            accounts.c.account_key == key,
            accounts.c.password_hash == password_hash,
            accounts.c.disabled_at.is_(None),
        )
        with self.database.write(f"the session of {name}") as connection:
            if instead_of is not None:
                _end(connection, instead_of)
            if connection.execute(checked).first() is None:
                return False
            connection.execute(
                insert(web_sessions).values(
                    token_digest=token_digest, account_key=key, opened_at=moment, seen_at=moment
                )
            )
        return True

    def session_account(
        self, token_digest: str, *, idle: timedelta, longest: timedelta
    ) -> Account | None:
        """Whose session this is; None where it is unknown, ended or too old.

        A session ends `idle` after its last use and `longest` after the login.
        """
        moment = now()
        with self.database.read() as connection:
            row = connection.execute(
                select(accounts, web_sessions.c.opened_at, web_sessions.c.seen_at)
                .join(web_sessions, web_sessions.c.account_key == accounts.c.account_key)
                .where(web_sessions.c.token_digest == token_digest)
                .where(accounts.c.disabled_at.is_(None))
            ).one_or_none()
        if row is None:
            return None
        if moment - row.seen_at >= idle or moment - row.opened_at >= longest:
            self.end_session(token_digest)
            return None
        if moment - row.seen_at >= min(SEEN_EVERY, idle / 10):
            self._touch(token_digest)
        return account_from(row)

    def end_session(self, token_digest: str) -> None:
        """Log out; a session that is gone changes nothing."""
        with self.database.write("the end of a session") as connection:
            _end(connection, token_digest)

    def forget_old_sessions(self, *, idle: timedelta, longest: timedelta) -> None:
        """Remove the sessions that can no longer be used."""
        moment = now()
        old = (web_sessions.c.seen_at <= moment - idle) | (
            web_sessions.c.opened_at <= moment - longest
        )
        with self.database.write("the end of old sessions") as connection:
            connection.execute(delete(web_sessions).where(old))

    def begin_login(
        self, name: str, address: str, *, within: timedelta, per_account: int, per_address: int
    ) -> int | None:
        """Count a login that is about to be checked; None where there were too many.

        Counted before the password is looked at, so that a hundred at once are a
        hundred. `login_succeeded` takes it back.
        """
        moment, digest = now(), _digest(name)
        attempts = login_attempts.c
        with self.database.write("a login") as connection:
            connection.execute(delete(login_attempts).where(attempts.at <= moment - within))
            for same, limit in (
                (attempts.name_digest == digest, per_account),
                (attempts.address == address, per_address),
            ):
                count = select(func.count()).select_from(login_attempts).where(same)
                if (connection.scalar(count) or 0) >= limit:
                    return None
            added = connection.execute(
                insert(login_attempts).values(name_digest=digest, address=address, at=moment)
            )
            return int(added.inserted_primary_key[0]) if added.inserted_primary_key else None

    def login_succeeded(self, attempt_id: int, name: str) -> None:
        """Forget this attempt and the earlier failures with this name."""
        attempts = login_attempts.c
        done = (attempts.attempt_id == attempt_id) | (attempts.name_digest == _digest(name))
        with self.database.write("a login") as connection:
            connection.execute(delete(login_attempts).where(done))

    def _touch(self, token_digest: str) -> None:
        with self.database.write("the use of a session") as connection:
            same = web_sessions.c.token_digest == token_digest
            connection.execute(update(web_sessions).where(same).values(seen_at=now()))


def _digest(name: str) -> str:
    return hashlib.sha256(account_key(name).encode("utf-8", "surrogatepass")).hexdigest()


def _end(connection: Connection, token_digest: str) -> None:
    connection.execute(delete(web_sessions).where(web_sessions.c.token_digest == token_digest))
