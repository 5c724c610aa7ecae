"""Words as keys of their sound, so that an index finds what was misheard.

Syllables lose their tone and fall together where careless speech merges them
(`confusion.sound_families`: z/zh, n/l/r, f/h, an/ang, en/eng, in/ing, i/ü).
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from qa_pipeline.text.confusion import sound_families
from qa_pipeline.text.heteronyms import read_in_context
from qa_pipeline.text.normalize import readable
from qa_pipeline.text.numbers import spell
from qa_pipeline.text.pattern import parse_pattern

SOUND_KEYS_VERSION = "1"
"""Part of what is indexed: raise it when the keys of a text may change."""

_FIGURES = "0123456789abcdefghijklmnopqrstuvwxyz"
_LEAST_CUT = 4
_KEYS_A_PIECE = 4
_MOST_PIECES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundQuery:
    """Rows of keys: all of `whole` stand in an utterance that says the phrase.

    One of `near` stands there even where some syllables were misheard beyond the
    families; empty for a phrase too short to be cut.
    """

    whole: tuple[tuple[str, ...], ...]
    near: tuple[tuple[str, ...], ...]


def sound_keys(text: str) -> tuple[str, ...]:
    """One key of two characters for each spoken syllable; figures are spelled out."""
    columns = spell(readable(text))
    keys = _keys()
    return tuple(keys[s.sound] for s in read_in_context("".join(c.char for c in columns)))


def sound_query(phrase: str) -> SoundQuery:
    """What to look up for a phrase of the pattern language; PatternError for no phrase.

    k misheard syllables leave one of k + 1 pieces whole: a syllable in four or five,
    as often as Whisper mishears one, is allowed for.
    """
    pattern = parse_pattern(phrase)
    runs = tuple(sound_keys(pattern.literal_text[a:b]) for a, b in pattern.pieces)
    whole = tuple(run for run in runs if run)
    longest = max(whole, key=len, default=())
    if len(longest) < _LEAST_CUT:
        return SoundQuery(whole=whole, near=(longest,) if len(whole) > 1 else ())
    count = min(_MOST_PIECES, 1 + max(1, len(longest) // _KEYS_A_PIECE))
    cuts = [len(longest) * i // count for i in range(count + 1)]
    near = tuple(longest[a:b] for a, b in pairwise(cuts))
    return SoundQuery(whole=whole, near=near)


@lru_cache(maxsize=1)
def _keys() -> tuple[str, ...]:
    return tuple(_FIGURES[f // 36] + _FIGURES[f % 36] for f in sound_families())
