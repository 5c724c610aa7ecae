"""Stretches in which somebody dictates digits, also where most of them were misheard.

A recognizer that hears 零五三二六八 writes 礼物三个六包 just as well. Each character speaks
for a dictation or against it, and a stretch is where the sum is highest (the maximum
subarray of Kadane, cut where it falls too far).
"""

from collections.abc import Iterator
from functools import lru_cache

from qa_pipeline.redact.figures import PLAIN, digit_by_sound, digit_of
from qa_pipeline.redact.lines import HARD, SOFT
from qa_pipeline.redact.runs import Run, begins_word
from qa_pipeline.text.normalize import is_han

_BREAKS = frozenset("月日号点分块元年％%秒角毛百千万：:")
_HALF_BREAKS = frozenset("十个天次件台")
_UNITS = _BREAKS | _HALF_BREAKS
_PAUSES = frozenset("，。,、；;.- —…·？?！! " + SOFT)
_SURE, _ALIKE, _PLAIN_COST, _LETTER_COST, _OTHER_COST = 1.0, 0.5, 0.1, 0.2, 0.6
_BREAK_COST, _HALF_BREAK_COST, _TURN_COST = 1.6, 0.5, 0.2
_MOST_LOST = 1.3
_MOST_BESIDE = 3
_NEW_CLAUSE_COST, _NEW_TURN_COST = 0.8, 0.5
LEAST = 2.4
"""So much has to speak for a dictation, with a word that announces it."""


def find_stretches(text: str) -> Iterator[Run]:
    """Dictations from left to right, none overlapping; `certain` are the digits written."""
    at = 0
    while at < len(text):
        if _speaks_for(text, at) <= 0:
            at += 1
            continue
        end, score = _best_end(text, at)
        start, stop = _trimmed(text, at, end)
        if score >= LEAST and start < stop:
            yield _run(text, start, stop)
        at = max(end, at + 1)


def _best_end(text: str, start: int) -> tuple[int, float]:
    total = best = 0.0
    end = start
    for at in range(start, len(text)):
        if text[at] == HARD:
            break
        total += _speaks_for(text, at)
        if total > best:
            best, end = total, at + 1
        elif total < best - _MOST_LOST or total <= 0:
            break
    return end, best


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without what only sounds like digits at the ends, unless a pause sets it apart."""
    written = [at for at in range(start, end) if digit_of(text[at]) is not None]
    if not written:
        return (start, end) if _is_apart(text, start, end) else (start, start)
    first, last = written[0], written[-1] + 1
    if text[last : last + 1] in _UNITS:  # an amount or a day ends the stretch
        written = _without_last_group(written, text)
        if not written:
            return start, start
        end = last = written[-1] + 1
    if first - start <= _MOST_BESIDE and _is_apart(text, start, first):
        first = start
    if end - last <= _MOST_BESIDE and _is_apart(text, last, end):
        last = end
    return first, last


def _without_last_group(written: list[int], text: str) -> list[int]:
    at = len(written) - 1
    while at > 0 and all(c in ",." for c in text[written[at - 1] + 1 : written[at]]):
        at -= 1
    return written[:at]


def _is_apart(text: str, start: int, end: int) -> bool:
    """Whether all there sounds like digits and no other word touches it."""
    around = [text[at] for at in (start - 1, end) if 0 <= at < len(text)]
    return all(c in _PAUSES or c == HARD or digit_of(c) for c in around) and not any(
        c in PLAIN or (c not in _PAUSES and _weight(c) <= 0) for c in text[start:end]
    )


def _speaks_for(text: str, at: int) -> float:
    weight = _weight(text[at])
    if weight == _SURE:
        return -_OTHER_COST if text[at] == "一" and begins_word(text, at) else _SURE
    if at and weight < 0 and text[at - 1] == SOFT:
        return weight - _NEW_TURN_COST
    if at and weight <= -_OTHER_COST and text[at - 1] in "，。,":
        return weight - _NEW_CLAUSE_COST
    return weight


@lru_cache(maxsize=20_000)
def _weight(char: str) -> float:
    if digit_of(char) is not None:
        return _SURE
    if char in _BREAKS:
        return -_BREAK_COST
    if char in _HALF_BREAKS:
        return -_HALF_BREAK_COST
    if char in _PAUSES:
        return -_TURN_COST if char == SOFT else 0.0
    if char in PLAIN:
        return -_PLAIN_COST
    if not is_han(char):
        return -_LETTER_COST
    return _ALIKE if digit_by_sound(char) is not None else -_OTHER_COST


def _run(text: str, start: int, end: int) -> Run:
    places = tuple(
        at for at in range(start, end) if text[at] not in _PAUSES and text[at] not in "嗯呃啊"
    )
    digits = [digit_of(text[at]) or digit_by_sound(text[at]) or "?" for at in places]
    certain = sum(digit_of(text[at]) is not None for at in places)
    return Run(start, end, places, "".join(digits), certain)
