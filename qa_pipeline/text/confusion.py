"""What it costs to hear one syllable for another: the one table of the phrase engine.

0 is the same sound, 1 a wholly different one. Sources:

- Whisper base (int8) on 200 AISHELL-1 utterances, aligned character by
  character (247 substitutions): 53 % have the same toned syllable, 16 % differ
  in tone only, 18 % share initial and tone, 3 % only the initial, 3 % only the
  final, 7 % neither; by chance these would be 1.3, 0.4, 3.5, 3.4, 7 and 85 %. So
  a wrong tone is hardly dearer than a homophone, and a kept initial is worth
  more than a kept final.
- The mergers of spoken Mandarin that every fuzzy-pinyin input method offers:
  z/zh c/ch s/sh n/l l/r f/h, an/ang en/eng in/ing ian/iang uan/uang, i/ü.
- Telephone bandwidth (300-3400 Hz) removes what tells s, x, sh, f, h apart and
  aspirated from plain stops: those pairs are cheaper than others.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.text.syllables import FINALS, INITIALS, N_PLAIN, N_SOUNDS, UNKNOWN

INITIAL_WEIGHT = 0.65
FINAL_WEIGHT = 0.48
TONE_COST = 0.12
NEUTRAL_TONE_COST = 0.04
HOMOPHONE_COST = 0.03
"""Another character with the very same toned syllable."""

_MERGED_INITIALS = ("z zh", "c ch", "s sh", "n l", "l r", "f h")
_CLOSE_INITIALS = (
    "b p", "d t", "g k", "j q", "zh ch", "z c", "j z", "q c", "x s",
    "h k", "sh r", "zh r", "m n", "s c", "sh ch", "x q", "z s", "zh sh", "f s", "h x",
)  # fmt: skip
_MERGED_INITIAL_DISTANCE = 0.25
_CLOSE_INITIAL_DISTANCE = 0.6
_SHIFTED_INITIALS = ("j zh", "q ch", "x sh")
"""The same hiss a little further back: 消 for 稍."""
_SHIFTED_INITIAL_DISTANCE = 0.45

_MERGED_FINALS = (
    "an ang", "en eng", "in ing", "ian iang", "uan uang", "uen ueng", "eng ong", "ueng ong",
    "i ü", "ie üe", "ian üan", "in ün", "iong ün", "o uo", "ei uei", "en uen", "an uan", "i ih",
)  # fmt: skip
_MERGED_FINAL_DISTANCE = 0.25

# medial, vowel, ending of each final: what two finals have in common decides the rest
_PARTS = {
    "a": " a ", "o": " o ", "e": " e ", "ê": " E ", "ai": " a i", "ei": " e i", "ao": " a u",
    "ou": " o u", "an": " a n", "en": " e n", "ang": " a N", "eng": " e N", "ong": "u o N",
    "er": " e r", "i": " i ", "ih": " i ", "ia": "i a ", "ie": "i e ", "iao": "i a u",
    "iou": "i o u", "ian": "i a n", "in": " i n", "iang": "i a N", "ing": " i N",
    "iong": "i o N", "u": " u ", "ua": "u a ", "uo": "u o ", "uai": "u a i", "uei": "u e i",
    "uan": "u a n", "uen": "u e n", "uang": "u a N", "ueng": "u e N", "ü": " ü ", "üe": "ü e ",
    "üan": "ü a n", "ün": " ü n",
}  # fmt: skip
_MEDIAL_WEIGHT, _VOWEL_WEIGHT, _ENDING_WEIGHT = 0.3, 0.4, 0.35
_CLOSE_VOWELS = {
    frozenset("ie"),
    frozenset("eo"),
    frozenset("ou"),
    frozenset("iü"),
    frozenset("ae"),
    frozenset("eE"),
}


def _pairs(listed: tuple[str, ...]) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(pair.split()) for pair in listed)


def initial_distance(left: str, right: str) -> float:
    """0 for the same initial consonant, 1 for two that are never taken for each other."""
    if left == right:
        return 0.0
    pair = frozenset((left, right))
    if pair in _pairs(_MERGED_INITIALS):
        return _MERGED_INITIAL_DISTANCE
    if pair in _pairs(_SHIFTED_INITIALS):
        return _SHIFTED_INITIAL_DISTANCE
    return _CLOSE_INITIAL_DISTANCE if pair in _pairs(_CLOSE_INITIALS) else 1.0


def final_distance(left: str, right: str) -> float:
    """0 for the same final, 1 for two that share neither medial, vowel nor ending."""
    if left == right:
        return 0.0
    if frozenset((left, right)) in _pairs(_MERGED_FINALS):
        return _MERGED_FINAL_DISTANCE
    (medial, vowel, ending), (medial2, vowel2, ending2) = (
        _PARTS[final].split(" ") for final in (left, right)
    )
    distance = _MEDIAL_WEIGHT * (medial != medial2)
    if vowel != vowel2:
        distance += _VOWEL_WEIGHT * (0.6 if frozenset(vowel + vowel2) in _CLOSE_VOWELS else 1.0)
    if ending != ending2:
        distance += _ENDING_WEIGHT * (0.4 if {ending, ending2} == {"n", "N"} else 1.0)
    return min(1.0, distance)


@lru_cache(maxsize=1)
def sound_costs() -> NDArray[np.float32]:
    """Cost of every pair of sounds without tone, shape (N_SOUNDS, N_SOUNDS)."""
    initials = np.array([[initial_distance(a, b) for b in INITIALS] for a in INITIALS])
    finals = np.array([[final_distance(a, b) for b in FINALS] for a in FINALS])
    both = (
        INITIAL_WEIGHT * initials[:, None, :, None] + FINAL_WEIGHT * finals[None, :, None, :]
    ).reshape(N_PLAIN, N_PLAIN)
    costs = np.ones((N_SOUNDS, N_SOUNDS), dtype=np.float32)
    costs[:N_PLAIN, :N_PLAIN] = np.minimum(both, 1.0)
    letters = np.arange(N_PLAIN, UNKNOWN)
    costs[letters, letters] = 0.0
    return costs


@lru_cache(maxsize=1)
def tone_costs() -> NDArray[np.float32]:
    """Cost of every pair of tones, shape (6, 6); tone 0 means "has none"."""
    costs = np.full((6, 6), TONE_COST, dtype=np.float32)
    costs[5, :] = costs[:, 5] = NEUTRAL_TONE_COST
    costs[0, :] = costs[:, 0] = 0.0
    np.fill_diagonal(costs, 0.0)
    return costs


@lru_cache(maxsize=1)
def sound_families() -> tuple[int, ...]:
    """For each sound the number of its family: sounds merged by careless speech are one."""
    initial_of = {"z": "zh", "c": "ch", "s": "sh", "l": "n", "r": "n", "h": "f"}
    ending_of = {
        "an": "ang", "en": "eng", "in": "ing", "ian": "iang", "uan": "uang", "uen": "ong",
        "ueng": "ong", "ü": "i", "üe": "ie", "üan": "iang", "ün": "ing", "iong": "ing",
        "o": "uo", "ih": "i",
    }  # fmt: skip
    families = []
    for sound in range(N_SOUNDS):
        if sound >= N_PLAIN:
            families.append(sound)
            continue
        initial = INITIALS[sound // len(FINALS)]
        final = FINALS[sound % len(FINALS)]
        merged_initial = INITIALS.index(initial_of.get(initial, initial))
        merged_final = FINALS.index(ending_of.get(final, final))
        families.append(merged_initial * len(FINALS) + merged_final)
    return tuple(families)
