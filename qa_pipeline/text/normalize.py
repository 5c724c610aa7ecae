"""One spelling for one text: simplified, NFKC, lower case, no punctuation."""

import re
import unicodedata
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1)
def _simplifier() -> Any:
    # imported here: nothing but a call may cost start-up time
    import opencc

    return opencc.OpenCC("t2s")


def is_han(char: str) -> bool:
    """Whether the character is a Han character (〇 included)."""
    code = ord(char)
    return (
        0x4E00 <= code <= 0x9FFF
        or 0x3400 <= code <= 0x4DBF
        or code == 0x3007
        or 0x20000 <= code <= 0x3FFFF
    )


def is_latin(char: str) -> bool:
    """Whether the (folded) character is one of a..z."""
    return "a" <= char <= "z"


def is_digit(char: str) -> bool:
    """Whether the (folded) character is one of 0..9."""
    return "0" <= char <= "9"


# Characters of GB 2312 that still turn into another, alone or in a word (回覆, 沈默).
_NOT_ALWAYS_SIMPLE = re.compile("[乾菸薹拚捱摺吒後徵夥榘於袷麴醣麽覆沈哩藉瞭]")


def readable(text: str) -> str:
    """The text in simplified characters, punctuation and spaces kept."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return str(_simplifier().convert(text))
    return str(_simplifier().convert(text)) if _NOT_ALWAYS_SIMPLE.search(text) else text


@lru_cache(maxsize=50_000)
def fold(char: str) -> str:
    """The character after NFKC and lower-casing; may be more than one character."""
    folded = unicodedata.normalize("NFKC", char).lower()
    # only compatibility forms can turn into something that t2s has not yet seen
    return folded if folded == char or folded.isascii() else readable(folded)


@lru_cache(maxsize=8192)
def normalize(text: str) -> str:
    """Han characters, latin letters and digits of the text, in one spelling.

    Traditional becomes simplified, full-width becomes half-width, capitals become
    small; everything else is dropped.
    """
    return "".join(map(_kept_form, readable(text)))


@lru_cache(maxsize=50_000)
def _kept_form(char: str) -> str:
    return "".join(c for c in fold(char) if is_han(c) or is_latin(c) or is_digit(c))


@lru_cache(maxsize=8192)
def han_count(text: str) -> int:
    """How many 字 the text holds: Han characters, and a digit counts one."""
    return sum(map(_counted, text))


@lru_cache(maxsize=50_000)
def _counted(char: str) -> int:
    return sum(1 for c in fold(char) if is_han(c) or is_digit(c))
