"""One role's utterances as one row of spoken characters, with times and sounds."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.text.heard import heard_kinds
from qa_pipeline.text.heteronyms import read_in_context, words_in
from qa_pipeline.text.normalize import fold, is_digit, is_han, is_latin, readable
from qa_pipeline.text.numbers import spell
from qa_pipeline.text.syllables import read_aloud

FILLER_COST = 0.03
FUNCTION_WORD_COST = 0.3
COPULA_COST = 0.15  # 工号是八零一六
WORD_COST = 0.65
DENIAL_COST = 1.3
"""What a character costs that stands between two characters of a phrase.

A denial inside a phrase turns it round, so it is no mere insertion.
"""

_FILLERS = re.compile(r"[嗯呃啊哦额唉诶哎噢喔呀嘛呢吧哈]|那个|就是说?|这个|然后|这边|那边")
_MARK = re.compile(r"[^\w\s]|_")
_FUNCTION_WORDS = "的了就也都这那您你我给是有在先再还会来去请一下啦吗"
_SKIP_COSTS = (
    dict.fromkeys(_FUNCTION_WORDS, FUNCTION_WORD_COST)
    | dict.fromkeys("不没别", DENIAL_COST)
    | {"是": COPULA_COST}
)


class _SkipCost(dict[str, float]):
    """What inserting each character costs by itself."""

    def __missing__(self, char: str) -> float:
        self[char] = WORD_COST
        return WORD_COST


_SKIP_COST = _SkipCost(_SKIP_COSTS)

# Two breaths of one role belong to one sentence unless the pause between them is long.
_PAUSES = ((10_000, 50.0), (5_000, 1.2), (2_000, 0.25))
_LEAST_TRUST = 0.6
"""Share of the substitution cost that remains where the recognizer trusted its word not at all."""


@dataclass(frozen=True, eq=False)
class UtteranceStream:
    """Every spoken character ("column") of some utterances, in time order.

    Arrays have one entry a column: `kinds` (numbers of heard.HeardKinds), `trust`
    (multiplies substitution costs), `skip_costs` (inserting the column),
    `pause_costs` (crossing from the column before). `display` is readable text
    with punctuation, `offsets` point into it.
    """

    utterances: tuple[Utterance, ...]
    text: str
    display: str
    offsets: tuple[int, ...]
    owners: tuple[int, ...]
    start_ms: tuple[int, ...]
    end_ms: tuple[int, ...]
    probabilities: tuple[float, ...]
    breaks: frozenset[int]
    chars: NDArray[np.uint32]
    kinds: NDArray[np.int64]
    trust: NDArray[np.float64]
    skip_costs: NDArray[np.float64]
    pause_costs: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.text)

    def interval(self, start: int, end: int) -> Interval:
        """The time from column `start` to column `end` (exclusive)."""
        return Interval(self.start_ms[start], max(self.start_ms[start], self.end_ms[end - 1]))

    def quote(self, start: int, end: int) -> str:
        """What was heard from column `start` to `end`, as a person reads it."""
        return self.display[self.offsets[start] : self.offsets[end - 1] + 1].strip()

    def columns_within(self, window: Interval) -> tuple[int, int]:
        """First and one-past-last column that start inside the window."""
        starts = self._starts
        return (
            int(np.searchsorted(starts, window.start_ms, side="left")),
            int(np.searchsorted(starts, window.end_ms, side="left")),
        )

    def mean_probability(self, start: int, end: int) -> float:
        """Mean word probability of the columns; 1.0 for none."""
        part = self.probabilities[start:end]
        return sum(part) / len(part) if part else 1.0

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        # overlapping words must not break the search: the running maximum is monotone
        return np.maximum.accumulate(np.array(self.start_ms, dtype=np.int64))

    @cached_property
    def sounds(self) -> NDArray[np.int16]:
        """The sounds of every reading, the likeliest in row 0."""
        return heard_kinds().sounds[self.kinds].T

    @cached_property
    def tones(self) -> NDArray[np.int8]:
        """The tones of every reading."""
        return heard_kinds().tones[self.kinds].T

    @cached_property
    def reading_costs(self) -> NDArray[np.float32]:
        """What it costs to need that reading."""
        return heard_kinds().reading_costs[self.kinds].T

    @cached_property
    def distinct_kinds(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The different `kinds`, and for each column the place of its own among them.

        Few kinds are heard often: what depends on the kind alone is looked up once for each.
        """
        is_heard = np.bincount(self.kinds) > 0
        return np.flatnonzero(is_heard), (np.cumsum(is_heard) - 1)[self.kinds]

    @cached_property
    def slot_cache(self) -> dict[str, object]:
        """Room for what slots recognized in this stream."""
        return {}


