"""Judged calls: saved whole or not at all, read page by page."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select

from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.call import Call
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.phrase_query import PhraseAnswer
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.sampling import CallSummary
from qa_pipeline.domain.scorecard import Evaluation
from qa_pipeline.errors import NotFound, StoreError
from qa_pipeline.store.analysis_rows import (
    analyses_of,
    analysis_row,
    analyzed_call,
    answers_from,
    save_analysis,
)
from qa_pipeline.store.call_rows import call_of_recording, calls_of, save_call
from qa_pipeline.store.codec import digest, encode
from qa_pipeline.store.embeddings import embeddings_of, embeddings_row, save_embeddings
from qa_pipeline.store.judgement_rows import (
    detection_rows,
    evaluations_of,
    judgement_row,
    save_judgement,
    score_rows,
)
from qa_pipeline.store.part import StorePart, pages
from qa_pipeline.store.rubrics import save_rubric
from qa_pipeline.store.search_index import index_facts, index_judged
from qa_pipeline.store.summaries import write_summaries
from qa_pipeline.store.tables import analyses, calls, judgements, quarantine

CALLS_A_PAGE = 16


class StoredJudgedCalls(StorePart):
    """Calls with what was heard in them and how they were judged."""

    def save_judged(
        self,
        judged: JudgedCall,
        rubric: Rubric,
        *,
        file_time: datetime | None = None,
        summary: CallSummary | None = None,
    ) -> None:
        """Save the call, its analysis and judgement in one transaction.

        The judgement becomes the call's current one, older ones are kept; the
        same judgement a second time changes nothing. `file_time` dates a call
        that has no `started_at`; `summary` is kept with the judgement. The
        recording leaves the quarantine. Raises StoreError, with nothing saved,
        also where the rubric's version was used with another content.
        """
        call, evaluation = judged.analyzed.call, judged.evaluation
        _check_consistent(judged, rubric)
        made = judged.analyzed.embeddings
        meant = None if made is None else embeddings_row(call.recording.recording_id, made)
        heard = analysis_row(judged.analyzed, None if meant is None else meant["embeddings_id"])
        row = judgement_row(evaluation)
        row["judgement_key"] = judged.judgement_key
        row["analysis_id"] = heard["analysis_id"]
        row["baseline_id"] = judged.baseline_id
        row["content_digest"] = digest(
            heard["analysis_id"], rubric.digest, encode(Evaluation, evaluation)
        )
        detected, scored = detection_rows(evaluation), score_rows(evaluation)
        with self.database.write(call.recording.name) as connection:
            save_rubric(connection, rubric)
            save_call(connection, call, file_time)
            if meant is not None:
                save_embeddings(connection, meant)
            save_analysis(connection, heard)
            save_judgement(connection, row, detected, scored)
            if summary is not None:
                write_summaries(connection, (summary,))
            index_judged(connection, judged)
            connection.execute(delete(quarantine).where(quarantine.c.path == call.recording.path))

    def update_call(self, call: Call) -> None:
        """Update the facts of a stored call after a second delivery; NotFound otherwise.

        A fact that this delivery leaves out keeps its stored value.
        """
        with self.database.write(call.recording.name) as connection:
            if call_of_recording(connection, call.recording.recording_id) is None:
                raise self._unknown(call.call_id)
            save_call(connection, call, None)
            if not index_facts(connection, call.call_id):
                for judged in _judged_page(connection, (call.call_id,), all_versions=False):
                    index_judged(connection, judged)

    def index_calls(self, call_ids: Sequence[str]) -> int:
        """Let searches find stored calls; how many were indexed.

        For calls that were saved by an older version, a few in one transaction.
        """
        indexed = 0
        for page in pages(call_ids, CALLS_A_PAGE):
            with self.database.write("the index of calls") as connection:
                for judged in _judged_page(connection, page, all_versions=False):
                    index_judged(connection, judged)
                    indexed += 1
        return indexed

    def judged_calls(
        self,
        *,
        call_ids: Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        all_versions: bool = False,
    ) -> Iterator[JudgedCall]:
        """The judged calls in order of call_id, read a few at a time.

        `since` is included, `until` is not; they are compared with started_at,
        else the file's time, else the time of saving. Ids that are not stored are
        left out. With `all_versions` a call comes once for each judgement, oldest
        first.
        """
        for page in pages(self.call_ids(call_ids=call_ids, since=since, until=until), CALLS_A_PAGE):
            with self.database.read() as connection:
                found = _judged_page(connection, page, all_versions)
            yield from found

    def judged_call(self, call_id: str) -> JudgedCall:
        """The call with its current judgement; NotFound for an unknown id."""
        for judged in self.judged_calls(call_ids=(call_id,)):
            return judged
        raise self._unknown(call_id)

    def call_ids(
        self,
        *,
        call_ids: Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[str, ...]:
        """The ids of the stored calls in order, limited as in `judged_calls`."""
        chosen = select(calls.c.call_id)
        if since is not None:
            chosen = chosen.where(calls.c.effective_at >= since)
        if until is not None:
            chosen = chosen.where(calls.c.effective_at < until)
        with self.database.read() as connection:
            if call_ids is None:
                return tuple(connection.scalars(chosen.order_by(calls.c.call_id)))
            found: set[str] = set()
            for page in pages(call_ids):
                found.update(connection.scalars(chosen.where(calls.c.call_id.in_(page))))
        return tuple(sorted(found))

    def effective_times(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> Mapping[str, datetime]:
        """When each call took place, by call_id: started_at, else the file's time."""
        chosen = select(calls.c.call_id, calls.c.effective_at).order_by(calls.c.call_id)
        if since is not None:
            chosen = chosen.where(calls.c.effective_at >= since)
        if until is not None:
            chosen = chosen.where(calls.c.effective_at < until)
        with self.database.read() as connection:
            return {row.call_id: row.effective_at for row in connection.execute(chosen)}

    def _unknown(self, call_id: str) -> NotFound:
        return NotFound(
            f"call {call_id} is not in {self.database.name}; `qa-pipeline export calls` lists"
            " the calls that are"
        )


