"""What redaction finds in stored calls, kept so that no page has to look for it again."""

import hashlib
from collections.abc import Sequence

from qa_pipeline.domain.hidden import HiddenPart, HiddenPlaces
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.redact import VERSION, PersonalKind, Place, find_places, hide
from qa_pipeline.store import CallStore
from qa_pipeline.store.spoken import led_pieces

HIDING_VERSION = f"1:{VERSION}"
"""Places of another version are not believed: they are found anew."""
_CALLS_AT_ONCE = 64


def places_in(transcript: Transcript) -> HiddenPlaces:
    """What is personal in a transcript, in its utterances and in what searches find of it."""
    found = find_places(transcript.utterances)
    pieces = {}
    for piece in led_pieces(transcript):
        length = len(piece.lead)
        own = [Place(length + p.start, length + p.end, p.kind) for p in found[piece.position]]
        if piece.before is not None and length:
            cut = len(transcript.utterances[piece.before].text) - length
            lead = [Place(max(0, p.start - cut), p.end - cut, p.kind) for p in found[piece.before]]
            own = [place for place in lead if place.end > 0] + own
        if own:
            pieces[piece.number] = _kept(own)
    return HiddenPlaces(
        said_digest=_said_digest(transcript),
        utterances={i: _kept(places) for i, places in enumerate(found) if places},
        pieces=pieces,
    )


def hide_stored(store: CallStore, call_ids: Sequence[str] | None = None) -> int:
    """Look through the stored calls (of `call_ids`) that this version has not seen; how many."""
    waiting = store.analyses_to_hide(HIDING_VERSION, call_ids)
    for first in range(0, len(waiting), _CALLS_AT_ONCE):
        heard = store.transcripts(waiting[first : first + _CALLS_AT_ONCE])
        store.keep_hidden({i: places_in(t) for i, t in heard.items()}, HIDING_VERSION)
    return len(waiting)


def kept_places(
    store: CallStore, call_id: str, transcript: Transcript
) -> tuple[tuple[Place, ...], ...] | None:
    """For each utterance of a call its places, as `find_places` gives them; None: none are kept."""
    kept = store.hidden_places(call_id, HIDING_VERSION)
    if kept is None or kept.said_digest != _said_digest(transcript):
        return None
    said = range(len(transcript.utterances))
    return tuple(_places(kept.utterances.get(i, ())) for i in said)


def hidden_in(text: str, parts: Sequence[HiddenPart]) -> str:
    """The text without what is personal in it."""
    return hide(text, _places(parts))


def _kept(places: Sequence[Place]) -> tuple[HiddenPart, ...]:
    return tuple(HiddenPart(p.start, p.end, p.kind.value) for p in places)


def _places(parts: Sequence[HiddenPart]) -> tuple[Place, ...]:
    return tuple(Place(p.start, p.end, PersonalKind(p.kind)) for p in parts)


def _said_digest(transcript: Transcript) -> str:
    """Places are numbered by utterance: another transcript of the call has others."""
    said = "\n".join(f"{u.role.value}:{u.text}" for u in transcript.utterances)
    return hashlib.sha256(said.encode()).hexdigest()[:16]