@dataclass(frozen=True, slots=True)
class _Spelled:
    """What a readable text says: its columns, where each stands, which were figures."""

    text: str
    offsets: list[int]
    figures: frozenset[int]


class _Spoken(dict[str, str | None]):
    """What each character of a readable text adds to the columns; None for a figure.

    A plain dictionary, as characters are few: keeping order costs what looking up does.
    """

    def __missing__(self, char: str) -> str | None:
        folded = fold(char)
        is_figure = any(map(is_digit, folded))
        self[char] = None if is_figure else "".join(column.char for column in spell(folded))
        return self[char]


class _KindsAlone(dict[str, int]):
    """How each spoken character is heard by itself."""

    def __missing__(self, char: str) -> int:
        self[char] = heard_kinds().number((char, read_in_context(char)[0], False))
        return self[char]


class _Kept(dict[str, int]):
    """How many letters and figures of each readable character the recognizer times."""

    def __missing__(self, char: str) -> int:
        self[char] = _kept(char)
        return self[char]


_SPOKEN, _KIND_ALONE, _KEPT = _Spoken(), _KindsAlone(), _Kept()


def _spelled(shown: str) -> _Spelled:
    """The same as `spell`, quicker where no figure stands."""
    spoken = list(map(_SPOKEN.__getitem__, shown))
    known = [said for said in spoken if said is not None]
    if len(known) == len(spoken):
        text, offsets = "".join(known), [at for at, said in enumerate(known) if said]
        if len(offsets) != len(text):
            offsets = [at for at, said in enumerate(known) for _ in said]
        return _Spelled(text, offsets, frozenset())
    columns = spell(shown)
    return _Spelled(
        "".join(column.char for column in columns),
        [column.offset for column in columns],
        frozenset(at for at, column in enumerate(columns) if column.figure),
    )


def _kinds(spelled: _Spelled) -> list[int]:
    """How each column is heard, as numbers of heard.HeardKinds."""
    kinds = list(map(_KIND_ALONE.__getitem__, spelled.text))
    for at, word in words_in(spelled.text):
        kinds[at : at + len(word)] = _kinds_in_word(word)
    for at in spelled.figures:
        char, reading = spelled.text[at], read_in_context(spelled.text)[at]
        kinds[at] = heard_kinds().number((char, reading, True))
    return kinds


@lru_cache(maxsize=30_000)
def _kinds_in_word(word: str) -> tuple[int, ...]:
    spoken = zip(word, read_aloud(word), strict=True)
    return tuple(heard_kinds().number((char, reading, False)) for char, reading in spoken)


@lru_cache(maxsize=30_000)
def _kept(text: str) -> int:
    return sum(1 for char in text for c in fold(char) if is_han(c) or is_latin(c) or is_digit(c))


@dataclass(frozen=True, slots=True)
class _Timed:
    """Start, end and probability of each column."""

    start_ms: list[int]
    end_ms: list[int]
    probabilities: list[float]


def _timed(utterance: Utterance, shown: str, spelled: _Spelled) -> _Timed:
    """Each column as its word was timed, else by its share of the utterance."""
    words, offsets = utterance.words, spelled.offsets
    if not words and sum(map(_KEPT.__getitem__, shown)) == len(offsets):
        return _paced(utterance, len(offsets))
    said = [word.text for word in words]
    # a word for each column, as the recognizer gives for most utterances
    is_plain = len(said) == len(offsets) and "" not in said and not spelled.figures
    if is_plain and "".join(said) == spelled.text:
        times = [word.interval for word in words]
        return _Timed(
            [time.start_ms for time in times],
            [time.end_ms for time in times],
            [word.probability for word in words],
        )
    kept = list(map(_KEPT.__getitem__, shown))
    total = sum(kept)
    pieces = _pieces(utterance, total)
    if not len(pieces) == total == len(offsets):
        # words that spell another text than the utterance are laid over it proportionally
        kept_before = [0, *accumulate(kept)]
        scale, last = len(pieces) / max(1, total), len(pieces) - 1
        pieces = [pieces[min(last, int(kept_before[offset] * scale))] for offset in offsets]
    return _Timed(
        [round(start) for start, _, _ in pieces],
        [round(end) for _, end, _ in pieces],
        [probability for _, _, probability in pieces],
    )


