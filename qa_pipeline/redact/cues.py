"""Words that say what number stands beside them, also when the recognizer misheard them."""

import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.redact.cue_words import AFTER, BEFORE, NOUNS, ONLY_SAME_SOUND, PERSONAL, Cue
from qa_pipeline.redact.figures import digit_of
from qa_pipeline.redact.lines import HARD, SOFT
from qa_pipeline.text.confusion import sound_costs, tone_costs
from qa_pipeline.text.normalize import is_han
from qa_pipeline.text.syllables import readings

TRUST, TRUST_TO_KEEP = 0.25, 0.15
"""Mean cost a character up to which a misheard word still counts; less for what is kept."""
_ONE_LOST = 0.36
"""The same for words of three and more characters of which all but one are near."""
_TRUST_PAIR = 0.2
_NEAR = 0.13
_SAME_SOUND = 0.08
_TRUST_AFTER = 0.2
_DROPPED = 0.2
_LINK = re.compile(
    r"[\s，,：:、。？?!！吗呢吧啊嗯呃就是为那个的您我号码数字多少请问麻烦报一下好对读念说告诉给写着上面里]"
)
_CLOSE, _ANSWERED = 3, 14
_WORDS = {word for cues in (BEFORE, AFTER) for words in cues.values() for word in words}
_PLACES = {c: n for n, c in enumerate(sorted({c for word in _WORDS for c in word if is_han(c)}))}
"""Every Han character of a cue, numbered."""


class Said(NamedTuple):
    """A cue that ends `gap` characters away; `between` is what was said meanwhile."""

    cue: Cue
    gap: int
    between: str
    is_exact: bool

    @property
    def is_attached(self) -> bool:
        """Whether hardly more than 是, or the rest of the other's question, stands between."""
        question, turn, answer = self.between.rpartition(SOFT)
        if not turn:
            return len(_LINK.sub("", answer)) <= _CLOSE
        return (
            question.count(SOFT) <= 1
            and HARD not in question
            and len(_LINK.sub("", answer)) <= _CLOSE
            and len(_LINK.sub("", question)) <= _ANSWERED
        )


class _Word(NamedTuple):
    cue: Cue
    text: str
    wanted: str


def _distance(heard: str, wanted: str) -> float:
    if heard == wanted:
        return 0.0
    place = _PLACES.get(wanted)
    if place is not None:
        return _distances(heard)[place]
    return _far_apart(heard, wanted)[0] if is_han(wanted) else 1.0


@lru_cache(maxsize=8192)
def _distances(heard: str) -> "array[float]":
    """How far a character is from each of `_PLACES`, all at once: more are asked for soon."""
    return _far_apart(heard, "".join(_PLACES))


def _far_apart(heard: str, wanted: str) -> "array[float]":
    if not is_han(heard):
        return array("d", [1.0]) * len(wanted)
    costs, tones = sound_costs(), tone_costs()
    sounds, marks = _first_readings(wanted)
    nearest = np.min(
        [costs[h.sound, sounds] + tones[h.tone, marks] for h in readings(heard)], axis=0
    )
    return array("d", 0.02 + nearest.astype(np.float64))


