"""What is said beside a number: the other side says the groups again."""

from collections.abc import Sequence

from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.redact.figures import digit_by_sound, digit_of
from qa_pipeline.redact.lines import is_aside
from qa_pipeline.redact.spans import PersonalKind, Place

_REACH = 2


def find_echoes(
    utterances: Sequence[Utterance], found: dict[int, list[Place]]
) -> dict[int, list[Place]]:
    """Digits of utterances between or right after the groups of a personal number."""
    echoes: dict[int, list[Place]] = {}
    for index, utterance in enumerate(utterances):
        near = [
            place.kind
            for other in range(max(0, index - _REACH), min(len(utterances), index + 2))
            if other != index and utterances[other].role is not utterance.role
            for place in found.get(other, ())
            if place.kind not in (PersonalKind.NAME, PersonalKind.ADDRESS, PersonalKind.ORDER)
        ]
        if near and _only_digits(utterance.text):
            echoes[index] = [Place(s, e, near[0]) for s, e in _digit_places(utterance.text)]
    return echoes


def _only_digits(text: str) -> bool:
    digits = sum(digit_of(c) is not None for c in text)
    return digits >= 2 and is_aside(text) and digits * 2 >= len(text)


def _digit_places(text: str) -> list[tuple[int, int]]:
    """Each digit, and what sounds like one beside a digit."""
    said = [digit_of(c) is not None for c in text]
    return [
        (i, i + 1)
        for i, char in enumerate(text)
        if said[i] or (any(said[max(0, i - 1) : i + 2]) and digit_by_sound(char) is not None)
    ]
