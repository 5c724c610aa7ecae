"""Reading a text aloud fast: each character's reading, chosen by its neighbours.

The same dictionary of words as pypinyin's, searched only where a word begins, some
fifteen times faster than pypinyin itself (a call has 1,500 characters).
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

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


def read_in_context(text: str) -> tuple[Syllable, ...]:
    """One reading for each folded character of the text (还款: huan2, 还有: hai2)."""
    words = _words()
    spoken = list(map(_alone, text))
    at, last = 0, len(text) - 1
    while at < last:
        listed = words.get(text[at : at + 2])
        if listed is not None:
            word = next((w for w in listed if text.startswith(w, at)), None)
            if word is not None:
                spoken[at : at + len(word)] = read_aloud(word)
                at += len(word)
                continue
        at += 1
    return tuple(spoken)
