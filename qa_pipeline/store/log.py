"""Quarantine, runs and the audit log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from qa_pipeline.store.codec import decode, encode
from qa_pipeline.store.part import StorePart, now
from qa_pipeline.store.records import AuditEntry, QuarantinedRecording, RunRecord
from qa_pipeline.store.tables import audit, quarantine, runs

_COUNTS = Mapping[str, int]
_SECONDS = Mapping[str, float]


class StoredQuarantine(StorePart):
    """The recordings that could not be read."""

    def quarantine(
        self, name: str, path: str, reason: str, recording_id: str | None = None
    ) -> None:
        """Keep a recording's name and reason; a second time renews the reason."""
        seen = {"name": name, "reason": reason, "recording_id": recording_id}
        seen_at = now()
        with self.database.write(f"the reason why {name} was not readable") as connection:
            renewed = connection.execute(
                update(quarantine)
                .where(quarantine.c.path == path)
                .values(**seen, last_seen_at=seen_at)
            )
            if renewed.rowcount == 0:
                connection.execute(
                    insert(quarantine).values(
                        path=path, **seen, first_seen_at=seen_at, last_seen_at=seen_at
                    )
                )

    def quarantined(self) -> tuple[QuarantinedRecording, ...]:
        """The quarantine list by path."""
        with self.database.read() as connection:
            return tuple(
                QuarantinedRecording(
                    path=row.path,
                    name=row.name,
                    reason=row.reason,
                    recording_id=row.recording_id,
                    first_seen_at=row.first_seen_at,
                    last_seen_at=row.last_seen_at,
                )
                for row in connection.execute(select(quarantine).order_by(quarantine.c.path))
            )

    def release(self, path: str) -> None:
        """Take a path off the list; one that is not on it changes nothing."""
        with self.database.write(f"the release of {path}") as connection:
            connection.execute(delete(quarantine).where(quarantine.c.path == path))


class StoredLog(StorePart):
    """What ran, and who did what."""

    def save_run(
        self,
        started_at: datetime,
        finished_at: datetime,
        counts: Mapping[str, int],
        stage_seconds: Mapping[str, float],
    ) -> None:
        """Keep the figures of a finished run."""
        with self.database.write("the run's figures") as connection:
            connection.execute(
                insert(runs).values(
                    started_at=started_at,
                    finished_at=finished_at,
                    counts_json=encode(_COUNTS, counts),
                    stage_seconds_json=encode(_SECONDS, stage_seconds),
                )
            )

    def runs(self) -> tuple[RunRecord, ...]:
        """The finished runs, oldest first."""
        with self.database.read() as connection:
            return tuple(
                RunRecord(
                    run_id=row.run_id,
                    started_at=row.started_at,
                    finished_at=row.finished_at,
                    counts=decode(_COUNTS, row.counts_json),
                    stage_seconds=decode(_SECONDS, row.stage_seconds_json),
                )
                for row in connection.execute(select(runs).order_by(runs.c.run_id))
            )

    def audit(self, who: str, action: str, subject: str, detail: str = "") -> None:
        """Append a line to the audit log."""
        with self.database.write("the audit log") as connection:
            _append(connection, who, action, subject, detail)

    def audit_once(self, who: str, action: str, subject: str, detail: str) -> None:
        """Append a line to the audit log unless exactly this one is in it."""
        same = select(audit.c.entry_id).where(
            audit.c.subject == subject,
            audit.c.who == who,
            audit.c.action == action,
            audit.c.detail == detail,
        )
        with self.database.read() as connection:
            if connection.execute(same.limit(1)).first() is not None:
                return
        with self.database.write("the audit log") as connection:
            if connection.execute(same.limit(1)).first() is None:
                _append(connection, who, action, subject, detail)

    def audit_log(self) -> tuple[AuditEntry, ...]:
        """The audit log, oldest first."""
        with self.database.read() as connection:
            rows = connection.execute(select(audit).order_by(audit.c.entry_id))
            return tuple(map(_entry, rows))

    def audit_page(
        self,
        *,
        who: str | None = None,
        action: str | None = None,
        subject: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> tuple[AuditEntry, ...]:
        """At most `limit` lines of the audit log, newest first, with these values exactly.

        `since` is included, `until` is not; `before` is the entry_id that the page
        before ended with.
        """
        chosen = select(audit).order_by(audit.c.entry_id.desc()).limit(limit)
        equal = ((audit.c.who, who), (audit.c.action, action), (audit.c.subject, subject))
        for column, wanted in equal:
            if wanted is not None:
                chosen = chosen.where(column == wanted)
        if since is not None:
            chosen = chosen.where(audit.c.at >= since)
        if until is not None:
            chosen = chosen.where(audit.c.at < until)
        if before is not None:
            chosen = chosen.where(audit.c.entry_id < before)
        with self.database.read() as connection:
            return tuple(map(_entry, connection.execute(chosen)))

    def audit_names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Everybody who is in the audit log, and every action that is."""
        with self.database.read() as connection:
            who = connection.scalars(select(audit.c.who).distinct().order_by(audit.c.who))
            actions = connection.scalars(select(audit.c.action).distinct().order_by(audit.c.action))
            return tuple(who), tuple(actions)


def _append(connection: Connection, who: str, action: str, subject: str, detail: str) -> None:
    connection.execute(
        insert(audit).values(at=now(), who=who, action=action, subject=subject, detail=detail)
    )


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        entry_id=row.entry_id,
        at=row.at,
        who=row.who,
        action=row.action,
        subject=row.subject,
        detail=row.detail,
    )
