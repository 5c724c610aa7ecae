"""Which characters are digits, and which a recognizer may have written for one."""

from functools import lru_cache

from qa_pipeline.text.confusion import sound_costs, tone_costs
from qa_pipeline.text.normalize import fold, is_han
from qa_pipeline.text.syllables import readings

HAN_DIGITS = "零〇一二三四五六七八九幺洞壹贰叁肆伍陆柒捌玖"
_VALUES = dict(zip("零〇洞一二三四五六七八九幺", "0001234567891", strict=True)) | dict(
    zip("壹贰叁肆伍陆柒捌玖", "123456789", strict=True)
)
_SPOKEN = "零一二三四五六七八九幺"
_TELEPHONE_NAMES = {"拐": "7", "勾": "9", "两": "2"}
_ALIKE = 0.36
"""Highest cost of a sound that is still taken for a digit among digits (吧 for 八)."""
PLAIN = frozenset("的了是我有就要也你您呢在都这那不吧啊以它他她和把给对好嗯呃哦么吗")
"""Characters of all speech; that they sound like a digit says little."""


@lru_cache(maxsize=20_000)
def digit_of(char: str) -> str | None:
    """The digit that the character writes ("八" → "8"); None for anything else."""
    if char in _VALUES:
        return _VALUES[char]
    folded = fold(char)
    return folded if len(folded) == 1 and folded.isascii() and folded.isdigit() else None


def digit_by_sound(char: str) -> str | None:
    """The digit that the character sounds like; None when it sounds like none."""
    cost, digit = nearest_digit(char)
    return digit if cost <= _ALIKE else None


@lru_cache(maxsize=20_000)
def nearest_digit(char: str) -> tuple[float, str]:
    """What it costs to hear the character for a digit, 0 to 1, and for which."""
    if char in _TELEPHONE_NAMES:
        return 0.0, _TELEPHONE_NAMES[char]
    if not is_han(char):
        return 1.0, "?"
    costs, tones = sound_costs(), tone_costs()
    cost, best = min(
        (float(costs[w.sound, s.sound] + tones[w.tone, s.tone]), digit)
        for digit in _SPOKEN
        for s in readings(digit)[:1]
        for w in readings(char)
    )
    return min(1.0, cost), _VALUES[best]
