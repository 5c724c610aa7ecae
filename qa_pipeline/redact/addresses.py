"""Addresses: chains of places that end in a house, and what follows an address cue."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from qa_pipeline.redact.cues import ends_of
from qa_pipeline.redact.figures import HAN_DIGITS, digit_by_sound, digit_of
from qa_pipeline.redact.lines import HARD, View
from qa_pipeline.redact.spans import PersonalKind, Place

_NUMBER = rf"[0-9０-９A-Za-z{HAN_DIGITS}十百千两洞拐\-]"
_HAN = r"[一-鿿]"
_UNIT_NAMES = "号楼|号院|号|弄|巷|栋|幢|单元|座|楼|层|室|户"
_HOUSE = re.compile("号楼|号院|弄|栋|幢|单元|室|座")
_PARTS = {
    "unit": re.compile(rf"{_NUMBER}{{1,6}}\s?(?:{_UNIT_NAMES})(?!人|线|客服|坐席|钟|多)"),
    "estate": re.compile(
        rf"{_HAN}{{0,7}}?(?:小区|花园|家园|公寓|大厦|广场|苑|新村|社区|工业园|花城|庭院|山庄|别墅|"
        r"华府|村|屯|宿舍)"
    ),
    "road": re.compile(
        rf"{_HAN}{{1,6}}?(?<![道马公铁线电网走半一套思])(?:路|大道|大街|街|胡同|巷|弄堂)(?![由线上口过费况人障])"
    ),
    "admin": re.compile(rf"{_HAN}{{2,7}}?(?:省|自治区|特别行政区|市|区|县|旗|镇|乡|街道|开发区)"),
}
_NAMED = re.compile(
    rf"{_UNIT_NAMES}|小区|花园|家园|公寓|大厦|广场|苑|新村|社区|工业园|花城|庭院|山庄|别墅|华府|村|屯|宿舍|"
    r"路|大道|大街|街|胡同|弄堂|省|自治区|特别行政区|市|区|县|旗|镇|乡|开发区"
)
"""What every part ends in."""
_MOST_BEFORE_NAME = 7
_WORTH = {"admin": 1, "road": 2, "estate": 2, "unit": 2}
_CUES = ("地址", "住址", "住在", "家住", "我住", "收货的地方", "家在", "送到", "寄到", "住哪里")
_LIVES = re.compile(r"(?<![记不接站挂保忍顶])住(?![院宿])")
_CUE_REACH, _CUE_LENGTH = 16, 56
_PREFIX = re.compile(
    r".*(?:地址|住址|住在|家住|我住|住的?是|家在|家是|送到|寄到|送去|寄去|发到|住|位于|就?在|就是|是|到|"
    r"我们?家|我|您|你|嗯|呃|那个|请问|给)"
)
_DATE = re.compile(r"[月年]\s?$")
_STOP = re.compile(
    r"电话|手机|号码|身份|(?<=[0-9零一二三四五六七八九十百千万两半])[元块月天次年件斤%％]|钱|点[半钟]|小时|分钟|邮箱|微信|订单|工号|[。？?！!]"
)
_TIME = re.compile(r"\s?(?:点|分|号(?:之|以|下|上|早|晚|前|后|送|到|发|来|买|的))")
_MAX_GAP = 6
_MAX_BRIDGE = 6
_LEAST_NUMBERS = 2


class _Chain(NamedTuple):
    start: int
    end: int
    worth: int
    is_placed: bool
    units: int


def find_addresses(view: View) -> Iterator[Place]:
    """Where somebody lives or receives, from its first part to the last number."""
    text = view.text
    at = 0
    while (at := _next_start(text, at)) < len(text):
        chain = _chain(text, at)
        if chain is None:
            at += 1
            continue
        around = view.before(chain.start, _CUE_REACH) + text[chain.start : chain.end]
        is_cued = any(True for _ in ends_of(around, _CUES))
        if _is_address(chain, is_cued=is_cued) and not _DATE.search(text[: chain.start][-3:]):
            start = _without_cue(text, chain.start, chain.end)
            at = _absorbed(text, chain.end)
            yield Place(start, at, PersonalKind.ADDRESS)
        else:
            at = chain.start + 1
    yield from _after_cue(view)


def _next_start(text: str, at: int) -> int:
    """The first place from `at` on where a part may begin; the end where none does."""
    named = _NAMED.search(text, at)
    return max(at, named.start() - _MOST_BEFORE_NAME) if named else len(text)


def _is_address(chain: _Chain, *, is_cued: bool) -> bool:
    if not chain.is_placed:
        return False
    if chain.units and chain.worth >= 4:
        return True
    return is_cued and chain.worth >= 2 and (chain.worth > 2 or not chain.units)


def _part(text: str, at: int) -> tuple[str, int] | None:
    """The shortest part that begins there, and its end."""
    ends = [(m.end(), kind) for kind, p in _PARTS.items() if (m := p.match(text, at))]
    if not ends:
        return None
    end, kind = min(ends)
    return (kind, end) if kind != "unit" or not _TIME.match(text, end - 1) else None


def _chain(text: str, start: int) -> _Chain | None:
    """The parts that follow one another from `start` on, over misheard ones too."""
    at = start
    part = _part(text, at)
    if part is None:
        return None
    end, worth, units, is_placed = start, 0, 0, False
    while part is not None:
        begin, (kind, end) = at, part
        is_placed |= kind != "unit" or _HOUSE.search(text, begin, end) is not None
        worth += _WORTH[kind]
        units += kind == "unit"
        part = None
        for skipped in range(_MAX_BRIDGE):
            if _STOP.match(text, end + skipped) or HARD in text[end : end + skipped + 1]:
                break
            at = end + skipped
            part = _part(text, at)
            if part is not None and (skipped < 2 or part[0] == "unit"):
                break
            part = None
    return _Chain(start, end, worth, is_placed, units)


def _without_cue(text: str, start: int, end: int) -> int:
    """The start without the words before the place: 我住在阳光花园 begins at 阳光."""
    if _PARTS["unit"].match(text, start):
        return start
    found = _PREFIX.match(text, start, min(end, start + 9))
    return found.end() if found and found.end() < end - 1 else start


def _absorbed(text: str, end: int) -> int:
    """The end, moved over numbers that follow with little between: 三栋 and then 幺二零二."""
    at = end
    while at < len(text) and at - end <= _MAX_GAP:
        if text[at] == HARD or _STOP.match(text, at):
            break
        if digit_of(text[at]) is not None or text[at] in "十百":
            end = at + 1
        at += 1
    for _ in range(2):
        if end < len(text) and digit_by_sound(text[end]) is not None:
            end += 1
    unit = re.compile(_UNIT_NAMES).match(text, end)
    return unit.end() if unit else end


def _after_cue(view: View) -> Iterator[Place]:
    """After 地址是 and the like: up to the last number that belongs, misheard parts and all."""
    if sum(digit_of(char) is not None for char in view.text) < _LEAST_NUMBERS:
        return
    lives = (found.end() for found in _LIVES.finditer(view.whole))
    for cue_end in (*ends_of(view.whole, _CUES), *lives):
        own = view.own_position(cue_end, _CUE_REACH)
        if own is None:
            continue
        place = _numbers_after(view.text, own)
        if place is not None:
            yield place


def _numbers_after(text: str, start: int) -> Place | None:
    stop = _STOP.search(text, start, start + _CUE_LENGTH)
    limit = min(len(text), stop.start() if stop else start + _CUE_LENGTH)
    hard = text.find(HARD, start, limit)
    limit = hard if hard >= 0 else limit
    numbers = [i for i in range(start, limit) if digit_of(text[i]) is not None]
    is_placed = any(c.is_placed for i in range(start, limit) if (c := _chain(text, i)) is not None)
    if len(numbers) < _LEAST_NUMBERS or not is_placed:
        return None
    begin = _without_cue(text, start, numbers[0])
    return Place(begin, _absorbed(text, numbers[-1] + 1), PersonalKind.ADDRESS)