@lru_cache(maxsize=256)
def _first_readings(wanted: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    first = [readings(char)[0] for char in wanted]
    return np.array([r.sound for r in first]), np.array([r.tone for r in first])


@lru_cache(maxsize=256)
def cues_before(text: str) -> tuple[Said, ...]:
    """Every cue in the text, the nearest to its end first.

    Of two that overlap the better understood one counts, then the longer one: 客服电话 before 电话.
    """
    found: list[tuple[float, int, int, Cue]] = []
    for end in range(2, len(text) + 1):
        for word in _words_ending_like(text[end - 2 : end]):
            start = end - len(word.text)
            if start < 0:
                continue
            cost = _cost_of(text[start:end], word)
            if cost is not None:
                found.append((cost, start, end, word.cue))
    chosen: list[tuple[float, int, int, Cue]] = []
    for one in sorted(found, key=lambda f: (f[0], f[1] - f[2], f[3])):
        if all(one[2] <= start or one[1] >= end for _, start, end, _ in chosen):
            chosen.append(one)
    return tuple(
        Said(cue, len(text) - end, text[end:], cost == 0.0)
        for cost, _, end, cue in sorted(chosen, key=lambda f: -f[2])
    )


def cues_after(text: str) -> tuple[Cue, ...]:
    """What the words right at the beginning of the text say of the number before them."""
    found: list[Cue] = []
    for skipped in range(min(3, len(text))):
        if skipped and text[skipped - 1] not in "，, 号吧啊呢嗯":
            break
        for cue, words in AFTER.items():
            for word in words:
                heard = text[skipped : skipped + len(word)]
                if len(heard) == len(word) and all(
                    _distance(h, w) <= _TRUST_AFTER for h, w in zip(heard, word, strict=True)
                ):
                    found.append(cue)
    return tuple(found)


def sounds_like(char: str, wanted: str) -> bool:
    """Whether the character may be heard for one of those wanted."""
    return bool(char) and any(_distance(char, w) <= TRUST_TO_KEEP for w in wanted)


def _cost_of(heard: str, word: _Word) -> float | None:
    """What it costs to hear the word so; None where that is too much."""
    if heard == word.text and word.text == word.wanted:
        return 0.0
    if any(digit_of(char) is not None for char in heard):
        return None
    if word.text in ONLY_SAME_SOUND:
        cost = _cost(heard, word.text)
        return cost if cost <= _SAME_SOUND else None
    dropped = len(word.text) < len(word.wanted)
    cost = _cost(heard, word.text)
    if dropped:
        return _DROPPED if cost <= 0.05 else None
    trust = TRUST if word.cue in PERSONAL else TRUST_TO_KEEP
    if cost <= (trust if len(heard) > 2 else min(trust, _TRUST_PAIR)):
        return cost
    is_known = word.cue in NOUNS and len(heard) >= 3 and cost <= _ONE_LOST
    return cost if is_known and _all_but_one(heard, word.text) else None


def _all_but_one(heard: str, word: str) -> bool:
    far = sum(_distance(h, w) > _NEAR for h, w in zip(heard, word, strict=True))
    return far <= 1


@lru_cache(maxsize=1)
def _all_words() -> tuple[_Word, ...]:
    whole = [_Word(cue, word, word) for cue, words in BEFORE.items() for word in words]
    known = {word.text for word in whole}
    parts = {
        _Word(cue, part, word)
        for cue, word, _ in whole
        if len(word) == 3 and cue in NOUNS and word not in ONLY_SAME_SOUND
        for part in (word[1:], word[0] + word[2])
        if part not in known
    }
    return (*whole, *sorted(parts))


@lru_cache(maxsize=100_000)
def _words_ending_like(pair: str) -> tuple[_Word, ...]:
    """The words whose last two characters may be heard as these: no other is near enough."""
    if any(digit_of(char) is not None for char in pair):
        return tuple(w for w in _all_words() if w.text.endswith(pair))
    return tuple(
        w
        for w in _words_ending_in(pair[1])
        if _distance(pair[0], w.text[-2]) + _distance(pair[1], w.text[-1]) <= _most(w)
    )


@lru_cache(maxsize=8192)
def _words_ending_in(char: str) -> tuple[_Word, ...]:
    return tuple(w for w in _all_words() if _distance(char, w.text[-1]) <= _most(w))


def _most(word: _Word) -> float:
    share = (
        _SAME_SOUND
        if word.text in ONLY_SAME_SOUND
        else _ONE_LOST
        if len(word.text) > 2
        else _TRUST_PAIR
    )
    return share * len(word.text) + 1e-9


def ends_of(text: str, words: Sequence[str]) -> Iterator[int]:
    """Where each of the words ends in the text, also misheard."""
    ending_like = _endings(tuple(words))
    for end in range(2, len(text) + 1):
        for word in ending_like(text[end - 2 : end]):
            heard = text[max(0, end - len(word)) : end]
            if len(heard) == len(word) and _cost(heard, word) <= TRUST_TO_KEEP:
                yield end
                break


@lru_cache(maxsize=64)
def _endings(words: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    """Gives the words whose last two characters may be heard as a pair."""

    @lru_cache(maxsize=8192)
    def ending_in(char: str) -> tuple[str, ...]:
        return tuple(w for w in words if _distance(char, w[-1]) <= _most_at_end(w))

    @lru_cache(maxsize=50_000)
    def ending_like(pair: str) -> tuple[str, ...]:
        return tuple(
            w
            for w in ending_in(pair[1])
            if _distance(pair[0], w[-2]) + _distance(pair[1], w[-1]) <= _most_at_end(w)
        )

    return ending_like


def _most_at_end(word: str) -> float:
    return TRUST_TO_KEEP * len(word) + 1e-9


def _cost(heard: str, word: str) -> float:
    total, most = 0.0, _ONE_LOST * len(word)
    for left, right in zip(heard, word, strict=True):
        total += _distance(left, right)
        if total > most:
            return 1.0
    return total / len(word)
