"""Judgements reduced to what planning reads, written in bulk and read without decoding."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, false, func, insert, or_, select

from qa_pipeline.domain.sampling import (
    CallSummary,
    FrameCall,
    ReviewLoad,
    SummarizedCall,
    Unfit,
)
from qa_pipeline.store.codec import decode, encode
from qa_pipeline.store.part import StorePart, pages
from qa_pipeline.store.tables import (
    call_summaries,
    calls,
    frame_calls,
    frames,
    judgements,
    recordings,
)

_PREDICTED = Mapping[str, float]


class StoredSummaries(StorePart):
    """The summaries of current judgements."""

    def save_summaries(self, summaries: Iterable[CallSummary]) -> None:
        """Keep each summary with its call's current judgement, in place of an older one."""
        made = tuple(summaries)
        if not made:
            return
        with self.database.write("the summaries of calls") as connection:
            for page in pages(made):
                write_summaries(connection, page)

    def calls_to_summarize(self, version: str) -> tuple[str, ...]:
        """Calls whose judgement has no summary, or one by older code while no day was drawn."""
        framed = select(frame_calls.c.call_id).where(frame_calls.c.call_id == calls.c.call_id)
        chosen = (
            select(calls.c.call_id)
            .join(judgements, _current())
            .outerjoin(call_summaries, call_summaries.c.judgement_id == judgements.c.judgement_id)
            .where(
                or_(
                    call_summaries.c.judgement_id.is_(None),
                    (call_summaries.c.version != version) & ~framed.exists(),
                )
            )
        )
        with self.database.read() as connection:
            return tuple(connection.scalars(chosen.order_by(calls.c.call_id)))

    def summarized_calls(
        self, frame_day: date | None, complaint_words: Sequence[str] = ()
    ) -> tuple[SummarizedCall, ...]:
        """The calls of a day's frame, or (None) those that stand in no frame, by call_id.

        A call is a complaint where its business type or queue holds one of the words.
        """
        in_frame = select(frame_calls.c.call_id).where(frame_calls.c.call_id == calls.c.call_id)
        wanted = (
            ~in_frame.exists()
            if frame_day is None
            else in_frame.where(frame_calls.c.day == frame_day).exists()
        )
        chosen = _summarized(complaint_words).where(wanted).order_by(calls.c.call_id)
        with self.database.read() as connection:
            return tuple(map(_summarized_call, connection.execute(chosen)))

    def summarized_by_id(self, call_ids: Sequence[str]) -> tuple[SummarizedCall, ...]:
        """The summarized calls among `call_ids`, by call_id."""
        found: list[SummarizedCall] = []
        with self.database.read() as connection:
            for page in pages(sorted(call_ids)):
                chosen = _summarized(()).where(calls.c.call_id.in_(page)).order_by(calls.c.call_id)
                found += map(_summarized_call, connection.execute(chosen))
        return tuple(found)

    def n_framed_calls(self) -> int:
        """How many calls stand in some day's frame."""
        with self.database.read() as connection:
            return connection.scalar(select(func.count()).select_from(frame_calls)) or 0

    def frame_calls(self, since: date, until: date) -> Iterator[FrameCall]:
        """Every call that could have been drawn on the days, by day and call_id.

        `since` is included, `until` is not. What was predicted is of the current
        judgement.
        """
        chosen = (
            select(
                calls.c.call_id,
                frame_calls.c.day,
                calls.c.agent_id,
                calls.c.team,
                calls.c.queue,
                judgements.c.rubric_id,
                frame_calls.c.probability,
                frames.c.design_id,
                call_summaries.c.predicted_json,
            )
            .join(frame_calls, frame_calls.c.call_id == calls.c.call_id)
            .join(frames, frames.c.day == frame_calls.c.day)
            .join(judgements, _current())
            .outerjoin(call_summaries, call_summaries.c.judgement_id == judgements.c.judgement_id)
            .where(frame_calls.c.day >= since, frame_calls.c.day < until)
            .order_by(frame_calls.c.day, calls.c.call_id)
        )
        with self.database.read() as connection:
            for row in connection.execute(chosen):
                yield _frame_call(row)


def write_summaries(connection: Connection, summaries: Sequence[CallSummary]) -> None:
    """Write summaries (at most a page of them) within the open transaction."""
    by_call = {summary.call_id: summary for summary in summaries}
    current = select(judgements.c.call_id, judgements.c.judgement_id).where(
        judgements.c.is_current, judgements.c.call_id.in_(list(by_call))
    )
    rows = [
        _summary_row(by_call[row.call_id], row.judgement_id) for row in connection.execute(current)
    ]
    ids = [row["judgement_id"] for row in rows]
    connection.execute(delete(call_summaries).where(call_summaries.c.judgement_id.in_(ids)))
    if rows:
        connection.execute(insert(call_summaries), rows)


def _current() -> ColumnElement[bool]:
    return (judgements.c.call_id == calls.c.call_id) & judgements.c.is_current


def complaint_of(words: Sequence[str]) -> ColumnElement[bool]:
    """Whether a call's business type or queue holds one of the words."""
    found = [
        column.icontains(word, autoescape=True)
        for word in words
        for column in (calls.c.business_type, calls.c.queue)
    ]
    return or_(false(), *found)


def _summarized(complaint_words: Sequence[str]) -> Select[Any]:
    return (
        select(
            calls.c.call_id,
            calls.c.agent_id,
            calls.c.team,
            calls.c.effective_at,
            recordings.c.duration_ms,
            complaint_of(complaint_words).label("is_complaint"),
            call_summaries.c.risk,
            call_summaries.c.findings,
            call_summaries.c.heard_ms,
            call_summaries.c.rest_ms,
            call_summaries.c.n_spans,
            call_summaries.c.unfit,
            call_summaries.c.abstained,
        )
        .join(recordings, recordings.c.recording_id == calls.c.recording_id)
        .join(judgements, _current())
        .join(call_summaries, call_summaries.c.judgement_id == judgements.c.judgement_id)
    )


def _summarized_call(row: Any) -> SummarizedCall:
    (call_id, agent_id, team, at, duration_ms, complaint, risk, findings, *rest) = row
    heard_ms, rest_ms, n_spans, unfit, abstained = rest
    return SummarizedCall(
        call_id=call_id,
        agent_id=agent_id,
        team=team,
        started_at=at,
        duration_ms=duration_ms,
        is_complaint=bool(complaint),
        risk=risk,
        findings=findings,
        load=ReviewLoad(heard_ms=heard_ms, rest_ms=rest_ms, n_spans=n_spans),
        unfit=None if unfit is None else Unfit(unfit),
        abstained=abstained,
    )


def _frame_call(row: Any) -> FrameCall:
    call_id, day, agent_id, team, queue, rubric_id, probability, design_id, predicted = row
    return FrameCall(
        call_id=call_id,
        day=day,
        agent_id=agent_id,
        team=team,
        queue=queue,
        rubric_id=rubric_id,
        inclusion_probability=probability,
        design_id=design_id,
        predicted={} if predicted is None else decode(_PREDICTED, predicted),
    )


def _summary_row(summary: CallSummary, judgement_id: int) -> dict[str, Any]:
    return {
        "judgement_id": judgement_id,
        "version": summary.version,
        "risk": summary.risk,
        "heard_ms": summary.load.heard_ms,
        "rest_ms": summary.load.rest_ms,
        "n_spans": summary.load.n_spans,
        "unfit": None if summary.unfit is None else summary.unfit.value,
        "abstained": summary.abstained,
        "findings": summary.findings,
        "predicted_json": encode(_PREDICTED, dict(summary.predicted)),
    }
