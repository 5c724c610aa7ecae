"""How much it proves to have heard a syllable: the rarer it is in speech, the more.

`background_syllables.tsv` is made by `python -m benchmarks.build_background`.
"""

import math
from functools import lru_cache
from importlib.resources import files

from qa_pipeline.text.syllables import FINALS, INITIALS, Syllable

_TABLE = "background_syllables.tsv"
_RAREST_PER_MILLION = 20
_COMMONEST_BITS, _FULL_BITS = 2.0, 9.0
_LEAST_WEIGHT, _MOST_WEIGHT = 0.35, 1.1

PARTICLE_WEIGHT, COMMON_WEIGHT = 0.35, 0.55
_PARTICLES = frozenset("的了呢吗啊吧呀嘛哦嗯")
_COMMON = frozenset("您你我他们给是在就也这那一个有会要到说下可以好")
"""Characters that stand in every other sentence of a call: hearing them proves little."""


@lru_cache(maxsize=1)
def _per_million() -> dict[Syllable, int]:
    lines = files(__package__).joinpath(_TABLE).read_text("utf-8").splitlines()[1:]
    table: dict[Syllable, int] = {}
    for line in lines:
        initial, final, tone, count = line.split("\t")
        sound = INITIALS.index(initial) * len(FINALS) + FINALS.index(final)
        table[Syllable(sound, int(tone))] = int(count)
    return table


def bits(syllable: Syllable) -> float:
    """The information of the syllable in ordinary speech, −log2 of its frequency."""
    count = max(_RAREST_PER_MILLION, _per_million().get(syllable, 0))
    return -math.log2(count / 1e6)


def weight(char: str, syllable: Syllable) -> float:
    """What hearing this character of a phrase proves: about 1 for most, 0.35 for 的."""
    share = (bits(syllable) - _COMMONEST_BITS) / (_FULL_BITS - _COMMONEST_BITS)
    heavy = min(_MOST_WEIGHT, max(_LEAST_WEIGHT, share))
    if char in _PARTICLES:
        return min(heavy, PARTICLE_WEIGHT)
    return min(heavy, COMMON_WEIGHT) if char in _COMMON else heavy


def is_content(char: str) -> bool:
    """Whether a phrase is recognized by this character: it is no particle, no common word."""
    return char not in _PARTICLES and char not in _COMMON
