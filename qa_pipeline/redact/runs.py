"""Runs of digits, also over fillers, pauses and misheard places."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from qa_pipeline.redact.figures import HAN_DIGITS, digit_by_sound, digit_of
from qa_pipeline.redact.lines import HARD, SOFT

UNITS = re.compile(
    r"[十年月日号元块毛角分秒点时百千万亿斤米岁次位折倍度层楼%％:：/]|或|个|件|天|周|小时|公里|箱|台|套|期|后|之"
)
"""What makes a number a quantity; a run of digits never goes on over one."""
_FILLER = re.compile(
    r"[\s，,、。\-—–－·…~.]|[嗯呃啊哦额唉诶噢]|那个|然后|后面|接着|就是|中间|前面|最后|还有|再来?"
    r"|(?:对不对|没错吧|对吧|是吧|对吗|是吗|对|吧|哈|呢)(?=[，。？?！\s]*\n)"
)
_A_DIGIT = rf"[0-9{HAN_DIGITS}]"
_DECIMALS = re.compile(r"\.[0-9]{1,2}(?![0-9.])")
_WORD = re.compile("一[共下直起样定些般旦边切会点个单笔票]")
_MAX_FILLERS = 12
_MAX_GUESSED = 3
_MAX_ENDS = 3
_SURE = 4
_STRAY = re.compile(r"(?:[个的那就])(?=[\s，,、\-]*" + _A_DIGIT + ")")
_PAUSES = "，。,、？?！!" + SOFT + HARD


@dataclass(slots=True)
class _Gap:
    """What stands between two digits of a run."""

    guessed: list[int] = field(default_factory=list)
    unheard: int = 0
    fillers: int = 0
    since_pause: int = 0
    is_parted: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Characters `start` to `end` (exclusive) that say a number.

    `places` are the characters that are, or stand for, one digit each; `digits` are their
    values, "?" where nothing like a digit was heard.
    """

    start: int
    end: int
    places: tuple[int, ...]
    digits: str
    certain: int

    @property
    def size(self) -> int:
        return len(self.places)


def begins_word(text: str, at: int) -> bool:
    """Whether the 一 there is no digit but begins a word: 一共, 一直."""
    return _WORD.match(text, at) is not None


def find_runs(text: str) -> Iterator[Run]:
    """Every run of at least two digits, from left to right."""
    at = 0
    while at < len(text):
        if digit_of(text[at]) is None or _WORD.match(text, at):
            at += 1
            continue
        run = _read(text, at)
        if run.size >= 2:
            yield run
        at = run.end


def _read(text: str, start: int) -> Run:
    places, digits, certain = [start], [digit_of(text[start]) or "?"], 1
    at = start + 1
    while (step := _bridge(text, at, certain)) is not None:
        guessed, at = step
        for place in guessed:
            places.append(place)
            digits.append(digit_by_sound(text[place]) or "?")
        places.append(at)
        digits.append(digit_of(text[at]) or "?")
        certain += 1
        at += 1
    return Run(start, places[-1] + 1, tuple(places), "".join(digits), certain)


def _bridge(text: str, at: int, certain: int) -> tuple[list[int], int] | None:
    """The misheard places before the next digit, and where it is; None where the run ends."""
    gap = _Gap()
    while at < len(text):
        char = text[at]
        if _WORD.match(text, at) and digit_of(text[at - 1]) is None:
            return None
        if digit_of(char) is not None:
            return (gap.guessed, at) if _may_guess(text, at, certain, gap) else None
        if char == HARD or _is_decimal_point(text, at):
            return None
        if filler := _FILLER.match(text, at) or (
            _STRAY.match(text, at) if certain >= _SURE else None
        ):
            gap.fillers += 1
            gap.since_pause = 0 if char in "，。,、;；" else gap.since_pause
            gap.is_parted |= char in "，。,、;；"
            at = filler.end()
            if gap.fillers > _MAX_FILLERS:
                return None
            continue
        if UNITS.match(text, at) and not (char == "亿" and _is_between(text, at)):
            return None
        gap.guessed.append(at)
        gap.since_pause += 1
        gap.unheard += digit_by_sound(char) is None
        if len(gap.guessed) > _MAX_GUESSED:
            return None
        at += 1
    return None


def _is_decimal_point(text: str, at: int) -> bool:
    return _DECIMALS.match(text, at) is not None and text[at - 1 : at].isdigit()


def _is_between(text: str, at: int) -> bool:
    """Whether two digits stand on each side: then even 亿 is a misheard 一."""
    return all(digit_of(c) is not None for c in text[max(0, at - 2) : at] + text[at + 1 : at + 3])


def _may_guess(text: str, at: int, certain: int, gap: _Gap) -> bool:
    """Whether there are enough digits around to believe in misheard ones between."""
    count = len(gap.guessed)
    following = sum(digit_of(c) is not None for c in text[at : at + 6])
    if count == 0 or (count == 1 and gap.unheard == 0):
        return True
    if count == 1:
        return certain + following >= 4
    if gap.is_parted and gap.since_pause > 1:
        return False
    if gap.unheard == 0:
        return certain >= count - 1 and following >= count
    return (certain >= count and following >= count) or (certain >= 8 and count == 2)


def extended(text: str, run: Run, wanted: int, *, is_known: bool) -> Run:
    """The run with misheard digits at its ends, up to `wanted` places in all.

    Where `is_known` what stands alone between an end and the next pause counts too,
    whatever it sounds like.
    """
    before = _beside(text, run.start - 1, -1, wanted - run.size, is_known=is_known)
    after = _beside(text, run.end, 1, wanted - run.size, is_known=is_known)
    places = sorted({*before, *run.places, *after})
    return Run(places[0], places[-1] + 1, tuple(places), run.digits, run.certain)


def _beside(text: str, at: int, step: int, missing: int, *, is_known: bool) -> list[int]:
    """The places that continue a run to one side."""
    alike: list[int] = []
    aside: list[int] = []
    is_alike = True
    while 0 <= at < len(text) and len(aside) < _MAX_ENDS and text[at] not in _PAUSES:
        if text[at] not in "嗯呃啊":
            is_alike = is_alike and digit_by_sound(text[at]) is not None
            aside.append(at)
            if is_alike:
                alike.append(at)
        at += step
    is_alone = not 0 <= at < len(text) or text[at] in _PAUSES
    if step > 0 and aside and len(aside) > missing and text[aside[-1]] in "吧啊呢":
        aside.pop()
    if is_known and is_alone and len(aside) <= missing:
        return aside
    return alike[: max(0, missing)]
