"""Reading a text aloud fast: each character's reading, chosen by its neighbours.

The same dictionary of words as pypinyin's, searched only where a word begins, some
fifteen times faster than pypinyin itself (a call has 1,500 characters).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from operator import add

from qa_pipeline.text.syllables import Syllable, read_aloud, readings


@lru_cache(maxsize=1)
def _words() -> Mapping[str, tuple[str, ...]]:
    """The words of the dictionary by their first two characters, the longest first."""
    # imported here: loading the dictionary takes a third of a second
    from pypinyin.constants import PHRASES_DICT

    found: dict[str, list[str]] = defaultdict(list)
    for word in PHRASES_DICT:
        if len(word) > 1:
            found[word[:2]].append(word)
    return {start: tuple(sorted(w, key=len, reverse=True)) for start, w in found.items()}


@lru_cache(maxsize=30_000)
def _alone(char: str) -> Syllable:
    return readings(char)[0]


def words_in(text: str) -> Iterator[tuple[int, str]]:
    """Where words of the dictionary stand, from left to right the longest."""
    words, until = _words(), 0
    for at, start in enumerate(map(add, text, text[1:])):
        if start in words and at >= until:
            word = next((w for w in words[start] if text.startswith(w, at)), None)
            if word is not None:
                yield at, word
                until = at + len(word)


def read_in_context(text: str) -> tuple[Syllable, ...]:
    """One reading for each folded character of the text (还款: huan2, 还有: hai2)."""
    spoken = list(map(_alone, text))
    for at, word in words_in(text):
        spoken[at : at + len(word)] = read_aloud(word)
    return tuple(spoken)