class StoredWork(StorePart):
    """What has been done already, so that it is not done twice."""

    def analysis_of(self, recording_id: str, engine_digest: str) -> AnalyzedCall | None:
        """What this engine heard in the recording, None where it has not listened yet."""
        return self._newest_analysis(recording_id, engine_digest)

    def any_analysis(self, recording_id: str) -> AnalyzedCall | None:
        """The analysis behind the current judgement, whatever engine made it."""
        return self._newest_analysis(recording_id, None)

    def answers_of(self, recording_id: str) -> tuple[PhraseAnswer, ...]:
        """What the recognizer answered about the recording, as its current judgement cites it."""
        chosen = (
            select(analyses.c.answers_json)
            .join(judgements, judgements.c.analysis_id == analyses.c.analysis_id)
            .where(analyses.c.recording_id == recording_id)
            .where(judgements.c.is_current)
        )
        with self.database.read() as connection:
            return answers_from(connection.execute(chosen).scalar())

    def has_recording(self, recording_id: str, engine_digest: str | None = None) -> bool:
        """Whether the recording is stored (heard by this engine, where one is given)."""
        chosen = select(analyses.c.analysis_id).where(analyses.c.recording_id == recording_id)
        if engine_digest is not None:
            chosen = chosen.where(analyses.c.engine_digest == engine_digest)
        with self.database.read() as connection:
            return connection.execute(chosen.limit(1)).first() is not None

    def call_of(self, recording_id: str) -> Call | None:
        """The stored facts of the recording's call."""
        with self.database.read() as connection:
            return call_of_recording(connection, recording_id)

    def call_id_taken_by(self, call_id: str) -> str | None:
        """The recording_id that has this call_id, None when it is free."""
        with self.database.read() as connection:
            return connection.execute(
                select(calls.c.recording_id).where(calls.c.call_id == call_id)
            ).scalar()

    def judged_since(self, moment: datetime | None) -> tuple[str, ...]:
        """The calls whose current judgement was saved at or after a moment (None: all)."""
        chosen = select(judgements.c.call_id).where(judgements.c.is_current)
        if moment is not None:
            chosen = chosen.where(judgements.c.judged_at >= moment)
        with self.database.read() as connection:
            return tuple(connection.scalars(chosen.order_by(judgements.c.call_id)))

    def judgement_exists(self, call_id: str, judgement_key: str) -> bool:
        """Whether the call was judged under this key, now or earlier."""
        with self.database.read() as connection:
            found = connection.execute(
                select(judgements.c.judgement_id)
                .where(judgements.c.call_id == call_id)
                .where(judgements.c.judgement_key == judgement_key)
                .limit(1)
            )
            return found.first() is not None

    def current_judgement_keys(self, recording_ids: Sequence[str]) -> Mapping[str, str]:
        """The current judgement's key by recording_id; unknown recordings are left out."""
        chosen = (
            select(calls.c.recording_id, judgements.c.judgement_key)
            .join(calls, calls.c.call_id == judgements.c.call_id)
            .where(judgements.c.is_current)
        )
        keys: dict[str, str] = {}
        with self.database.read() as connection:
            for page in pages(recording_ids):
                for row in connection.execute(chosen.where(calls.c.recording_id.in_(page))):
                    keys[row.recording_id] = row.judgement_key
        return keys

    def _newest_analysis(self, recording_id: str, engine_digest: str | None) -> AnalyzedCall | None:
        chosen = (
            select(analyses)
            .join(judgements, judgements.c.analysis_id == analyses.c.analysis_id)
            .where(analyses.c.recording_id == recording_id)
            .order_by(judgements.c.is_current.desc(), judgements.c.judgement_id.desc())
        )
        if engine_digest is not None:
            chosen = chosen.where(analyses.c.engine_digest == engine_digest)
        with self.database.read() as connection:
            row = connection.execute(chosen.limit(1)).one_or_none()
            call = call_of_recording(connection, recording_id)
            if row is None or call is None:
                return None
            meant = embeddings_of(connection, (row.embeddings_id,))
        return analyzed_call(call, row, meant.get(row.embeddings_id))


