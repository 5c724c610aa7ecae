"""What became of each character that was said, in what a recognizer wrote.

Both sides are rows of characters without pauses, digits as figures; the alignment is the
cheapest one by sound (`text/confusion.py`), so that a figure stays with the digit it stands for.
"""

from collections.abc import Sequence
from functools import lru_cache

from qa_pipeline.redact.figures import digit_of
from qa_pipeline.text.confusion import sound_costs
from qa_pipeline.text.normalize import fold, is_han
from qa_pipeline.text.syllables import readings

_GAP = 0.7
_HAN = "零一二三四五六七八九"
_LETTERS = dict(zip("叉诶必西弟伊福", "xabcdef", strict=True))


def canonical(char: str) -> str:
    """The figure for a digit, the small letter, else the character; "" for a pause."""
    digit = digit_of(char)
    if digit is not None:
        return digit
    folded = fold(char)
    return _LETTERS.get(folded, folded) if folded.isalnum() else ""


def aligned(said: Sequence[str], heard: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Pairs of places in both rows of canonical characters; None where one side has nothing."""
    costs = [[0.0] * (len(heard) + 1) for _ in range(len(said) + 1)]
    for i in range(len(said) + 1):
        for j in range(len(heard) + 1):
            costs[i][j] = min(_steps(costs, said, heard, i, j), default=0.0)
    pairs: list[tuple[int | None, int | None]] = []
    i, j = len(said), len(heard)
    while i or j:
        if i and j and costs[i][j] == costs[i - 1][j - 1] + unlikeness(said[i - 1], heard[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif i and costs[i][j] == costs[i - 1][j] + _GAP:
            i -= 1
            pairs.append((i, None))
        else:
            j -= 1
            pairs.append((None, j))
    return pairs[::-1]


def _steps(
    costs: Sequence[Sequence[float]], said: Sequence[str], heard: Sequence[str], i: int, j: int
) -> list[float]:
    steps: list[float] = []
    if i and j:
        steps.append(costs[i - 1][j - 1] + unlikeness(said[i - 1], heard[j - 1]))
    if i:
        steps.append(costs[i - 1][j] + _GAP)
    if j:
        steps.append(costs[i][j - 1] + _GAP)
    return steps


@lru_cache(maxsize=100_000)
def unlikeness(said: str, heard: str) -> float:
    """0 for the same character or digit, 1 for two that sound nothing alike."""
    if said == heard:
        return 0.0
    ones, others = (_spoken(char) for char in (said, heard))
    if not (ones and others):
        return 1.0
    costs = sound_costs()
    return min(
        float(costs[a.sound, b.sound]) for x in ones for y in others
        for a in readings(x)[:1] for b in readings(y)
    )  # fmt: skip


def _spoken(char: str) -> str:
    if char.isdigit() and char.isascii():
        return _HAN[int(char)] + ("幺" if char == "1" else "")
    return char if is_han(char) else ""
