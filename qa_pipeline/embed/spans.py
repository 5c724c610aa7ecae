"""Which parts of an utterance get a vector of their own.

One breath often holds a script between other sentences: in our trial the vector of
the whole told said from not said with AUC 0.87 there, those of its clauses 0.96.
"""

import re

VERSION = "1"
"""Raised when other parts are cut or vectors are kept otherwise."""

MIN_WEIGHT = 4
"""Two Han characters or four letters: less says nothing ("嗯", "ok")."""
_FIRST_IDEOGRAM = 0x3007
_MARKS = re.compile(r"[，。？！、；：…,.?!;:\s]+")
_SENTENCE_MARKS = re.compile(r"[，。？！、；：…,.?!;:]+\s*")
"""Where nothing is written in Han characters, spaces only part words."""
LONGEST, WINDOW, STEP = 24, 16, 8
"""A clause of more Han characters than LONGEST, where the recognizer set no mark,
is cut into windows."""


def spans_of(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of the whole text, then of each clause; empty for mere noises.

    Code points, end not included.
    """
    whole = _trimmed(text, 0, len(text))
    if _weight(text) < MIN_WEIGHT:
        return ()
    clauses = _clauses(text, _MARKS if _han(text) else _SENTENCE_MARKS)
    parts = [part for clause in clauses for part in _windows(text, *clause)]
    return (whole, *(part for part in parts if part != whole))


def _clauses(text: str, marks: re.Pattern[str]) -> list[tuple[int, int]]:
    """What stands between marks; a piece too short to mean anything joins the next."""
    found: list[tuple[int, int]] = []
    start = 0
    for end, after in [m.span() for m in marks.finditer(text)] + [(len(text), len(text))]:
        if _weight(text[start:end]) >= MIN_WEIGHT:
            found.append(_trimmed(text, start, end))
            start = after
    return found


def _windows(text: str, start: int, end: int) -> list[tuple[int, int]]:
    if _han(text[start:end]) <= LONGEST:
        return [(start, end)]
    starts = range(start, max(start + 1, end - WINDOW + STEP), STEP)
    return [(at, min(at + WINDOW, end)) for at in starts]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and _MARKS.match(text[start]):
        start += 1
    while end > start and _MARKS.match(text[end - 1]):
        end -= 1
    return start, end


def _han(text: str) -> int:
    return sum(ord(char) >= _FIRST_IDEOGRAM and char.isalpha() for char in text)


def _weight(text: str) -> int:
    """Letters, a Han character counted twice."""
    return sum(char.isalpha() for char in text) + _han(text)