def _paced(utterance: Utterance, count: int) -> _Timed:
    """So many columns at one pace; each begins where the one before ends."""
    start, step = utterance.interval.start_ms, utterance.interval.duration_ms / max(1, count)
    edges = [round(start + i * step) for i in range(count + 1)]
    return _Timed(edges[:-1], edges[1:], [utterance.confidence] * count)


def _pieces(utterance: Utterance, total: int) -> list[tuple[float, float, float]]:
    """Start, end and probability of each kept character as the recognizer timed them."""
    pieces: list[tuple[float, float, float]] = []
    for word in utterance.words:
        count = _kept(word.text)
        start, step = word.interval.start_ms, word.interval.duration_ms / max(1, count)
        pieces += [
            (start + i * step, start + (i + 1) * step, word.probability) for i in range(count)
        ]
    if pieces:
        return pieces
    start, step = utterance.interval.start_ms, utterance.interval.duration_ms / max(1, total)
    return [(start + i * step, start + (i + 1) * step, utterance.confidence) for i in range(total)]


def _skip_costs(text: str) -> NDArray[np.float64]:
    costs = list(map(_SKIP_COST.__getitem__, text))
    for found in _FILLERS.finditer(text):
        for i in range(*found.span()):
            costs[i] = FILLER_COST
    return np.array(costs, dtype=np.float64)


class _Row:
    """The columns gathered so far; a stream under construction."""

    def __init__(self) -> None:
        self.display: list[str] = []
        self.texts: list[str] = []
        self.kinds: list[int] = []
        self.offsets: list[int] = []
        self.owners: list[int] = []
        self.start_ms: list[int] = []
        self.end_ms: list[int] = []
        self.probabilities: list[float] = []
        self.breaks: list[int] = []
        self.pauses: list[float] = []
        self._shown_length = 0

    def add(self, number: int, utterance: Utterance) -> None:
        """Append one utterance, which is the `number`-th of the stream."""
        shown = readable(utterance.text)
        spelled = _spelled(shown)
        self.display.append(shown)
        if spelled.text:
            timed, before = _timed(utterance, shown, spelled), len(self.owners)
            self.pauses.append(self._pause_cost(timed.start_ms[0]))
            self.pauses += [0.0] * (len(spelled.text) - 1)
            self.breaks += [before + at for at in _clause_starts(shown, spelled.offsets)]
            self.start_ms += timed.start_ms
            self.end_ms += timed.end_ms
            self.probabilities += timed.probabilities
            self.texts.append(spelled.text)
            self.kinds += _kinds(spelled)
            self.offsets += [self._shown_length + offset for offset in spelled.offsets]
            self.owners += [number] * len(spelled.text)
        self._shown_length += len(shown) + 1

    def _pause_cost(self, start_ms: int) -> float:
        if not self.end_ms:
            return 0.0
        pause_ms = start_ms - self.end_ms[-1]
        return next((cost for least_ms, cost in _PAUSES if pause_ms > least_ms), 0.0)


def _clause_starts(shown: str, offsets: list[int]) -> list[int]:
    """The columns before which a mark stands, and the first."""
    starts, count = [0], len(offsets)
    for mark in _MARK.finditer(shown):
        at = bisect_left(offsets, mark.start())
        # a mark that is read aloud is a column itself
        if starts[-1] < at < count and offsets[at] != mark.start():
            starts.append(at)
    return starts


def stream_of(utterances: Iterable[Utterance]) -> UtteranceStream:
    """The stream of the utterances that may be judged; quarantined ones are left out."""
    kept = tuple(
        sorted(
            (u for u in utterances if u.quarantined_because is None),
            key=lambda u: (u.interval.start_ms, u.utterance_id),
        )
    )
    row = _Row()
    for number, utterance in enumerate(kept):
        row.add(number, utterance)
    text = "".join(row.texts)
    kinds = np.array(row.kinds, dtype=np.int64)
    probabilities = np.array(row.probabilities, dtype=np.float64)
    return UtteranceStream(
        utterances=kept,
        text=text,
        display=" ".join(row.display),
        offsets=tuple(row.offsets),
        owners=tuple(row.owners),
        start_ms=tuple(row.start_ms),
        end_ms=tuple(row.end_ms),
        probabilities=tuple(row.probabilities),
        breaks=frozenset(row.breaks),
        chars=heard_kinds().chars[kinds],
        kinds=kinds,
        trust=_LEAST_TRUST + (1.0 - _LEAST_TRUST) * np.clip(probabilities, 0.0, 1.0),
        skip_costs=_skip_costs(text),
        pause_costs=np.array(row.pauses, dtype=np.float64),
    )
