"""Quarantine, runs and the audit log."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, insert, select, update

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
            connection.execute(
                insert(audit).values(
                    at=now(), who=who, action=action, subject=subject, detail=detail
                )
            )

    def audit_log(self) -> tuple[AuditEntry, ...]:
        """The audit log, oldest first."""
        with self.database.read() as connection:
            return tuple(
                AuditEntry(
                    at=row.at,
                    who=row.who,
                    action=row.action,
                    subject=row.subject,
                    detail=row.detail,
                )
                for row in connection.execute(select(audit).order_by(audit.c.entry_id))
            )
