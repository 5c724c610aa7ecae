"""What was said at the places that a search found, without customers' names and numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa_pipeline.batch.hiding import HIDING_VERSION, hidden_in
from qa_pipeline.batch.searching import SpokenPlace
from qa_pipeline.domain.call_search import SpokenPiece
from qa_pipeline.domain.transcript import Engine, Transcript, Utterance
from qa_pipeline.redact import mask_transcript
from qa_pipeline.store import CallStore

CONTEXT_PIECES = 2
"""What was asked just before tells what a bare number is."""
AROUND_CHARS = 30
_NO_ENGINE = Engine(name="index", version="", weights_hash="", settings_digest="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The utterance around the phrase, in three parts."""

    before: str
    phrase: str
    after: str


def masked_quotes(store: CallStore, places: Sequence[SpokenPlace]) -> tuple[Quote, ...]:
    """A quote for each place, masked as its call is.

    By what was said in and before it where redaction has not looked through the call yet.
    """
    texts = {p.piece.piece_id: p.piece.said for p in places}
    hidden = store.hidden_in_pieces(texts, HIDING_VERSION)
    said = {piece_id: hidden_in(texts[piece_id], parts) for piece_id, parts in hidden.items()}
    said |= _masked_now(store, [p for p in places if p.piece.piece_id not in said])
    return tuple(_quote(place, said[place.piece.piece_id]) for place in places)


def _masked_now(store: CallStore, places: Sequence[SpokenPlace]) -> Mapping[int, str]:
    near = store.spoken_before([p.piece for p in places], CONTEXT_PIECES)
    said: dict[int, str] = {}
    for place in places:
        first = place.piece.piece_id - CONTEXT_PIECES
        own = [
            n
            for n in near
            if first <= n.piece_id <= place.piece.piece_id and n.moment_id == place.piece.moment_id
        ]
        said[place.piece.piece_id] = _masked(own)
    return said


def _masked(pieces: Sequence[SpokenPiece]) -> str:
    """The last piece, masked."""
    utterances = tuple(
        Utterance(
            utterance_id=str(p.piece_id),
            audio_channel=0,
            role=p.role,
            interval=p.interval,
            text=p.said,
        )
        for p in pieces
    )
    heard = Transcript(recording_id="", language="zh", utterances=utterances, engine=_NO_ENGINE)
    return mask_transcript(heard).utterances[-1].text


def _quote(place: SpokenPlace, masked: str) -> Quote:
    """The masked text cut where the phrase stands; masks keep the length."""
    at = place.piece.said.find(place.quote)
    if at < 0:  # spelled otherwise (traditional characters): the whole is shown
        return Quote(before="", phrase=masked, after="")
    end = at + len(place.quote)
    before, after = masked[:at], masked[end:]
    return Quote(before=_cut(before[::-1])[::-1], phrase=masked[at:end], after=_cut(after))


def _cut(text: str) -> str:
    return text if len(text) <= AROUND_CHARS else text[:AROUND_CHARS] + "…"
