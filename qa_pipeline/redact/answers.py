"""Answers to a question for a number, as a recognizer writes them that understood little.

Asked for a telephone somebody says 九零七八九六; 酒零期八就溜 may be all that is written. After
such a question less speaks for digits than elsewhere, and all between the first and the
last of them is hidden.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from qa_pipeline.domain.call import Role
from qa_pipeline.redact.cue_words import PERSONAL, Cue
from qa_pipeline.redact.cues import cues_before
from qa_pipeline.redact.figures import PLAIN, digit_of, nearest_digit
from qa_pipeline.redact.lines import HARD, SOFT, View
from qa_pipeline.redact.runs import begins_word
from qa_pipeline.redact.spans import PersonalKind, Place

_KINDS = {
    Cue.PHONE: PersonalKind.MOBILE,
    Cue.IDENTITY: PersonalKind.IDENTITY_CARD,
    Cue.BANK: PersonalKind.BANK_CARD,
    Cue.ACCOUNT: PersonalKind.ACCOUNT,
    Cue.CODE: PersonalKind.CODE,
    Cue.PLATE: PersonalKind.PLATE,
}
_REQUEST = re.compile(
    "多少|报一?下|报[上个]|报给|念|提供|请问|哪个|是几|什么号|留[一个下]|核对|读|告诉|方便说|怎么"
)
_QUESTION, _CUE_GAP, _LONGEST = 40, 16, 70
_UNITS = frozenset("月日号点分块元年％%角百千万天次件台个十钱岁")
_PAUSES = frozenset("，。,、；;.- —…·？?！! " + SOFT)
_NEAR, _FAR = 0.36, 0.55
_DIGIT, _NEAR_WEIGHT, _FAR_WEIGHT, _PLAIN_ALIKE = 1.0, 0.6, 0.3, 0.15
_PLAIN_COST, _UNIT_COST, _OTHER_COST = 0.1, 0.5, 0.6
_MOST_LOST = 1.3
_LEAST, _LEAST_PLACES, _LEAST_SHARE = 1.8, 4, 0.55
_LEAST_WRITTEN, _MOST_BESIDE = 3, 2


def find_answers(view: View) -> Iterator[Place]:
    """What answers the other side's question for something personal in digits."""
    text = view.text
    if view.role is Role.AGENT:
        return
    for start in _turns(text):
        hard = text.find(HARD, start, start + _LONGEST)
        found = _digits(text, start, hard if hard >= 0 else min(len(text), start + _LONGEST))
        kind = _asked(view, start) if found is not None else None
        if found is not None and kind is not None:
            yield Place(*found, kind)


def _turns(text: str) -> Iterator[int]:
    yield 0
    yield from (at + 1 for at, char in enumerate(text) if char in (SOFT, HARD))


def _asked(view: View, start: int) -> PersonalKind | None:
    """What the other side asked for right before this turn; None for anything else."""
    if start >= len(view.text):
        return None
    question = view.before(start, _QUESTION).rstrip(SOFT).rpartition(SOFT)[2]
    own = view.text[:start].rstrip(SOFT + HARD)
    if not question or own.endswith(question):
        return None
    near = [cue for cue in cues_before(question) if cue.gap <= _CUE_GAP]
    cue = next((c for c in near if c.is_exact), near[0] if near else None)
    if cue is None or cue.cue not in PERSONAL:
        return None
    if not cue.is_exact and not _REQUEST.search(question):
        return None
    return _KINDS[cue.cue]


def _digits(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the sum of all that speaks for digits is highest, if it is high enough."""
    best, found = 0.0, None
    total, begin = 0.0, start
    for at in range(start, end):
        weight = _weight(text, at)
        if total <= 0:
            total, begin = 0.0, at
        total += weight
        if total > best:
            best, found = total, (begin, at + 1)
        elif found is not None and total < best - _MOST_LOST:
            break
    if found is None or best < _LEAST:
        return None
    spoken = [at for at in range(*found) if text[at] not in _PAUSES]
    alike = [at for at in spoken if text[at] not in PLAIN and _weight(text, at) > 0]
    written = sum(digit_of(text[at]) is not None for at in alike)
    if len(alike) < _LEAST_PLACES or len(alike) < _LEAST_SHARE * len(spoken):
        return None
    if written >= _LEAST_WRITTEN:
        return _trimmed(text, *found)
    return found if _is_all(text, found, start, end) else None


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """From the first to the last digit, with what beside them only sounds like one."""
    written = [at for at in range(start, end) if digit_of(text[at]) is not None]
    first, last = written[0], written[-1]
    while first > start and _is_alike(text, first - 1):
        first -= 1
    while last + 1 < end and _is_alike(text, last + 1):
        last += 1
    while text[first] in _PAUSES:
        first += 1
    while text[last] in _PAUSES:
        last -= 1
    return first, last + 1


def _is_alike(text: str, at: int) -> bool:
    return text[at] in _PAUSES or (text[at] not in PLAIN and _weight(text, at) > 0)


def _is_all(text: str, found: tuple[int, int], start: int, end: int) -> bool:
    """Whether hardly anything else is said in the answer."""
    rest = text[start : found[0]] + text[found[1] : end].partition(SOFT)[0]
    return sum(c not in _PAUSES and c not in PLAIN for c in rest) <= _MOST_BESIDE


def _weight(text: str, at: int) -> float:
    if text[at] == "一" and begins_word(text, at):
        return -_OTHER_COST
    return _weight_of(text[at])


@lru_cache(maxsize=20_000)
def _weight_of(char: str) -> float:
    if digit_of(char) is not None:
        return _DIGIT
    if char in _PAUSES or char == HARD:
        return 0.0
    cost, _ = nearest_digit(char)
    if char in PLAIN:
        return _PLAIN_ALIKE if cost <= _NEAR / 2 else -_PLAIN_COST
    if char in _UNITS:
        return -_UNIT_COST
    if cost <= _FAR:
        return _NEAR_WEIGHT if cost <= _NEAR else _FAR_WEIGHT
    return -_OTHER_COST
