"""What was said, by its sound: the FTS5 table `spoken`, a row an utterance.

Its `keys` are an utterance's sound keys in order, and behind them their pairs in order.
Full-text tables and their MATCH are SQLite's own; this is the one module that
speaks of them. On PostgreSQL `spoken` is what `store.spoken_gin` makes of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    column,
    literal_column,
    select,
    table,
    text,
)

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.call_search import SpokenPiece
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Transcript, Utterance
from qa_pipeline.store.spoken_gin import insert_rows, is_postgresql, matches
from qa_pipeline.text.sound_keys import SoundQuery, sound_keys

PIECE_BITS = 13
"""Room for 8,192 utterances in a call; what a longer one says later is not indexed."""
LEAD_CHARS = 12
"""How much of the utterance before is indexed along, for a phrase across a breath."""
LEAD_PAUSE_MS = 2_000

spoken = table(
    "spoken",
    column("rowid"),
    *map(column, ("said", "role", "start_ms", "end_ms", "confidence")),
)
_INSERT = text(
    "INSERT INTO spoken (rowid, keys, said, role, start_ms, end_ms, confidence)"
    " VALUES (:rowid, :keys, :said, :role, :start_ms, :end_ms, :confidence)"
)
_DELETE = text("DELETE FROM spoken WHERE rowid BETWEEN :first AND :last")


def write_spoken(connection: Connection, moment_id: int, transcript: Transcript) -> None:
    """Index the unquarantined words of a call that is not in the index."""
    if rows := list(spoken_rows(moment_id, transcript)):
        insert_spoken(connection, rows)


def insert_spoken(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Index rows of `spoken_rows` that are not in the index."""
    if is_postgresql(connection):
        insert_rows(connection, rows)
    else:
        connection.execute(_INSERT, rows)


class LedPiece(NamedTuple):
    """The utterance at `position` as it is indexed: behind `lead`, the end of the one at `before`.

    `number` is the piece's own among those of the call.
    """

    number: int
    position: int
    before: int | None
    lead: str


def led_pieces(transcript: Transcript) -> Iterator[LedPiece]:
    """What of a transcript is indexed, in order."""
    said, before = transcript.utterances, dict[Role, int]()
    judged = (i for i, utterance in enumerate(said) if utterance.quarantined_because is None)
    for number, position in enumerate(islice(judged, 1 << PIECE_BITS)):
        utterance = said[position]
        last = before.get(utterance.role)
        lead = _lead(None if last is None else said[last], utterance)
        before[utterance.role] = position
        yield LedPiece(number, position, last, lead)


def spoken_rows(moment_id: int, transcript: Transcript) -> Iterator[Mapping[str, Any]]:
    """The rows of a call's utterances, each with the end of what its role said just before."""
    for piece in led_pieces(transcript):
        utterance, lead = transcript.utterances[piece.position], piece.lead
        said = lead + utterance.text
        if keys := sound_keys(said):
            start_ms = utterance.interval.start_ms
            yield {
                "rowid": (moment_id << PIECE_BITS) + piece.number,
                "keys": " ".join((*keys, *_pairs(keys))),
                "said": said,
                "role": utterance.role.value,
                "start_ms": _lead_start(utterance, lead) if lead else start_ms,
                "end_ms": utterance.interval.end_ms,
                "confidence": utterance.confidence,
            }


def remove_spoken(connection: Connection, moment_id: int) -> None:
    """Take a call out of the index."""
    first = moment_id << PIECE_BITS
    connection.execute(_DELETE, {"first": first, "last": first + (1 << PIECE_BITS) - 1})


def forget_removed(connection: Connection) -> None:
    """Rewrite the index without what was removed: FTS5 only marks it."""
    if not is_postgresql(connection):
        connection.execute(text("INSERT INTO spoken (spoken) VALUES ('optimize')"))


def said_like(
    connection: Connection,
    match: str,
    conditions: Sequence[ColumnElement[bool]],
    limit: int,
) -> list[SpokenPiece]:
    """The newest pieces that match an FTS5 expression."""
    matching = (
        matches(match) if is_postgresql(connection) else literal_column("spoken").op("MATCH")(match)
    )
    found: Select[Any] = (
        select(spoken).where(matching, *conditions).order_by(spoken.c.rowid.desc()).limit(limit)
    )
    return list(map(_piece, connection.execute(found)))


def pieces_by_id(connection: Connection, piece_ids: Sequence[int]) -> list[SpokenPiece]:
    """The pieces with these ids, in order."""
    chosen = select(spoken).where(spoken.c.rowid.in_(piece_ids)).order_by(spoken.c.rowid)
    return list(map(_piece, connection.execute(chosen)))


def _piece(row: Row[Any]) -> SpokenPiece:
    return SpokenPiece(
        piece_id=row.rowid,
        moment_id=row.rowid >> PIECE_BITS,
        role=Role(row.role),
        interval=Interval(row.start_ms, row.end_ms),
        said=row.said,
        confidence=row.confidence,
    )


def whole_match(query: SoundQuery) -> str | None:
    """The FTS5 expression of pieces that hold every row of keys; None where there is none."""
    return " AND ".join(map(_phrase, query.whole)) or None


def near_match(query: SoundQuery) -> str | None:
    """The expression of pieces that hold some of the phrase and not the whole of it."""
    whole = whole_match(query)
    if whole is None or not query.near:
        return None
    return f"({' OR '.join(map(_phrase, query.near))}) NOT ({whole})"


def _phrase(keys: Sequence[str]) -> str:
    """A row of keys by its pairs, which it has in a row where it has the keys in a row."""
    return f'"{" ".join(_pairs(keys) or keys)}"'


def _pairs(keys: Sequence[str]) -> tuple[str, ...]:
    """Each key with the next as one term.

    Every tenth piece may have a key, hardly one in a thousand has a pair: an index is
    read as far as its terms are common.
    """
    return tuple(map("".join, pairwise(keys)))


def _lead(before: Utterance | None, utterance: Utterance) -> str:
    if before is None:
        return ""
    pause_ms = utterance.interval.start_ms - before.interval.end_ms
    return before.text[-LEAD_CHARS:] if pause_ms <= LEAD_PAUSE_MS else ""


def _lead_start(utterance: Utterance, lead: str) -> int:
    """Where the lead begins, at the pace of the utterance itself."""
    pace = utterance.interval.duration_ms / max(1, len(utterance.text))
    return max(0, round(utterance.interval.start_ms - pace * len(lead)))
