"""Text as a recognizer might have heard it: noise of the measured kinds, with a fixed seed.

The shares are those of Whisper base on AISHELL-1 (see `text/confusion.py`): of the
characters that were heard wrongly 53 % sound exactly alike, 16 % differ in the tone,
18 % keep initial and tone, 3 % only the initial, 3 % only the final, 7 % nothing.
Independent of that one error in eight drops its character and one in sixteen adds one.
"""

from collections import defaultdict
from functools import lru_cache
from random import Random

from qa_pipeline.text.confusion import final_distance, initial_distance
from qa_pipeline.text.normalize import is_han
from qa_pipeline.text.syllables import FINALS, INITIALS, N_PLAIN, Syllable, readings

KINDS = (("homophone", 53), ("tone", 16), ("initial_tone", 18), ("initial", 3), ("final", 3))
ANYTHING_SHARE = 7
DROPPED, ADDED = 1 / 8, 1 / 16
_FILLERS = "嗯啊呃那个的就"


@lru_cache(maxsize=1)
def _characters() -> dict[str, dict[tuple[int, ...], tuple[str, ...]]]:
    """The 3,755 common characters (GB 2312 level 1) by what they sound like, in each kind."""
    grouped: dict[str, dict[tuple[int, ...], list[str]]] = {
        kind: defaultdict(list) for kind, _ in KINDS
    }
    for high in range(0xB0, 0xD8):
        for low in range(0xA1, 0xFF):
            char = bytes((high, low)).decode("gb2312", errors="ignore")
            if not char:
                continue
            syllable = readings(char)[0]
            for kind, groups in grouped.items():
                groups[_key(kind, syllable)].append(char)
    return {k: {key: tuple(v) for key, v in g.items()} for k, g in grouped.items()}


def _key(kind: str, syllable: Syllable) -> tuple[int, ...]:
    initial, final = divmod(syllable.sound, len(FINALS))
    return {
        "homophone": (syllable.sound, syllable.tone),
        "tone": (syllable.sound,),
        "initial_tone": (initial, syllable.tone),
        "initial": (initial,),
        "final": (final,),
    }[kind]


def _likeness(one: Syllable, other: Syllable) -> float:
    if max(one.sound, other.sound) >= N_PLAIN:
        return 0.0
    (initial, final), (initial2, final2) = (divmod(s.sound, len(FINALS)) for s in (one, other))
    return 2.0 - (
        initial_distance(INITIALS[initial], INITIALS[initial2])
        + final_distance(FINALS[final], FINALS[final2])
    )


def _misheard(char: str, random: Random) -> str:
    names = [kind for kind, _ in KINDS]
    kind = random.choices([*names, ""], [*(share for _, share in KINDS), ANYTHING_SHARE])[0]
    characters = _characters()
    if not kind:
        return random.choice(random.choice(list(characters["tone"].values())))
    wanted = readings(char)[0]
    others = [c for c in characters[kind].get(_key(kind, wanted), ()) if c != char]
    if not others:
        return char
    if kind == "homophone":
        return random.choice(others)
    # of those that share a part the nearer ones are likelier
    return max(random.sample(others, min(4, len(others))),
               key=lambda c: _likeness(wanted, readings(c)[0]))  # fmt: skip


def mishear(text: str, rate: float, random: Random) -> str:
    """The text with about `rate` of its Han characters heard wrongly."""
    heard: list[str] = []
    for char in text:
        if not is_han(char) or random.random() >= rate:
            heard.append(char)
            continue
        how = random.random()
        if how < DROPPED:
            continue
        heard.append(
            char + random.choice(_FILLERS) if how < DROPPED + ADDED else _misheard(char, random)
        )
    return "".join(heard)
