"""Removing old calls: all that the workspace knows of them, in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select, update

from qa_pipeline.domain.case import CaseStatus
from qa_pipeline.store import tables
from qa_pipeline.store.cases import append_verdict, status_now
from qa_pipeline.store.library import forget_cards
from qa_pipeline.store.part import StorePart, now, pages
from qa_pipeline.store.quizzes import forget_items
from qa_pipeline.store.records import PurgeCounts
from qa_pipeline.store.search_index import unindex
from qa_pipeline.store.spoken import forget_removed


class StorePurge(StorePart):
    """The retention of calls."""

    def purge(self, before: datetime) -> PurgeCounts:
        """Remove everything of the calls that took place before a moment, in one transaction.

        Their cases are retired and lose their words; the audit log, run figures
        and rubrics stay. The caller deletes the returned clip files.
        """
        with self.database.write(f"the purge of calls before {before}") as connection:
            calls = tables.calls
            connection.execute(
                insert(tables.purging).from_select(
                    ["call_id", "recording_id"],
                    select(calls.c.call_id, calls.c.recording_id).where(
                        calls.c.effective_at < before
                    ),
                )
            )
            _unindex_marked(connection)
            counts = _purge_marked(connection)
            connection.execute(delete(tables.purging))
        self._forget_log()
        return counts

    def _forget_log(self) -> None:
        if self.database.path is None:
            return
        # The write-ahead log still holds the purged words until it is written back.
        with self.database.read() as connection:
            connection.rollback()
            raw = connection.connection.dbapi_connection
            assert raw is not None
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _unindex_marked(connection: Connection) -> None:
    marked = select(tables.purging.c.call_id)
    moments = connection.scalars(
        select(tables.call_search.c.moment_id).where(tables.call_search.c.call_id.in_(marked))
    ).all()
    for moment_id in moments:
        unindex(connection, moment_id)
    if moments:
        forget_removed(connection)


def _purge_marked(connection: Connection) -> PurgeCounts:
    marked = select(tables.purging.c.call_id)
    recordings = select(tables.purging.c.recording_id)
    judged = select(tables.judgements.c.judgement_id).where(tables.judgements.c.call_id.in_(marked))
    mined = select(tables.cases.c.case_id).where(tables.cases.c.call_id.in_(marked))
    clip_rows = tables.clips.c.case_id.in_(mined)
    clip_paths = tuple(connection.scalars(select(tables.clips.c.path).where(clip_rows)))
    connection.execute(delete(tables.clips).where(clip_rows))
    forget_cards(connection, marked)
    forget_items(connection, marked)
    retired = _retire_cases(connection, connection.scalars(mined).all())

    def gone(table: Table, condition: ColumnElement[bool]) -> int:
        return connection.execute(delete(table).where(condition)).rowcount

    gone(tables.call_summaries, tables.call_summaries.c.judgement_id.in_(judged))
    gone(tables.criterion_scores, tables.criterion_scores.c.judgement_id.in_(judged))
    detections = gone(tables.detections, tables.detections.c.judgement_id.in_(judged))
    judgements = gone(tables.judgements, tables.judgements.c.call_id.in_(marked))
    heard = select(tables.analyses.c.analysis_id).where(
        tables.analyses.c.recording_id.in_(recordings)
    )
    gone(tables.hidden_places, tables.hidden_places.c.analysis_id.in_(heard))
    gone(tables.analyses, tables.analyses.c.recording_id.in_(recordings))
    gone(tables.embeddings, tables.embeddings.c.recording_id.in_(recordings))
    tasks = gone(tables.review_tasks, tables.review_tasks.c.call_id.in_(marked))
    gone(tables.task_starts, tables.task_starts.c.call_id.in_(marked))
    gone(tables.frame_calls, tables.frame_calls.c.call_id.in_(marked))
    gone(tables.gold_calls, tables.gold_calls.c.call_id.in_(marked))
    gone(tables.dispute_rulings, tables.dispute_rulings.c.call_id.in_(marked))
    gone(tables.disputes, tables.disputes.c.call_id.in_(marked))
    reviews = gone(tables.reviews, tables.reviews.c.call_id.in_(marked))
    calls = gone(tables.calls, tables.calls.c.call_id.in_(marked))
    quarantined = gone(tables.quarantine, tables.quarantine.c.recording_id.in_(recordings))
    gone(tables.recordings, tables.recordings.c.recording_id.in_(recordings))
    return PurgeCounts(
        calls=calls,
        judgements=judgements,
        detections=detections,
        tasks=tasks,
        reviews=reviews,
        cases_retired=retired,
        clips=len(clip_paths),
        quarantined=quarantined,
        clip_paths=clip_paths,
    )


def _retire_cases(connection: Connection, case_ids: Sequence[str]) -> int:
    cases, retired = tables.cases, 0
    because = f"its call was purged on {now():%Y-%m-%d}"
    for page in pages(case_ids):
        chosen = cases.c.case_id.in_(page)
        before = connection.execute(
            select(cases.c.case_id, status_now().label("status")).where(chosen)
        )
        for row in before.all():
            if row.status != CaseStatus.RETIRED:
                append_verdict(
                    connection, row.case_id, CaseStatus.RETIRED, who="purge", note=because
                )
                retired += 1
        connection.execute(
            update(cases)
            .where(chosen)
            .values(situation="", quote="", why="", stale_because=because)
        )
    return retired
