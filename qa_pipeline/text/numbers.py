"""Numbers as they are spoken: 8016, 八零一六 and 八零幺六 become the same characters."""

import re
from typing import NamedTuple

from qa_pipeline.text.normalize import fold, is_digit, is_han, is_latin, readable

DIGITS = "零一二三四五六七八九"
OTHER_DIGITS = {"〇": "零", "幺": "一", "两": "二", "洞": "零", "拐": "七", "勾": "九"}
"""Radio and telephone names of digits; 两 counts as a digit only inside a slot."""

_SPELLED = str.maketrans("0123456789〇幺", "零一二三四五六七八九零一")

# A run of figures is a quantity when a measure word follows, else it is read digit by digit.
_UNIT = re.compile(
    r"小时|分钟|秒|个|元|块|毛|角|万|千|百|亿|天|周|折|倍|度|岁|次|件|条|位|单|级|期|成|台|套|公里|米|步|种|项"
    r"|多|左右|工作日"
)
_CALENDAR_UNIT = re.compile(r"月|日|号|点|楼|层|时|分|年")
_FIGURES = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?%?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")


class Column(NamedTuple):
    """One spoken character and where it came from in the readable text.

    `figure` is True when an Arabic figure stood there: it may be read in several
    ways (1 as 一 or 幺, 2 as 二 or 两, 0 as 零 or 洞).
    """

    char: str
    offset: int
    figure: bool


def spell_quantity(figures: str, *, liang: bool = False) -> str:
    """An integer below 10^12 in Han characters ("24" → 二十四); `liang`: a bare 2 is 两."""
    value = int(figures)
    if value == 0:
        return "零"
    if value == 2 and liang:
        return "两"
    for size, name in ((10**8, "亿"), (10**4, "万")):
        if value >= size:
            head, rest = divmod(value, size)
            tail = "" if rest == 0 else spell_quantity(str(rest))
            if rest and rest < size // 10:
                tail = "零" + tail
            return spell_quantity(str(head), liang=True) + name + tail
    spoken = ""
    started = False
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, size)
        if digit:
            if started and spoken.endswith("零") is False and _skipped(spoken, name):
                spoken += "零"
            is_bare_ten = name == "十" and digit == 1 and not started
            spoken += name if is_bare_ten else DIGITS[digit] + name
            started = True
    return spoken


def _skipped(spoken: str, name: str) -> bool:
    order = "千百十"
    last = spoken[-1]
    position = order.index(name) if name else len(order)
    return last in order and position - order.index(last) > 1


def _spell_run(run: str, following: str) -> list[tuple[str, int]]:
    """Spoken characters of one run of figures with their offsets inside the run."""
    percent = run.endswith("%")
    number = run.rstrip("%").replace(",", "")
    whole, _, fraction = number.partition(".")
    is_unit = bool(_UNIT.match(following))
    is_calendar = bool(_CALENDAR_UNIT.match(following)) and len(whole) <= 2
    is_quantity = (
        (is_unit or is_calendar or percent or bool(fraction) or "," in run)
        and len(whole) <= 9
        and not (len(whole) > 1 and whole.startswith("0"))
    )
    if is_quantity:
        spoken = spell_quantity(whole, liang=is_unit and not fraction)
    else:
        spoken = whole.translate(_SPELLED)
    if fraction:
        spoken += "点" + fraction.translate(_SPELLED)
    if percent:
        spoken = "百分之" + spoken
    last = len(run) - 1
    return [(char, min(i * len(run) // len(spoken), last)) for i, char in enumerate(spoken)]


def spell(text: str) -> tuple[Column, ...]:
    """The spoken columns of a readable text: Han characters and latin letters only.

    Punctuation is dropped; offsets are indices into `text`.
    """
    chars: list[str] = []
    offsets: list[int] = []
    for index, char in enumerate(text):
        for folded in fold(char):
            chars.append(folded)
            offsets.append(index)
    folded_text = "".join(chars)
    if not any(map(is_digit, folded_text)):
        return tuple(
            Column(c.translate(_SPELLED), o, False)
            for c, o in zip(chars, offsets, strict=True)
            if is_han(c) or is_latin(c)
        )
    folded_text = _CLOCK.sub(r"\1点\2", folded_text)
    columns: list[Column] = []
    at = 0
    for found in _FIGURES.finditer(folded_text):
        columns.extend(_plain(folded_text, offsets, at, found.start()))
        following = folded_text[found.end() : found.end() + 3]
        columns.extend(
            Column(char, offsets[found.start() + inside], True)
            for char, inside in _spell_run(found.group(), following)
        )
        at = found.end()
    columns.extend(_plain(folded_text, offsets, at, len(folded_text)))
    return tuple(columns)


def _plain(text: str, offsets: list[int], start: int, end: int) -> list[Column]:
    return [
        Column(text[i].translate(_SPELLED), offsets[i], False)
        for i in range(start, end)
        if is_han(text[i]) or is_latin(text[i])
    ]


def digits_spoken(text: str) -> str:
    """The text as it is spoken, numbers in one form: 8016 = 八零幺六 = 八零一六."""
    return "".join(column.char for column in spell(readable(text)))
