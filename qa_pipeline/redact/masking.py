"""Text with its personal data hidden; the length never changes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Transcript, Utterance, Word
from qa_pipeline.redact.find import find_places
from qa_pipeline.redact.spans import PersonalKind, Place

MASK = "＊"
NAME_MASK = "某"
_LEAST_SURFACE = 2
_FIGURE = re.compile(r"(?<![\d.])\d\.\d\d(?![\d.])")


def mask_text(text: str, role: Role = Role.UNKNOWN) -> str:
    """A lone string (a quote, a note) with every character of personal data hidden.

    Characters become ＊, those of a name 某; the length stays, so positions still
    fit. `role` is who said it: an agent's own name stays. Masking what is masked
    changes nothing.
    """
    lone = Utterance(
        utterance_id="", audio_channel=0, role=role, interval=Interval(0, 0), text=text
    )
    return hide(text, find_places((lone,))[0])


def mask_transcript(transcript: Transcript, *, with_orders: bool = False) -> Transcript:
    """The transcript with personal data hidden in the texts of utterances and words.

    A word keeps its time. `with_orders` hides order, parcel and case numbers too.
    """
    found = find_places(transcript.utterances, with_orders=with_orders)
    return _transcript_hidden(transcript, found)


def mask_for(transcript: Transcript, *, with_orders: bool = False) -> Callable[[str], str]:
    """A mask for strings about this call: quotes, reasons, notes.

    What is personal in the call is hidden wherever it turns up, also in a quote that
    no longer shows why; the rest goes through `mask_text`. Weights and probabilities
    that the machine wrote stay: decimals that nobody said.
    """
    return _mask_by(transcript, find_places(transcript.utterances, with_orders=with_orders))


def mask_with_quotes(
    transcript: Transcript, found: Sequence[Sequence[Place]] | None = None
) -> tuple[Transcript, Callable[[str], str]]:
    """`mask_transcript` and `mask_for` for the price of one: finding is what takes time.

    For nothing where `find_places` has `found` the transcript's places before.
    """
    if found is None:
        found = find_places(transcript.utterances)
    return _transcript_hidden(transcript, found), _mask_by(transcript, found)


def _transcript_hidden(transcript: Transcript, found: Sequence[Sequence[Place]]) -> Transcript:
    return replace(
        transcript,
        utterances=tuple(
            replace(u, text=hide(u.text, places), words=_masked_words(u, places))
            for u, places in zip(transcript.utterances, found, strict=True)
        ),
    )


def _mask_by(transcript: Transcript, found: Sequence[Sequence[Place]]) -> Callable[[str], str]:
    whole: dict[str, str] = {}
    surfaces: dict[str, str] = {}
    for utterance, places in zip(transcript.utterances, found, strict=True):
        hidden = hide(utterance.text, places)
        if hidden == utterance.text:
            continue
        whole[utterance.text.strip()] = hidden.strip()
        for place in places:
            surface = utterance.text[place.start : place.end]
            if len(surface) >= _LEAST_SURFACE:
                surfaces[surface] = _mask_of(place) * len(surface)
    said_by_all = "\n".join(utterance.text for utterance in transcript.utterances)
    longest_first = sorted({**surfaces, **whole}.items(), key=lambda item: -len(item[0]))

    def mask(text: str) -> str:
        for said, hidden in longest_first:
            text = text.replace(said, hidden)
        return _mask_around_figures(_cut_surfaces(text, whole), said_by_all)

    return mask


def _mask_around_figures(text: str, said: str) -> str:
    shown, at = "", 0
    for figure in _FIGURE.finditer(text):
        if figure.group() not in said:
            shown += mask_text(text[at : figure.start()]) + figure.group()
            at = figure.end()
    return shown + mask_text(text[at:])


def _cut_surfaces(text: str, whole: dict[str, str]) -> str:
    """A quote that is cut out of an utterance, masked as the utterance is."""
    core = text.strip("…. ")
    if len(core) < _LEAST_SURFACE:
        return text
    for said, hidden in whole.items():
        at = said.find(core)
        if at >= 0:
            return text.replace(core, hidden[at : at + len(core)])
    return text


def _mask_of(place: Place) -> str:
    return NAME_MASK if place.kind is PersonalKind.NAME else MASK


def hide(text: str, places: Sequence[Place]) -> str:
    """The text with these places hidden."""
    chars = list(text)
    for place in places:
        for at in range(place.start, place.end):
            if not chars[at].isspace():
                chars[at] = _mask_of(place)
    return "".join(chars)


def _masked_words(utterance: Utterance, places: Sequence[Place]) -> tuple[Word, ...]:
    """The words with the characters that their utterance hides."""
    if not places or not utterance.words:
        return utterance.words
    masks = {at: _mask_of(p) for p in places for at in range(p.start, p.end)}
    words: list[Word] = []
    at = 0
    for word in utterance.words:
        begin = utterance.text.find(word.text, at) if word.text else -1
        if begin < 0:  # the words do not spell the text: nothing of them may be shown
            return tuple(replace(w, text=MASK * len(w.text)) for w in utterance.words)
        chars = [masks.get(begin + i, char) for i, char in enumerate(word.text)]
        words.append(replace(word, text="".join(chars)))
        at = begin + len(word.text)
    return tuple(words)
