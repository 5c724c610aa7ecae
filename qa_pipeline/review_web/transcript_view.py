"""The transcript with its doubtful words and marks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa_pipeline.domain.transcript import Transcript, Utterance

UNSURE_WORD = 0.3
UNSURE_UTTERANCE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class UtteranceView:
    """An utterance in pieces of (text, whether the recognizer was unsure of it)."""

    utterance: Utterance
    pieces: tuple[tuple[str, bool], ...]
    marks: tuple[tuple[str, bool], ...]

    @property
    def words(self) -> str:
        """`first character@start_ms-end_ms` of each word, for a selection's time."""
        at = 0
        found = []
        for word in self.utterance.words:
            start = self.utterance.text.find(word.text, at)
            if start < 0:
                return ""
            found.append(f"{start}@{word.interval.start_ms}-{word.interval.end_ms}")
            at = start + len(word.text)
        return " ".join(found)

    @property
    def is_unsure(self) -> bool:
        return self.utterance.confidence < UNSURE_UTTERANCE


def utterance_views(
    transcript: Transcript, marks: Mapping[str, Sequence[tuple[str, bool]]]
) -> tuple[UtteranceView, ...]:
    return tuple(
        UtteranceView(
            utterance=utterance,
            pieces=_pieces(utterance),
            marks=tuple(marks.get(utterance.utterance_id, ())),
        )
        for utterance in transcript.utterances
    )


def _pieces(utterance: Utterance) -> tuple[tuple[str, bool], ...]:
    """The text cut at its words; one sure piece where words and text do not agree."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for word in utterance.words:
        start = utterance.text.find(word.text, at)
        if start < 0:
            return ((utterance.text, False),)
        _append(pieces, utterance.text[at:start], False)
        _append(pieces, word.text, word.probability < UNSURE_WORD)
        at = start + len(word.text)
    _append(pieces, utterance.text[at:], False)
    return tuple(pieces)


def _append(pieces: list[tuple[str, bool]], text: str, is_unsure: bool) -> None:
    if not text:
        return
    if pieces and pieces[-1][1] == is_unsure:
        pieces[-1] = (pieces[-1][0] + text, is_unsure)
    else:
        pieces.append((text, is_unsure))
