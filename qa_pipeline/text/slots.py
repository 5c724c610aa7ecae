"""Where a stream says a number, an amount, a day or a time.

A number or a unit may be misheard: each column is looked at both as a character
and as a sound family, and one of the two has to be right.
"""

import re
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.text.confusion import sound_costs, sound_families, tone_costs
from qa_pipeline.text.heard import heard_kinds
from qa_pipeline.text.normalize import is_han
from qa_pipeline.text.numbers import DIGITS, OTHER_DIGITS
from qa_pipeline.text.pattern import SlotKind
from qa_pipeline.text.stream import UtteranceStream
from qa_pipeline.text.syllables import readings

MISHEARD_COST = 0.3
LONGER_IS_BETTER = 0.003
"""What a column inside a slot earns: of two readings the slot takes the longer one."""
NO_DIGIT = 9.0
_MAX_MISHEARD_DIGIT = 0.35
_MISHEARD_DIGIT_COST = 0.06
_MAX_PARTS = 6
_BEYOND_ASCII = 128

_NUMBER = "零一二两三四五六七八九十百千万几半"
_MISHEARD_AS_NUMBER = "亿"
_LONG_UNITS = ("小时", "钟头", "分钟", "工作日", "星期", "个月", "礼拜")
_SHORT_UNITS = ("天", "点", "点钟", "点半", "秒", "周", "号", "日", "年", "刻钟")
_DAY_PARTS = ("凌晨", "早上", "上午", "中午", "下午", "傍晚", "晚上", "今晚", "明早", "当晚")
_DAYS = (
    "今天", "明天", "后天", "大后天", "当天", "当日", "今日", "明日", "次日", "隔天", "第二天",
    "月底", "月初", "月末", "年底", "本周", "下周", "这周", "周末", "本月", "下个月", "下月",
)  # fmt: skip


class Span(NamedTuple):
    """Columns `start` to `end` (exclusive) say it; `cost` > 0 when partly misheard."""

    start: int
    end: int
    cost: float


def _family(char: str) -> str:
    return chr(0xE000 + sound_families()[readings(char)[0].sound])


# Every column is two characters, itself and its sound family: the patterns below
# take one of the two and let the other be anything.
def _said(word: str) -> str:
    return "".join(f"{c}." for c in word)


def _heard(word: str) -> str:
    return "".join(f".{_family(c)}" for c in word)


def _either(words: tuple[str, ...]) -> str:
    ordered = sorted(words, key=len, reverse=True)
    return "(?:" + "|".join(map(_said, ordered)) + ")"


def _either_heard(words: tuple[str, ...]) -> str:
    return "(?:" + "|".join(map(_heard, sorted(words, key=len, reverse=True))) + ")"


@lru_cache(maxsize=8)
def _parts(kind: SlotKind) -> tuple[tuple[re.Pattern[str], float], ...]:
    """Regular expressions of the smallest parts of a slot, each with its cost."""
    number = f"(?:[{_NUMBER}{_MISHEARD_AS_NUMBER}].)"
    heard_number = "(?:.[" + "".join(sorted({_family(c) for c in _NUMBER if is_han(c)})) + "])"
    of_them = f"(?:{_said('个')})?"
    if kind is SlotKind.MONEY:
        fraction = f"(?:{_said('点')}{number}+)?"
        money = _either(("元", "块", "块钱", "元钱", "毛", "毛钱", "角", "万", "分钱"))
        return (
            (re.compile(f"{number}+{fraction}{money}{number}?"), 0.0),
            (re.compile(f"{heard_number}{_either(('块钱', '元钱'))}"), MISHEARD_COST),
        )
    week_day = f"{_either(('周', '星期', '礼拜'))}[一二三四五六日天]."
    days = f"(?:{week_day}|{_either(_DAYS)})"
    month_day = (
        f"{number}{{1,3}}{_said('月')}(?:{_said('份')})?(?:{number}{{1,3}}{_either(('号', '日'))})?"
    )
    exact = [
        days,
        month_day,
        f"{number}{{1,3}}{_either(('号', '日'))}",
        f"{number}{{2,4}}{_said('年')}",
    ]
    fuzzy = [_either_heard(("今天", "明天", "后天", "当天"))]
    if kind is SlotKind.TIME:
        exact += [
            f"{number}{{1,6}}{of_them}(?:{_said('半')})?{_either(_LONG_UNITS + _SHORT_UNITS)}"
            f"(?:{number}{{1,3}}(?:{_said('分')})?)?",
            _either(_DAY_PARTS),
        ]
        fuzzy += [
            f"{number}{{1,6}}{of_them}{_either_heard(_LONG_UNITS[:4])}",
            f"{heard_number}{of_them}{_either(_LONG_UNITS[:4])}",
            _either_heard(("下午", "上午", "晚上")),
        ]
    return (
        (re.compile("|".join(exact)), 0.0),
        (re.compile("|".join(fuzzy)), MISHEARD_COST),
    )


