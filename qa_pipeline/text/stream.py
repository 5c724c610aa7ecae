"""One role's utterances as one row of spoken characters, with times and sounds."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.text.heard import heard_kinds
from qa_pipeline.text.heteronyms import read_in_context
from qa_pipeline.text.normalize import fold, is_digit, is_han, is_latin, readable
from qa_pipeline.text.numbers import Column, spell
from qa_pipeline.text.syllables import Syllable

FILLER_COST = 0.03
FUNCTION_WORD_COST = 0.3
COPULA_COST = 0.15  # 工号是八零一六
WORD_COST = 0.65
DENIAL_COST = 1.3
"""What a character costs that stands between two characters of a phrase.

A denial inside a phrase turns it round, so it is no mere insertion.
"""

_FILLERS = re.compile(r"[嗯呃啊哦额唉诶哎噢喔呀嘛呢吧哈]|那个|就是说?|这个|然后|这边|那边")
_FUNCTION_WORDS = "的了就也都这那您你我给是有在先再还会来去请一下啦吗"
_SKIP_COSTS = (
    dict.fromkeys(_FUNCTION_WORDS, FUNCTION_WORD_COST)
    | dict.fromkeys("不没别", DENIAL_COST)
    | {"是": COPULA_COST}
)

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
    def slot_cache(self) -> dict[str, object]:
        """Room for what slots recognized in this stream."""
        return {}


@lru_cache(maxsize=30_000)
def _spoken(char: str) -> str | None:
    """What one character of a readable text adds to the columns; None for a figure."""
    folded = fold(char)
    if any(map(is_digit, folded)):
        return None
    return "".join(column.char for column in spell(folded))


def _columns_of(shown: str) -> tuple[Column, ...]:
    """The same as `spell`, quicker where no figure stands."""
    columns: list[Column] = []
    for offset, char in enumerate(shown):
        spoken = _spoken(char)
        if spoken is None:
            return spell(shown)
        columns += [Column(c, offset, False) for c in spoken]
    return tuple(columns)


@lru_cache(maxsize=30_000)
def _kept(text: str) -> int:
    return sum(1 for char in text for c in fold(char) if is_han(c) or is_latin(c) or is_digit(c))


def _pieces(utterance: Utterance, total: int) -> list[tuple[float, float, float]]:
    """Start, end and probability of each kept character as the recognizer timed them."""
    pieces: list[tuple[float, float, float]] = []
    for word in utterance.words:
        start, end = word.interval.start_ms, word.interval.end_ms
        count = _kept(word.text)
        if count == 1:
            pieces.append((start, end, word.probability))
        elif count:
            step = (end - start) / count
            pieces += [
                (start + i * step, start + (i + 1) * step, word.probability) for i in range(count)
            ]
    if pieces:
        return pieces
    start, step = utterance.interval.start_ms, utterance.interval.duration_ms / max(1, total)
    return [(start + i * step, start + (i + 1) * step, utterance.confidence) for i in range(total)]


def _timing(
    utterance: Utterance, shown: str, columns: tuple[Column, ...]
) -> list[tuple[int, int, float]]:
    """Start, end and probability of each column: its word's, else its share of the utterance."""
    kept = [_kept(char) for char in shown]
    total = sum(kept)
    pieces = _pieces(utterance, total)
    if len(pieces) == total == len(columns):
        return [(round(s), round(e), p) for s, e, p in pieces]
    kept_before = [0, *accumulate(kept)]
    # words that spell another text than the utterance are laid over it proportionally
    scale = len(pieces) / max(1, total)
    timed = []
    for column in columns:
        piece = pieces[min(len(pieces) - 1, int(kept_before[column.offset] * scale))]
        timed.append((round(piece[0]), round(piece[1]), piece[2]))
    return timed


def _skip_costs(text: str) -> NDArray[np.float64]:
    costs = [_SKIP_COSTS.get(c, WORD_COST) for c in text]
    for found in _FILLERS.finditer(text):
        for i in range(*found.span()):
            costs[i] = FILLER_COST
    return np.array(costs, dtype=np.float64)


class _Row:
    """The columns gathered so far; a stream under construction."""

    def __init__(self) -> None:
        self.display: list[str] = []
        self.columns: list[Column] = []
        self.spoken: list[Syllable] = []
        self.offsets: list[int] = []
        self.owners: list[int] = []
        self.timed: list[tuple[int, int, float]] = []
        self.breaks: set[int] = set()
        self.pauses: list[float] = []
        self._shown_length = 0

    def add(self, number: int, utterance: Utterance) -> None:
        """Append one utterance, which is the `number`-th of the stream."""
        shown = readable(utterance.text)
        spoken = _columns_of(shown)
        self.display.append(shown)
        if spoken:
            timed = _timing(utterance, shown, spoken)
            self.pauses.append(self._pause_cost(timed[0][0]))
            self.pauses.extend([0.0] * (len(spoken) - 1))
            self.breaks.update(len(self.columns) + i for i in _clause_starts(shown, spoken))
            self.timed.extend(timed)
            self.columns.extend(spoken)
            self.spoken.extend(read_in_context("".join(column.char for column in spoken)))
            self.offsets.extend(self._shown_length + column.offset for column in spoken)
            self.owners.extend([number] * len(spoken))
        self._shown_length += len(shown) + 1

    def _pause_cost(self, start_ms: int) -> float:
        if not self.timed:
            return 0.0
        pause_ms = start_ms - self.timed[-1][1]
        return next((cost for least_ms, cost in _PAUSES if pause_ms > least_ms), 0.0)


def _clause_starts(shown: str, columns: tuple[Column, ...]) -> list[int]:
    starts = [0]
    for i in range(1, len(columns)):
        before, after = columns[i - 1].offset + 1, columns[i].offset
        if before < after and any(not c.isalnum() and not c.isspace() for c in shown[before:after]):
            starts.append(i)
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
    text = "".join(column.char for column in row.columns)
    heard = heard_kinds()
    kinds = heard.numbers(
        (column.char, spoken, column.figure)
        for column, spoken in zip(row.columns, row.spoken, strict=True)
    )
    probabilities = np.array([t[2] for t in row.timed], dtype=np.float64)
    return UtteranceStream(
        utterances=kept,
        text=text,
        display=" ".join(row.display),
        offsets=tuple(row.offsets),
        owners=tuple(row.owners),
        start_ms=tuple(t[0] for t in row.timed),
        end_ms=tuple(t[1] for t in row.timed),
        probabilities=tuple(t[2] for t in row.timed),
        breaks=frozenset(row.breaks),
        chars=heard.chars[kinds] if kinds else np.zeros(0, dtype=np.uint32),
        kinds=np.array(kinds, dtype=np.int64),
        trust=_LEAST_TRUST + (1.0 - _LEAST_TRUST) * np.clip(probabilities, 0.0, 1.0),
        skip_costs=_skip_costs(text),
        pause_costs=np.array(row.pauses, dtype=np.float64),
    )
