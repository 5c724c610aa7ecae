"""Toned pinyin syllables, each mapped to one code point."""

import re
from functools import lru_cache
from typing import NamedTuple

INITIALS: tuple[str, ...] = (
    "",
    *("b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h"),
    *("j", "q", "x", "zh", "ch", "sh", "r", "z", "c", "s"),
)
FINALS: tuple[str, ...] = (
    *("a", "o", "e", "ê", "ai", "ei", "ao", "ou", "an", "en", "ang", "eng", "ong", "er"),
    *("i", "ih", "ia", "ie", "iao", "iou", "ian", "in", "iang", "ing", "iong"),
    *("u", "ua", "uo", "uai", "uei", "uan", "uen", "uang", "ueng"),
    *("ü", "üe", "üan", "ün"),
)
"""`ih` is the buzzing vowel of zhi, chi, shi, ri, zi, ci, si."""

N_PLAIN = len(INITIALS) * len(FINALS)
UNKNOWN = N_PLAIN + 26
N_SOUNDS = UNKNOWN + 1
MAX_READINGS = 3

_CODE_BASE = 0xE000  # the private use area: 6,400 free code points
_NEUTRAL = 5
_RUNS = re.compile(r"[a-z]+|[^a-z]+")
_WITHOUT_INITIAL = {
    "yi": "i", "ya": "ia", "yo": "o", "ye": "ie", "yao": "iao", "you": "iou", "yan": "ian",
    "yin": "in", "yang": "iang", "ying": "ing", "yong": "iong", "yu": "ü", "yue": "üe",
    "yuan": "üan", "yun": "ün", "wu": "u", "wa": "ua", "wo": "uo", "wai": "uai", "wei": "uei",
    "wan": "uan", "wen": "uen", "wang": "uang", "weng": "ueng",
}  # fmt: skip
_SHORTENED = {"iu": "iou", "ui": "uei", "un": "uen", "ue": "üe"}
_FIGURE_READINGS = {"一": ("yi1", "yao1"), "二": ("er4", "liang3"), "零": ("ling2", "dong4")}


class Syllable(NamedTuple):
    """One reading: `sound` numbers initial and final (or a latin letter), `tone` is 1..5.

    Tone 0 stands for "has none" (a latin letter, an unreadable character).
    """

    sound: int
    tone: int

    @property
    def code(self) -> str:
        """The syllable as one character."""
        return chr(_CODE_BASE + self.sound * 6 + self.tone)


def split_pinyin(plain: str) -> tuple[str, str] | None:
    """Initial and final of an untoned syllable ("zhong" → zh, ong); None if there is none."""
    if plain in _WITHOUT_INITIAL:
        return "", _WITHOUT_INITIAL[plain]
    initial = next((i for i in (plain[:2], plain[:1]) if i in INITIALS), "")
    final = plain[len(initial) :].replace("v", "ü")
    if initial in ("j", "q", "x") and final.startswith("u"):
        final = "ü" + final[1:]
    if initial in ("zh", "ch", "sh", "r", "z", "c", "s") and final == "i":
        final = "ih"
    final = _SHORTENED.get(final, final)
    return (initial, final) if final in FINALS else None


@lru_cache(maxsize=8192)
def syllable(toned: str) -> Syllable:
    """The syllable written in pinyin with a tone number ("shao1")."""
    plain, tone = toned, _NEUTRAL
    if toned[-1:].isdigit():
        plain, tone = toned[:-1], int(toned[-1])
    parts = split_pinyin(plain)
    if parts is None:
        return Syllable(UNKNOWN, 0)
    return Syllable(INITIALS.index(parts[0]) * len(FINALS) + FINALS.index(parts[1]), tone)


@lru_cache(maxsize=8192)
def _marked(marked: str) -> Syllable:
    """The syllable written in pinyin with a tone mark ("shāo")."""
    from pypinyin.contrib.tone_convert import to_tone3

    return syllable(to_tone3(marked, neutral_tone_with_five=True))


def _letter(char: str) -> Syllable:
    return Syllable(N_PLAIN + ord(char) - ord("a"), 0)


@lru_cache(maxsize=30_000)
def readings(char: str) -> tuple[Syllable, ...]:
    """Up to three readings of a folded character, the commonest first."""
    if "a" <= char <= "z":
        return (_letter(char),)
    # imported here: loading the dictionary takes a third of a second
    from pypinyin import Style, pinyin
    from pypinyin.constants import PINYIN_DICT

    if len(char) == 1 and ord(char) in PINYIN_DICT:
        # what `pinyin` gives, without its ways there
        syllables = dict.fromkeys(map(_marked, PINYIN_DICT[ord(char)].split(",")))
    else:
        found = pinyin(char, heteronym=True, style=Style.TONE3, neutral_tone_with_five=True)
        syllables = dict.fromkeys(syllable(toned) for toned in found[0])
    known = tuple(s for s in syllables if s.sound != UNKNOWN)[:MAX_READINGS]
    return known or (Syllable(UNKNOWN, 0),)


@lru_cache(maxsize=64)
def figure_readings(char: str) -> tuple[Syllable, ...]:
    """Readings of a character that was written as an Arabic figure (1 is yi or yao)."""
    return tuple(map(syllable, _FIGURE_READINGS.get(char, ()))) or readings(char)


@lru_cache(maxsize=20_000)
def read_aloud(text: str) -> tuple[Syllable, ...]:
    """One reading for each character, chosen by its neighbours (工号: hao4, 号叫: hao2)."""
    from pypinyin import Style, pinyin

    spoken: list[Syllable] = []
    for run in _RUNS.findall(text):
        found: list[list[str]] = []
        if not run.isascii():
            found = pinyin(run, style=Style.TONE3, neutral_tone_with_five=True)
        # characters that the dictionary lacks come back lumped together
        in_context = [syllable(one[0]) for one in found] if len(found) == len(run) else []
        spoken.extend(in_context or [readings(char)[0] for char in run])
    return tuple(spoken)


def encode(text: str) -> str:
    """The text as one code point a syllable; equal sounds get equal code points."""
    return "".join(s.code for s in read_aloud(text))
