"""Cases whose clause was changed by a newer version of the rubric."""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select, update

from qa_pipeline.domain.clause import why_stale
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.store.codec import decode
from qa_pipeline.store.tables import calls, cases, rubrics


def mark_stale(connection: Connection, rubric: Rubric) -> None:
    """Flag the cases that cite this rubric, or clear them, by its newest version.

    Nothing for an older version than the newest; cases of purged calls keep their reason.
    """
    versions = select(func.max(rubrics.c.version)).where(rubrics.c.rubric_id == rubric.rubric_id)
    if connection.execute(versions).scalar() != rubric.version:
        return
    citing = select(cases.c.case_id, cases.c.subject, cases.c.clause_digest).where(
        cases.c.rubric_id == rubric.rubric_id,
        cases.c.clause_digest.is_not(None),
        cases.c.call_id.in_(select(calls.c.call_id)),
    )
    for row in connection.execute(citing).all():
        reason = why_stale(rubric, row.subject, row.clause_digest)
        connection.execute(
            update(cases).where(cases.c.case_id == row.case_id).values(stale_because=reason)
        )


def mark_by_newest(connection: Connection, rubric_ids: Iterable[str]) -> None:
    """Flag or clear the cases that cite these rubrics: a case may come after the change."""
    for rubric_id in sorted(set(rubric_ids)):
        newest = (
            select(rubrics.c.rubric_json)
            .where(rubrics.c.rubric_id == rubric_id)
            .order_by(rubrics.c.version.desc())
            .limit(1)
        )
        text = connection.execute(newest).scalar()
        if text is not None:
            mark_stale(connection, decode(Rubric, text))
