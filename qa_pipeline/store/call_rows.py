"""A Call as a row, and what a second delivery may change of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from qa_pipeline.domain.call import Call, Direction, Recording, Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.errors import NotFound, StoreError
from qa_pipeline.store.codec import decode, encode
from qa_pipeline.store.part import now, pages
from qa_pipeline.store.tables import calls, recordings

_HOLDS = tuple[Interval, ...]
_EXTRA = Mapping[str, str]
_JOINED = select(
    calls,
    recordings.c.path,
    recordings.c.name,
    recordings.c.sample_rate_hz,
    recordings.c.duration_ms,
    recordings.c.audio_channels,
).join(recordings, recordings.c.recording_id == calls.c.recording_id)


def calls_of(connection: Connection, call_ids: Sequence[str]) -> dict[str, Call]:
    """The stored calls among `call_ids`, by id."""
    rows = connection.execute(_JOINED.where(calls.c.call_id.in_(call_ids)))
    return {row.call_id: call_from(row) for row in rows}


def call_of_recording(connection: Connection, recording_id: str) -> Call | None:
    row = connection.execute(_JOINED.where(calls.c.recording_id == recording_id)).one_or_none()
    return None if row is None else call_from(row)


def call_from(row: Row[Any]) -> Call:
    """The call of a row of calls joined with recordings."""
    return Call(
        call_id=row.call_id,
        recording=Recording(
            recording_id=row.recording_id,
            path=row.path,
            name=row.name,
            sample_rate_hz=row.sample_rate_hz,
            duration_ms=row.duration_ms,
            audio_channels=row.audio_channels,
        ),
        agent_id=row.agent_id,
        agent_name=row.agent_name,
        team=row.team,
        queue=row.queue,
        direction=None if row.direction is None else Direction(row.direction),
        started_at=row.started_at,
        ring_ms=row.ring_ms,
        holds=decode(_HOLDS, row.holds_json),
        hold_ms=row.hold_ms,
        hang_up_by=None if row.hang_up_by is None else Role(row.hang_up_by),
        agent_channel=row.agent_channel,
        customer_ref=row.customer_ref,
        business_type=row.business_type,
        rating=row.rating,
        extra=decode(_EXTRA, row.extra_json),
    )


def save_call(connection: Connection, call: Call, file_time: datetime | None) -> None:
    """Insert the call with its recording, or update the facts of a known one.

    A fact that this delivery leaves out keeps its stored value. Raises StoreError
    where the id or the recording belongs to another call.
    """
    _check_identity(connection, call)
    stored = call_of_recording(connection, call.recording.recording_id)
    if stored is None:
        connection.execute(insert(recordings).values(**_recording_row(call.recording)))
        facts = _facts_row(call)
        facts["received_at"] = now()
        facts["effective_at"] = call.started_at or file_time or facts["received_at"]
        connection.execute(insert(calls).values(**facts))
        return
    merged = merged_facts(stored, call)
    if merged == stored:
        return
    connection.execute(
        update(recordings)
        .where(recordings.c.recording_id == call.recording.recording_id)
        .values(**_recording_row(merged.recording))
    )
    facts = _facts_row(merged)
    if merged.started_at is not None:
        facts["effective_at"] = merged.started_at
    connection.execute(update(calls).where(calls.c.call_id == call.call_id).values(**facts))


def check_known(connection: Connection, call_ids: Iterable[str]) -> None:
    """Raise NotFound where a call is not stored."""
    wanted = set(call_ids)
    known: set[str] = set()
    for page in pages(sorted(wanted)):
        known.update(connection.scalars(select(calls.c.call_id).where(calls.c.call_id.in_(page))))
    if missing := sorted(wanted - known):
        raise NotFound(
            f"{len(missing)} calls are not in the workspace, the first is {missing[0]};"
            " nothing was saved"
        )


def merged_facts(stored: Call, delivered: Call) -> Call:
    """The delivered call, completed by what only the stored one knows."""
    kept = {
        field.name: getattr(stored, field.name)
        for field in fields(Call)
        if getattr(delivered, field.name) in (None, ())
    }
    return replace(delivered, **kept, extra={**stored.extra, **delivered.extra})


def _check_identity(connection: Connection, call: Call) -> None:
    recording = call.recording
    for row in connection.execute(
        _JOINED.where(
            (calls.c.call_id == call.call_id) | (calls.c.recording_id == recording.recording_id)
        )
    ):
        if row.recording_id != recording.recording_id:
            raise StoreError(
                f"{recording.name}: call id {call.call_id} already belongs to the recording"
                f" {row.name}; nothing was saved; give this one another call_id in calls.csv"
            )
        if row.call_id != call.call_id:
            raise StoreError(
                f"{recording.name}: this recording is already stored as call {row.call_id}, not"
                f" {call.call_id}; nothing was saved; correct call_id in calls.csv"
            )


def _recording_row(recording: Recording) -> dict[str, Any]:
    return {field.name: getattr(recording, field.name) for field in fields(Recording)}


def _facts_row(call: Call) -> dict[str, Any]:
    row = {
        field.name: getattr(call, field.name)
        for field in fields(Call)
        if field.name not in ("recording", "holds", "extra")
    }
    row["recording_id"] = call.recording.recording_id
    row["holds_json"] = encode(_HOLDS, call.holds)
    row["extra_json"] = encode(_EXTRA, call.extra)
    return row
