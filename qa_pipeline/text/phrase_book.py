"""Many patterns as arrays: made once, then laid over any number of streams at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.text.confusion import HOMOPHONE_COST, sound_costs, tone_costs
from qa_pipeline.text.heard import heard_kinds
from qa_pipeline.text.pattern import Gap, Literal, Pattern, SlotKind, Wanted, parse_pattern
from qa_pipeline.text.syllables import MAX_READINGS

NO_ELEMENT, LITERAL, GAP, DIGITS, SPAN = range(5)
SPAN_KINDS: tuple[SlotKind, ...] = (SlotKind.TIME, SlotKind.DATE, SlotKind.MONEY)

MISSING_SLOT_COST = 1.7
MISSING_GAP_COST = 0.5
_POLITE_COST = 0.1
_NOTHING_COST = 9.0

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class PhraseBook:
    """Patterns without the `is_exact` ones, which need no alignment.

    Of shape (patterns, elements): `types`, `wanted` (number of a literal's Wanted),
    `weights`, `missing` (cost of an element that was not heard), `least`, `most`,
    `span_kinds` (index into SPAN_KINDS). Of shape (patterns,): `counts` (elements),
    `longest`, `needed` (weight of the pairs that have to be near before the pattern is
    aligned), `pair_sum` (weight of all its pairs). `pair_first`, `pair_second`: the
    different pairs of neighbouring literals. Of shape (pairs of all patterns,):
    `vote_*`. Of shape (literals of all patterns,), those of a pattern together: `literal_*`
    (`literal_first` and `literal_count` have shape (patterns,)).
    """

    patterns: tuple[Pattern, ...]
    vocabulary: "Vocabulary"
    types: NDArray[np.int8]
    wanted: Ints
    weights: Floats
    missing: Floats
    least: Ints
    most: Ints
    span_kinds: Ints
    counts: Ints
    longest: Ints
    needed: Floats
    pair_sum: Floats
    pair_first: Ints
    pair_second: Ints
    vote_pattern: Ints
    vote_pair: Ints
    vote_weight: Floats
    vote_near: Ints
    vote_far: Ints
    literal_first: Ints
    literal_count: Ints
    literal_wanted: Ints
    literal_weight: Floats
    literal_content: Floats
    literal_near: Ints
    literal_spread: Ints
    lengths: NDArray[np.float64]


class Vocabulary:
    """All the different characters that a book wants to hear, and what hearing costs."""

    def __init__(self, wanted: Sequence[Wanted]) -> None:
        self._wanted = tuple(wanted)
        shape = (len(wanted), MAX_READINGS)
        self._sounds = np.zeros(shape, dtype=np.int16)
        self._tones = np.zeros(shape, dtype=np.int8)
        self._reading_costs = np.zeros(shape, dtype=np.float32)
        for number, one in enumerate(wanted):
            for place in range(MAX_READINGS):
                syllable, cost = one.readings[place if place < len(one.readings) else 0]
                self._sounds[number, place], self._tones[number, place] = syllable
                self._reading_costs[number, place] = cost
        self._chars = np.array([ord(w.char) for w in wanted], dtype=np.uint32)
        self._polite = np.array([ord(w.polite or "\0") for w in wanted], dtype=np.uint32)
        self._lock = Lock()
        self._costs = np.full((1, len(wanted)), _NOTHING_COST, dtype=np.float32)
        self._done = 1

    def costs(self, kinds: NDArray[np.int64], trust: NDArray[np.float64]) -> Floats:
        """What it costs to take each column for each wanted character: (wanted, columns).

        0 is the character itself, 1 a wholly different sound; `trust` shrinks what
        lies between. A column of kind NOTHING can never be taken.
        """
        if len(kinds) and int(kinds.max()) >= self._done:
            self._learn()
        costs = self._costs[kinds].T.copy()
        # an untrusted word excuses a near sound, not a wholly different one
        trusted = trust.astype(np.float32)
        costs *= trusted + (1.0 - trusted) * costs
        return costs

    def _learn(self) -> None:
        """Add the rows of every kind that was heard since."""
        with self._lock:
            kinds = heard_kinds()
            first, last = self._done, kinds.count
            if first == last:
                return
            new = self._rows(first, last)
            if last > len(self._costs):
                room = np.empty((2 * last, len(self._wanted)), dtype=np.float32)
                room[:first] = self._costs[:first]
                self._costs = room
            self._costs[first:last] = new
            self._done = last

    def _rows(self, first: int, last: int) -> Floats:
        kinds = heard_kinds()
        best = np.full((last - first, len(self._wanted)), 1.0, dtype=np.float32)
        for heard in range(MAX_READINGS):
            sounds, tones = kinds.sounds[first:last, heard], kinds.tones[first:last, heard]
            extra = kinds.reading_costs[first:last, heard]
            for meant in range(MAX_READINGS):
                costs = sound_costs()[sounds[:, None], self._sounds[None, :, meant]]
                costs += tone_costs()[tones[:, None], self._tones[None, :, meant]]
                costs += np.maximum(extra[:, None], self._reading_costs[None, :, meant])
                np.minimum(best, costs + HOMOPHONE_COST, out=best)
        chars = kinds.chars[first:last, None]
        best[chars == self._polite] = _POLITE_COST
        best[chars == self._chars] = 0.0
        return best


@lru_cache(maxsize=64)
def book_of(sources: tuple[str, ...]) -> PhraseBook:
    """The book of these phrases (raises PatternError); made once a process."""
    patterns = tuple(p for p in dict.fromkeys(map(parse_pattern, sources)) if not p.is_exact)
    numbers: dict[Wanted, int] = {}
    for pattern in patterns:
        for wanted in pattern.heard_as:
            numbers.setdefault(wanted, len(numbers))
    pairs: dict[tuple[int, int], int] = {}
    votes = [
        (
            row,
            pairs.setdefault(
                (numbers[one], len(numbers) if other is None else numbers[other]), len(pairs)
            ),
            *rest,
        )
        for row, pattern in enumerate(patterns)
        for one, other, *rest in _pairs(pattern)
    ]
    columns = list(zip(*votes, strict=True)) or [()] * 5
    needed, pair_sum = _needed(len(patterns), columns[0], columns[2])
    return PhraseBook(
        patterns=patterns,
        vocabulary=Vocabulary(tuple(numbers)),
        counts=_ints(len(p.elements) for p in patterns),
        longest=_ints(p.longest for p in patterns),
        needed=needed,
        pair_sum=pair_sum,
        pair_first=_ints(first for first, _ in pairs),
        pair_second=_ints(second for _, second in pairs),
        vote_pattern=_ints(columns[0]),
        vote_pair=_ints(columns[1]),
        vote_weight=np.array(columns[2], dtype=np.float32),
        vote_near=_ints(columns[3]),
        vote_far=_ints(columns[4]),
        **_elements(patterns, numbers),
        **_literals(patterns, numbers),
    )


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _elements(
    patterns: tuple[Pattern, ...], numbers: Mapping[Wanted, int]
) -> dict[str, NDArray[Any]]:
    shape = (len(patterns), max((len(p.elements) for p in patterns), default=1))
    table: dict[str, NDArray[Any]] = {
        name: np.zeros(shape, dtype=np.int64) for name in ("wanted", "least", "most", "span_kinds")
    }
    table |= {name: np.zeros(shape, dtype=np.float32) for name in ("weights", "missing")}
    table["types"] = np.zeros(shape, dtype=np.int8)
    for row, pattern in enumerate(patterns):
        for place, element in enumerate(pattern.elements):
            at = (row, place)
            if isinstance(element, Literal):
                heavy = pattern.weights[element.index]
                table["types"][at] = LITERAL
                table["wanted"][at] = numbers[pattern.heard_as[element.index]]
                table["weights"][at] = heavy
                table["missing"][at] = element.delete_cost * heavy
                continue
            table["least"][at], table["most"][at] = element.least, element.most
            if isinstance(element, Gap):
                table["types"][at] = GAP
                table["missing"][at] = MISSING_GAP_COST * element.least
                continue
            is_digits = element.kind is SlotKind.DIGITS
            table["types"][at] = DIGITS if is_digits else SPAN
            table["missing"][at] = MISSING_SLOT_COST
            if not is_digits:
                table["span_kinds"][at] = SPAN_KINDS.index(element.kind)
    return table


def _literals(
    patterns: tuple[Pattern, ...], numbers: Mapping[Wanted, int]
) -> dict[str, NDArray[Any]]:
    counts = _ints(len(p.literal_text) for p in patterns)
    weights = [w for p in patterns for w in p.weights]
    content = [w * c for p in patterns for w, c in zip(p.weights, p.content, strict=True)]
    return {
        "literal_first": np.cumsum(counts) - counts,
        "literal_count": counts,
        "literal_wanted": _ints(numbers[w] for p in patterns for w in p.heard_as),
        "literal_weight": np.array(weights, dtype=np.float32),
        "literal_content": np.array(content, dtype=np.float32),
        "literal_near": _ints(near for p in patterns for near, _ in p.reach),
        "literal_spread": _ints(far - near for p in patterns for near, far in p.reach),
        "lengths": np.array([p.length for p in patterns], dtype=np.float64),
    }


_NEEDED_SHARE = 0.35
_SHORT_PAIRS = 3
"""Of a phrase with more pairs this share has to be near before it is aligned at all."""


def _needed(
    n_patterns: int, rows: Sequence[int], weights: Sequence[float]
) -> tuple[Floats, Floats]:
    listed: list[list[float]] = [[] for _ in range(n_patterns)]
    for row, heavy in zip(rows, weights, strict=True):
        listed[row].append(heavy)
    needed = [
        min(pairs) if len(pairs) <= _SHORT_PAIRS else max(min(pairs), _NEEDED_SHARE * sum(pairs))
        for pairs in listed
    ]
    sums = np.array([sum(pairs) for pairs in listed], dtype=np.float32)
    return np.array(needed, dtype=np.float32) - np.float32(1e-3), sums


def _pairs(pattern: Pattern) -> Iterator[tuple[Wanted, Wanted | None, float, int, int]]:
    """Neighbouring literals with their weight and reach; lone ones where there are no others."""
    places = {place: e.index for place, e in enumerate(pattern.elements) if isinstance(e, Literal)}
    paired = [(i, places[place + 1]) for place, i in places.items() if place + 1 in places]
    for first, second in paired:
        heavy = pattern.weights[first] + pattern.weights[second]
        yield pattern.heard_as[first], pattern.heard_as[second], heavy, *pattern.reach[first]
    if not paired:
        for i in places.values():
            yield pattern.heard_as[i], None, pattern.weights[i], *pattern.reach[i]
