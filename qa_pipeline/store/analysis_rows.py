"""What was heard in a call, as a row that is written once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.audio_quality import AudioQuality
from qa_pipeline.domain.call import Call
from qa_pipeline.domain.embeddings import Embeddings
from qa_pipeline.domain.metrics import ConversationMetrics
from qa_pipeline.domain.phrase_query import PhraseAnswer
from qa_pipeline.domain.prosody import Prosody
from qa_pipeline.domain.speakers import SpeakerSplit
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.store.codec import decode, digest, encode
from qa_pipeline.store.part import now
from qa_pipeline.store.tables import analyses

_PROSODY = tuple[Prosody, ...]
_ANSWERS = tuple[PhraseAnswer, ...]


def analysis_row(analyzed: AnalyzedCall, embeddings_id: str | None) -> dict[str, Any]:
    """The row of an analysis; its id is the digest of everything in it but the call's facts."""
    row: dict[str, Any] = {
        "recording_id": analyzed.call.recording.recording_id,
        "engine_digest": analyzed.transcript.engine.digest,
        "transcript_json": encode(Transcript, analyzed.transcript),
        "prosody_json": encode(_PROSODY, analyzed.prosody),
        "split_json": encode(SpeakerSplit, analyzed.split),
        "quality_json": (
            None if analyzed.quality is None else encode(AudioQuality, analyzed.quality)
        ),
        "metrics_json": encode(ConversationMetrics, analyzed.metrics),
    }
    heard = digest(*(text or "" for text in row.values()))
    heard = heard if embeddings_id is None else digest(heard, embeddings_id)
    answers = encode(_ANSWERS, analyzed.answers) if analyzed.answers else None
    row["analysis_id"] = heard if answers is None else digest(heard, answers)
    row["embeddings_id"] = embeddings_id
    row["answers_json"] = answers
    return row


def save_analysis(connection: Connection, row: dict[str, Any]) -> None:
    """Insert the row unless it is there already."""
    known = connection.execute(
        select(analyses.c.analysis_id).where(analyses.c.analysis_id == row["analysis_id"])
    ).first()
    if known is None:
        connection.execute(insert(analyses).values(**row, analyzed_at=now()))


def analyses_of(connection: Connection, analysis_ids: Sequence[str]) -> dict[str, Row[Any]]:
    rows = connection.execute(select(analyses).where(analyses.c.analysis_id.in_(analysis_ids)))
    return {row.analysis_id: row for row in rows}


def analyzed_call(call: Call, row: Row[Any], embeddings: Embeddings | None) -> AnalyzedCall:
    """The analysis of a row, with the facts of the call as they are known now."""
    return AnalyzedCall(
        call=call,
        transcript=decode(Transcript, row.transcript_json),
        split=decode(SpeakerSplit, row.split_json),
        quality=None if row.quality_json is None else decode(AudioQuality, row.quality_json),
        prosody=decode(_PROSODY, row.prosody_json),
        metrics=decode(ConversationMetrics, row.metrics_json),
        embeddings=embeddings,
        answers=answers_from(row.answers_json),
    )


def answers_from(text: str | None) -> tuple[PhraseAnswer, ...]:
    """The answers of an `answers_json` column; none where it is NULL."""
    found: tuple[PhraseAnswer, ...] = () if text is None else decode(_ANSWERS, text)
    return found
