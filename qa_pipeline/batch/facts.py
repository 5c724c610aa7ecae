"""Whose call a recording holds, and by which rubric it is judged."""

from dataclasses import replace

from qa_pipeline.batch.shift import Shift
from qa_pipeline.domain.call import Call, Recording
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.ingest import CallFacts, call_for, fields_from_name
from qa_pipeline.rubric_files import route
from qa_pipeline.store import merged_facts


def call_of(shift: Shift, recording: Recording, transcript_facts: CallFacts | None) -> Call:
    """The call from calls.csv, the ready transcript and the file name, in that order.

    The option `--agent-channel` wins over all three.
    """
    row = shift.table.row_for(recording) if shift.table else None
    named = None
    if shift.name_pattern is not None:
        zone = shift.settings.queue.centre_time_zone
        named, _ = fields_from_name(recording.name, shift.name_pattern, zone)
    call = call_for(recording, row, transcript_facts, named)
    if shift.options.agent_channel is not None:
        call = replace(call, agent_channel=shift.options.agent_channel)
    return call


def settled(shift: Shift, call: Call) -> Call:
    """The call with its own id and with what earlier deliveries said of it.

    Other content may have taken the name: then 8 digits of the hash are added. A
    recording that is known keeps the id that it has.
    """
    recording_id = call.recording.recording_id
    known = shift.store.call_of(recording_id)
    if known is not None:
        return merged_facts(known, replace(call, call_id=known.call_id))
    owner = shift.store.call_id_taken_by(call.call_id)
    # Calls that are judged at the same time are not stored yet.
    owner = owner or shift.promised.setdefault(call.call_id, recording_id)
    if owner == recording_id:
        return call
    return replace(call, call_id=f"{call.call_id}-{recording_id[:8]}")


def rubric_of(shift: Shift, call: Call) -> tuple[Rubric, bool]:
    """The rubric that judges a call; True when it is the default for want of a match."""
    if shift.forced_rubric is not None:
        return shift.forced_rubric, False
    return route(shift.rubrics, call)