def _judged_page(
    connection: Connection, call_ids: Sequence[str], all_versions: bool
) -> list[JudgedCall]:
    chosen = select(judgements).where(judgements.c.call_id.in_(call_ids))
    if not all_versions:
        chosen = chosen.where(judgements.c.is_current)
    rows = connection.execute(
        chosen.order_by(judgements.c.call_id, judgements.c.judgement_id)
    ).all()
    heard = analyses_of(connection, [row.analysis_id for row in rows])
    meant = embeddings_of(connection, [row.embeddings_id for row in heard.values()])
    stored = calls_of(connection, call_ids)
    evaluations = evaluations_of(connection, rows)
    return [
        JudgedCall(
            analyzed=analyzed_call(
                stored[row.call_id],
                heard[row.analysis_id],
                meant.get(heard[row.analysis_id].embeddings_id),
            ),
            evaluation=evaluations[row.judgement_id],
            judgement_key=row.judgement_key,
            baseline_id=row.baseline_id,
        )
        for row in rows
    ]


def _check_consistent(judged: JudgedCall, rubric: Rubric) -> None:
    card = judged.evaluation.scorecard
    ids = {judged.call_id, judged.evaluation.call_id, card.call_id}
    if len(ids) > 1:
        raise StoreError(f"one judgement speaks of several calls: {', '.join(sorted(ids))}")
    cited = (card.rubric_id, card.rubric_version, card.rubric_digest)
    if cited != (rubric.rubric_id, rubric.version, rubric.digest):
        raise StoreError(
            f"{judged.call_id}: its scorecard cites rubric {cited}, not the one it is saved with"
        )