def find_spans(kind: SlotKind, stream: UtteranceStream) -> tuple[Span, ...]:
    """Every place where the stream says a money amount, a date or a time.

    Neighbouring parts (明天 下午 三点) are given alone and together.
    """
    cached = stream.slot_cache.get(kind)
    if isinstance(cached, tuple):
        return cached
    doubled = _doubled(stream)
    parts: dict[tuple[int, int], float] = {}
    for expression, cost in _parts(kind):
        at = 0
        while found := expression.search(doubled, at):
            start, end = found.span()
            if start % 2 == 0:
                parts.setdefault((start // 2, end // 2), cost)
                at = end
            else:
                at = start + 1
    spans = _chains(parts)
    stream.slot_cache[kind] = spans
    return spans


def _doubled(stream: UtteranceStream) -> str:
    """Each column as itself and its sound family."""
    cached = stream.slot_cache.get("doubled")
    if isinstance(cached, str):
        return cached
    codes = np.empty((len(stream), 2), dtype=np.dtype("<u4"))
    codes[:, 0] = _codes(stream.text)
    codes[:, 1] = 0xE000 + np.array(sound_families())[stream.sounds[0]]
    doubled = codes.tobytes().decode("utf-32-le")
    stream.slot_cache["doubled"] = doubled
    return doubled


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.dtype("<u4"))


def _chains(parts: dict[tuple[int, int], float]) -> tuple[Span, ...]:
    starting: dict[int, list[tuple[int, float]]] = {}
    for (start, end), cost in parts.items():
        starting.setdefault(start, []).append((end, cost))
    best: dict[tuple[int, int], float] = {}
    frontier = [(start, end, cost, 1) for (start, end), cost in parts.items()]
    while frontier:
        start, end, cost, count = frontier.pop()
        if cost >= best.get((start, end), 99.0):
            continue
        best[start, end] = cost
        if count < _MAX_PARTS:
            frontier += [(start, e, cost + c, count + 1) for e, c in starting.get(end, ())]
    return tuple(Span(s, e, c - LONGER_IS_BETTER * (e - s)) for (s, e), c in sorted(best.items()))


@lru_cache(maxsize=1)
def _digit_sounds() -> NDArray[np.int16]:
    spoken = [readings(c)[0] for c in DIGITS]
    return np.array([[s.sound for s in spoken], [s.tone for s in spoken]], dtype=np.int16)


def digit_costs(stream: UtteranceStream) -> NDArray[np.float64]:
    """For each column the cost of being a figure: 0 for 八, a little for 吧, NO_DIGIT for 您."""
    cached = stream.slot_cache.get("digits")
    if isinstance(cached, np.ndarray):
        return cached
    sounds, tones = _digit_sounds()
    kinds, of_kind = stream.distinct_kinds
    register = heard_kinds()
    costs = (
        sound_costs()[register.sounds[kinds][:, :, None], sounds]
        + tone_costs()[register.tones[kinds][:, :, None], tones]
    ).min(axis=(1, 2))[of_kind]
    heard = np.where(costs <= _MAX_MISHEARD_DIGIT, _MISHEARD_DIGIT_COST + costs, NO_DIGIT).astype(
        np.float64
    )
    codes = _codes(stream.text)
    heard[codes < _BEYOND_ASCII] = 0.2
    heard[np.isin(codes, _codes("".join((*DIGITS, *OTHER_DIGITS))))] = -LONGER_IS_BETTER
    stream.slot_cache["digits"] = heard
    return heard
