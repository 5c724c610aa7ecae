"""Lexicon entries as expressions over a text, as it is written and as it sounds.

In an entry `{m-n}` stands for m to n characters and `(你|您)` for one of its forms.
"""

import re
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pypinyin import Style, lazy_pinyin

from qa_pipeline.text.normalize import normalize

_GAP = re.compile(r"\{(\d+)-(\d+)\}")
_CHOICE = re.compile(r"\(([^()]*)\)")
_TOKEN = re.compile(r"\{\d+-\d+\}|\([^()]*\)|[^{(]+")
_MIN_CHARS_BY_TONE = 3
_MIN_CHARS_BY_SOUND = 4
_MIN_CHARS_BY_CONFUSION = 5
_PAST_HAN = 0x40000  # code points of what `normalize` keeps lie below
_TONE_PROBABILITY = 0.9
_SOUND_PROBABILITY = 0.85
_CONFUSED_PROBABILITY = 0.75

Written = Callable[[str], str]
"""What one character is written as in a layer: one character too."""


class Layer(NamedTuple):
    """One way to compare: entries of at least `min_chars`, and how sure a hit is."""

    probability: float
    min_chars: int
    written: Written


class Wanted:
    """Entries as one expression, and the one or two characters that each begins with.

    `beginnings` is None where one of them may begin with anything.
    """

    def __init__(self, source: str, beginnings: frozenset[str] | None) -> None:
        self._source = source
        self.beginnings = beginnings

    @cached_property
    def expression(self) -> re.Pattern[str]:
        # compiled when first needed: a second for all the lists that somebody may ask for
        return re.compile(self._source, re.DOTALL)

    def found_in(self, text: str, places: Sequence[int] | None) -> list[tuple[int, int]]:
        """Starts and ends, as `expression.finditer` gives them.

        `places` are where one of the beginnings stands, in order: it is tried nowhere else.
        None where they are not known.
        """
        if places is None:
            return [found.span() for found in self.expression.finditer(text)]
        if not places:
            return []
        match, until = self.expression.match, 0
        spans = []
        for place in places:
            if place >= until:
                found = match(text, place)
                if found is not None:
                    until = found.end()
                    spans.append((place, until))
        return spans


def in_layers(text: str) -> NDArray[np.uint32]:
    """The normalized text as every layer writes it: code points, shape (layers, characters)."""
    codes, table = np.array(list(map(ord, text)), dtype=np.intp), _table()
    for code in set(codes[table[codes, 0] == 0].tolist()):
        table[code] = [ord(layer.written(chr(code))) for layer in LAYERS]
    return table[codes].T


def as_text(codes: NDArray[np.uint32]) -> str:
    """Code points as characters."""
    return codes.astype("<u4").tobytes().decode("utf-32-le")


def wanted_in(entries: tuple[str, ...], layer: Layer) -> Wanted | None:
    """Those entries that are long enough for the layer; None where none is."""
    written, minimum = layer.written, layer.min_chars
    chosen = [
        entry
        for entry in sorted(entries, key=len, reverse=True)
        if _least_chars(entry) >= minimum + (minimum > 1 and "{" in entry)
    ]
    if not chosen:
        return None
    # Entries of one first character are tried together: the others are passed by at once.
    by_first: dict[str, list[str]] = {}
    for entry in chosen:
        first = _first_char(entry)
        rest = entry[len(first) :] if first else entry
        by_first.setdefault(first and re.escape(written(first)), []).append(
            _in_regex(rest, written)
        )
    if "" in by_first:
        # what may begin with anything competes with all others: the order decides
        source = "|".join(_in_regex(entry, written) for entry in chosen)
    else:
        source = "|".join(f"{first}(?:{'|'.join(rests)})" for first, rests in by_first.items())
    beginnings = frozenset(each for entry in chosen for each in _beginnings(entry, written))
    return Wanted(source, None if "" in beginnings else beginnings)


@lru_cache(maxsize=1)
def _table() -> NDArray[np.uint32]:
    """What each character is written as by each layer, 0 for one that was not met yet."""
    return np.zeros((_PAST_HAN, len(LAYERS)), dtype=np.uint32)


def _as_it_is(char: str) -> str:
    return char


def _as_toned(char: str) -> str:
    return _code_point(str(lazy_pinyin(char, style=Style.TONE3, neutral_tone_with_five=True)[0]))


def _as_sounded(char: str) -> str:
    return _code_point(_sound(char))


def _as_confused(char: str) -> str:
    sound = _sound(char)
    for heard, folded in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("h", "f")):
        if sound.startswith(heard):
            sound = folded + sound[len(heard) :]
            break
    if sound.endswith(("ang", "eng", "ing")):
        sound = sound[:-1]
    return _code_point(sound)


LAYERS: tuple[Layer, ...] = (
    Layer(1.0, 1, _as_it_is),
    Layer(_TONE_PROBABILITY, _MIN_CHARS_BY_TONE, _as_toned),
    Layer(_SOUND_PROBABILITY, _MIN_CHARS_BY_SOUND, _as_sounded),
    Layer(_CONFUSED_PROBABILITY, _MIN_CHARS_BY_CONFUSION, _as_confused),
)
"""From the very characters down to what telephone Mandarin confuses."""


@lru_cache(maxsize=20_000)
def _sound(char: str) -> str:
    return str(lazy_pinyin(char, style=Style.NORMAL)[0])


@lru_cache(maxsize=4096)
def _code_point(sound: str) -> str:
    # One private character a syllable, the same in every process: base 37 of its letters.
    value = 0
    for letter in sound[:7]:
        value = value * 37 + (ord(letter) - 96 if "a" <= letter <= "z" else 27 + ord(letter) % 10)
    return chr(0x20000 + value % 0xC0000)


def _beginnings(entry: str, written: Written) -> set[str]:
    """The two characters that the entry may begin with, one before a gap, "" for anything."""
    known: set[str] = set()
    begun = {""}
    for token in _TOKEN.findall(entry):
        if not begun or _GAP.fullmatch(token):
            break
        choice = _CHOICE.fullmatch(token)
        forms = map(normalize, choice[1].split("|") if choice else (token,))
        grown = {one + "".join(map(written, form)) for form in forms for one in begun}
        known |= {one[:2] for one in grown if len(one) >= 2}
        begun = {one for one in grown if len(one) < 2}
    return known | begun


def _first_char(entry: str) -> str:
    """The character that the entry begins with; empty where it may be one of several."""
    first = entry[0]
    return first if first not in "{(" and normalize(first) == first else ""


def _least_chars(entry: str) -> int:
    """How many characters the shortest form of the entry names."""
    groups = sum(
        min(len(normalize(choice)) for choice in group.split("|"))
        for group in _CHOICE.findall(entry)
    )
    return groups + len(normalize(_GAP.sub("", _CHOICE.sub("", entry))))


def _in_regex(entry: str, written: Written) -> str:
    source = ""
    for token in _TOKEN.findall(entry):
        gap, choice = _GAP.fullmatch(token), _CHOICE.fullmatch(token)
        if gap:
            source += f".{{{gap[1]},{gap[2]}}}?"
        elif choice:
            forms = sorted(map(normalize, choice[1].split("|")), key=len, reverse=True)
            source += f"(?:{'|'.join(_escaped(form, written) for form in forms)})"
        else:
            source += _escaped(normalize(token), written)
    return source


def _escaped(text: str, written: Written) -> str:
    return "".join(re.escape(written(char)) for char in text)
