"""Searching stored calls: the index proposes, the phrase engine decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.call_search import BlindView, CallFilter, SpokenPiece
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.store import CallStore
from qa_pipeline.text.phrases import PhraseMatch, find_phrase
from qa_pipeline.text.sound_keys import sound_query
from qa_pipeline.text.stream import stream_of

CANDIDATES = 200
"""How many places of the index the phrase engine looks at."""
LEAST_PROBABILITY = 0.3
"""Below the cut point of "said": a search may ask the person to listen."""
_APART_MS = 60_000  # no phrase straddles two places


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenPlace:
    """Where a call says a phrase: the likeliest place, and how many there are."""

    interval: Interval
    quote: str
    piece: SpokenPiece
    probability: float
    n_places: int

    @property
    def moment_id(self) -> int:
        """Which call it is."""
        return self.piece.moment_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenPlaces:
    """One place a call, by probability, then the newest; `is_cut` where more were not looked at."""

    found: tuple[SpokenPlace, ...]
    is_cut: bool


def search_spoken(
    store: CallStore,
    phrase: str,
    wanted: CallFilter,
    viewer: BlindView,
    *,
    role: Role | None = None,
) -> SpokenPlaces:
    """The places where a phrase was said; PatternError for a text that is no phrase.

    Times inside an utterance are by its share, and trust is the utterance's, not the
    word's: a detector may give the same place another probability. The viewer matters
    only to a filter that asks for the machine's answers.
    """
    pieces = store.spoken_pieces(sound_query(phrase), wanted, viewer, role=role, limit=CANDIDATES)
    places = [_place(hits) for hits in _heard(phrase, pieces).values()]
    places.sort(key=lambda p: (-p.probability, -p.moment_id))
    return SpokenPlaces(found=tuple(places), is_cut=len(pieces) == CANDIDATES)


@dataclass(frozen=True, slots=True)
class _Hit:
    piece: SpokenPiece
    match: PhraseMatch
    start_ms: int

    @property
    def interval(self) -> Interval:
        """Where it was said in its own call."""
        shift = self.piece.interval.start_ms - self.start_ms
        found = self.match.interval
        return Interval(found.start_ms + shift, found.end_ms + shift)


def _heard(phrase: str, pieces: Sequence[SpokenPiece]) -> Mapping[int, list[_Hit]]:
    """What the engine finds, by moment_id; all pieces are searched as one stream."""
    starts, at = [], 0
    for piece in pieces:
        starts.append(at)
        at += piece.interval.duration_ms + _APART_MS
    stream = stream_of(
        Utterance(
            utterance_id=f"{number:04d}",
            audio_channel=0,
            role=piece.role,
            interval=Interval(start, start + piece.interval.duration_ms),
            text=piece.said,
            confidence=piece.confidence,
        )
        for number, (piece, start) in enumerate(zip(pieces, starts, strict=True))
    )
    heard: dict[int, list[_Hit]] = {}
    for match in find_phrase(phrase, stream, min_probability=LEAST_PROBABILITY):
        number = int(match.first_utterance_id)
        hit = _Hit(pieces[number], match, starts[number])
        heard.setdefault(hit.piece.moment_id, []).append(hit)
    return heard


def _place(hits: Sequence[_Hit]) -> SpokenPlace:
    best = max(hits, key=lambda h: (h.match.probability, -h.interval.start_ms))
    return SpokenPlace(
        interval=best.interval,
        quote=best.match.quote,
        piece=best.piece,
        probability=best.match.probability,
        n_places=_apart(hits),
    )


def _apart(hits: Sequence[_Hit]) -> int:
    """How many places: what an utterance repeats of the one before is counted once."""
    count, end_ms = 0, -1
    for hit in sorted(hits, key=lambda h: h.interval.start_ms):
        if hit.interval.start_ms >= end_ms:
            count += 1
        end_ms = max(end_ms, hit.interval.end_ms)
    return count
