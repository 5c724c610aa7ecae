"""Runs of one to three syllables, tones left out: what taught wordings count.

A recognizer that mishears characters keeps most of their sounds. All numbers are one
sound, so that 二十四小时 teaches 两小时 as well.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.text.heteronyms import read_in_context
from qa_pipeline.text.numbers import spell
from qa_pipeline.text.syllables import FINALS, INITIALS, N_PLAIN, N_SOUNDS, UNKNOWN

LONGEST = 3
_NUMBER = N_SOUNDS
_BASE = N_SOUNDS + 2
_DIGITS = np.array([ord(char) for char in "零一二三四五六七八九十百千万两幺"], dtype=np.uint32)
_ONE = ord("一")

Codes = NDArray[np.int64]


def number_runs_joined(text: str, sounds: Sequence[int]) -> tuple[Codes, Codes]:
    """The sounds with each number as one, and for every column its place among them.

    `text` has one character a sound. A single 一 stays what it is: 一下 is no number.
    """
    spoken = np.array(sounds, dtype=np.int64)
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.dtype("<u4"))
    is_number = np.isin(codes, _DIGITS)
    follows = np.zeros(len(codes) + 1, dtype=np.bool_)
    follows[1:-1] = is_number[1:] & is_number[:-1]
    is_lone = (codes == _ONE) & ~follows[:-1] & ~follows[1:]
    spoken[is_number & ~is_lone] = _NUMBER
    starts = ~follows[:-1]
    return spoken[starts], np.cumsum(starts) - 1


def sounds_of(text: str) -> Codes:
    """The sounds of a readable text, numbers joined."""
    spoken = "".join(column.char for column in spell(text))
    return number_runs_joined(spoken, [s.sound for s in read_in_context(spoken)])[0]


def gram_codes(sounds: Codes) -> tuple[Codes, ...]:
    """One code for each run of 1, 2 and 3 sounds, by where it begins."""
    ahead = sounds + 1
    codes = [ahead]
    for more in range(1, LONGEST):
        if len(sounds) <= more:
            codes.append(np.empty(0, dtype=np.int64))
        else:
            codes.append(codes[-1][:-1] * _BASE + ahead[more:])
    return tuple(codes)


def gram_count(length: int) -> int:
    """How many runs a stretch of `length` sounds has."""
    return sum(max(0, length - more) for more in range(LONGEST))


def gram_name(code: int) -> str:
    """The run as pinyin without tones ("shao deng"); numbers are "#"."""
    names: list[str] = []
    while code:
        code, ahead = divmod(code, _BASE)
        names.append(_name(ahead - 1))
    return " ".join(reversed(names))


def gram_code(name: str) -> int:
    """The code of a run that `gram_name` named; KeyError for another."""
    numbers, code = _numbers(), 0
    for part in name.split(" "):
        code = code * _BASE + numbers[part] + 1
    return code


@lru_cache(maxsize=1)
def _numbers() -> dict[str, int]:
    return {_name(sound): sound for sound in range(N_SOUNDS + 1)}


def _name(sound: int) -> str:
    if sound < N_PLAIN:
        initial, final = divmod(sound, len(FINALS))
        return INITIALS[initial] + FINALS[final]
    if sound == UNKNOWN:
        return "?"
    return "#" if sound == _NUMBER else chr(ord("A") + sound - N_PLAIN)
