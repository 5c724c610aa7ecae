"""Phrases that another phrase of the same list makes superfluous."""

import re
from collections.abc import Iterator, Sequence

from qa_pipeline.text.normalize import han_count, normalize

_PART = re.compile(r"\{(\d+)-(\d+)\}|\{([^{}]*)\}|([^{}]+)")
_FILLER = "\u25a1"


def shadowed(phrases: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs (superfluous phrase, the phrase that is found wherever it is said).

    Of two phrases that stand for each other, the later one is superfluous. A
    phrase of one or two syllables shadows nothing: it is only found letter for
    letter, the longer one also when it was misheard.
    """
    for number, phrase in enumerate(phrases):
        for other_number, other in enumerate(phrases):
            if number == other_number or not _covers(other, phrase):
                continue
            if other_number < number or not _covers(phrase, other):
                yield phrase, other
                break


def _covers(wide: str, narrow: str) -> bool:
    """Whether `wide` stands in every way of saying `narrow`."""
    if han_count(_PART.sub(r"\4", wide)) < 3 and "{" not in wide:
        return False
    pattern = re.compile(_expression(wide))
    return all(pattern.search(said) for said in _said(narrow))


def _expression(phrase: str) -> str:
    parts = []
    for low, high, slot, words in _PART.findall(phrase):
        if low:
            parts.append(f".{{{int(low)},{max(int(low), int(high))}}}")
        else:
            parts.append(re.escape(_slot(slot) if slot else normalize(words)))
    return "".join(parts)


def _said(phrase: str) -> tuple[str, str]:
    """The phrase with its gaps as short and as long as they may be."""
    shortest, longest = [], []
    for low, high, slot, words in _PART.findall(phrase):
        if low:
            shortest.append(_FILLER * int(low))
            longest.append(_FILLER * int(high))
        else:
            plain = _slot(slot) if slot else normalize(words)
            shortest.append(plain)
            longest.append(plain)
    return "".join(shortest), "".join(longest)


def _slot(name: str) -> str:
    return f"<{name}>"
