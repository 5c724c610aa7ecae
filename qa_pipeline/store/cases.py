"""The case library: what was mined, and what a trainer made of it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, insert, select, update

from qa_pipeline.domain.case import Case, CaseKind, CaseStatus
from qa_pipeline.domain.interval import Interval
from qa_pipeline.errors import NotFound
from qa_pipeline.store.call_rows import check_known
from qa_pipeline.store.part import StorePart, now
from qa_pipeline.store.staleness import mark_by_newest
from qa_pipeline.store.tables import case_verdicts, cases, clips


def status_now() -> ColumnElement[str | None]:
    """The newest verdict's status, NULL for a case that nobody has judged."""
    return (
        select(case_verdicts.c.status)
        .where(case_verdicts.c.case_id == cases.c.case_id)
        .order_by(case_verdicts.c.verdict_id.desc())
        .limit(1)
        .scalar_subquery()
    )


class StoredCases(StorePart):
    """Cases with their status and clips."""

    def save_candidates(self, mined: Iterable[Case]) -> int:
        """Insert new candidates, refresh known ones; returns how many were new.

        An approved or retired case stays as it is. One whose clause was changed since
        its call was judged is flagged stale. All or none: NotFound where
        one names a call that is not stored.
        """
        rows = {case.case_id: _row(case) for case in mined}
        added = 0
        with self.database.write("the cases") as connection:
            check_known(connection, {row["call_id"] for row in rows.values()})
            for case_id, row in rows.items():
                known = connection.execute(joined_cases().where(cases.c.case_id == case_id)).first()
                if known is None:
                    connection.execute(insert(cases).values(**row, mined_at=now()))
                    added += 1
                elif known.status in (None, CaseStatus.CANDIDATE):
                    connection.execute(
                        update(cases).where(cases.c.case_id == case_id).values(**row)
                    )
            mark_by_newest(connection, filter(None, (row["rubric_id"] for row in rows.values())))
        return added

    def cases(
        self,
        status: CaseStatus | None = None,
        subject: str | None = None,
        kind: CaseKind | None = None,
    ) -> tuple[Case, ...]:
        """The cases by subject, kind and falling score."""
        chosen = joined_cases().order_by(
            cases.c.subject, cases.c.kind, cases.c.score.desc(), cases.c.case_id
        )
        if subject is not None:
            chosen = chosen.where(cases.c.subject == subject)
        if kind is not None:
            chosen = chosen.where(cases.c.kind == kind.value)
        with self.database.read() as connection:
            found = tuple(map(stored_case, connection.execute(chosen)))
        return tuple(case for case in found if status in (None, case.status))

    def case(self, case_id: str) -> Case:
        """One case; NotFound for an unknown id."""
        with self.database.read() as connection:
            return stored_case(self._known(connection, case_id))

    def set_case_status(
        self, case_id: str, status: CaseStatus, *, who: str = "", note: str = ""
    ) -> None:
        """Append a verdict on a case; NotFound for an unknown id."""
        with self.database.write(f"the status of case {case_id}") as connection:
            self._known(connection, case_id)
            append_verdict(connection, case_id, status, who=who, note=note)

    def save_clip(self, case_id: str, path: str) -> None:
        """Note the file that was cut for a case, so that a purge can name it."""
        with self.database.write(f"the clip of case {case_id}") as connection:
            self._known(connection, case_id)
            if connection.execute(select(clips).where(clips.c.path == path)).first() is None:
                connection.execute(insert(clips).values(path=path, case_id=case_id, cut_at=now()))

    def clip_paths(self, case_id: str | None = None) -> tuple[str, ...]:
        """The clip files of one case, or of all."""
        chosen = select(clips.c.path).order_by(clips.c.path)
        if case_id is not None:
            chosen = chosen.where(clips.c.case_id == case_id)
        with self.database.read() as connection:
            return tuple(connection.scalars(chosen))

    def _known(self, connection: Connection, case_id: str) -> Row[Any]:
        row = connection.execute(joined_cases().where(cases.c.case_id == case_id)).first()
        if row is None:
            raise NotFound(
                f"case {case_id} is not in {self.database.name}; `qa-pipeline cases list` shows"
                " the cases that are"
            )
        return row


def append_verdict(
    connection: Connection, case_id: str, status: CaseStatus, *, who: str, note: str
) -> None:
    connection.execute(
        insert(case_verdicts).values(
            case_id=case_id, status=status.value, who=who, note=note, decided_at=now()
        )
    )


def joined_cases() -> Select[Any]:
    """The cases with their status, for `stored_case`."""
    return select(cases, status_now().label("status"))


def _row(case: Case) -> dict[str, Any]:
    return {
        "case_id": case.case_id,
        "call_id": case.call_id,
        "subject": case.subject,
        "kind": case.kind.value,
        "clip_start_ms": case.clip.start_ms,
        "clip_end_ms": case.clip.end_ms,
        "evidence_start_ms": case.evidence.start_ms,
        "evidence_end_ms": case.evidence.end_ms,
        "situation": case.situation,
        "quote": case.quote,
        "why": case.why,
        "score": case.score,
        "stale_because": case.stale_because,
        "rubric_id": case.rubric_id,
        "rubric_version": case.rubric_version,
        "clause_digest": case.clause_digest,
        "difficulty": case.difficulty,
    }


def stored_case(row: Row[Any]) -> Case:
    return Case(
        case_id=row.case_id,
        call_id=row.call_id,
        subject=row.subject,
        kind=CaseKind(row.kind),
        clip=Interval(row.clip_start_ms, row.clip_end_ms),
        evidence=Interval(row.evidence_start_ms, row.evidence_end_ms),
        situation=row.situation,
        quote=row.quote,
        why=row.why,
        score=row.score,
        status=CaseStatus(row.status or CaseStatus.CANDIDATE),
        stale_because=row.stale_because,
        rubric_id=row.rubric_id,
        rubric_version=row.rubric_version,
        clause_digest=row.clause_digest,
        difficulty=row.difficulty,
    )
