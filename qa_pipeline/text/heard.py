"""Every way in which a character is heard gets a number, so that costs become table rows."""

from threading import Lock

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.text.syllables import MAX_READINGS, Syllable, figure_readings, readings

RARE_READING_COST = 0.15
"""What a match costs extra that needs another reading than the neighbours suggest."""

NOTHING = 0
"""The number of "no character here": what lies before and behind a stream."""

Kind = tuple[str, Syllable, bool]
"""A folded character, its reading in context, whether an Arabic figure stood there."""


class HeardKinds:
    """The numbers given so far; each stays the same as long as the process lives.

    `sounds`, `tones`, `reading_costs` have shape (numbers, MAX_READINGS).
    """

    def __init__(self) -> None:
        self._numbers: dict[Kind, int] = {}
        self._lock = Lock()
        self.count = 1
        self.chars = np.zeros(1024, dtype=np.uint32)
        self.sounds = np.zeros((1024, MAX_READINGS), dtype=np.int16)
        self.tones = np.zeros((1024, MAX_READINGS), dtype=np.int8)
        self.reading_costs = np.zeros((1024, MAX_READINGS), dtype=np.float32)

    def number(self, kind: Kind) -> int:
        """The number of the kind; a new one gets the next."""
        with self._lock:
            if kind in self._numbers:
                return self._numbers[kind]
            number = self.count
            if number == len(self.chars):
                self._grow()
            char, first, is_figure = kind
            listed = all_readings(char, first, is_figure=is_figure)
            self.chars[number] = ord(char)
            for place in range(MAX_READINGS):
                syllable, cost = listed[place] if place < len(listed) else listed[0]
                self.sounds[number, place], self.tones[number, place] = syllable
                self.reading_costs[number, place] = cost
            self.count += 1
            self._numbers[kind] = number
            return number

    def _grow(self) -> None:
        for name in ("chars", "sounds", "tones", "reading_costs"):
            old: NDArray[np.generic] = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.zeros_like(old)]))


_REGISTER = HeardKinds()
"""Made here, not by whoever asks first: two threads that ask at once must get the same one."""


def heard_kinds() -> HeardKinds:
    """The one register of this process."""
    return _REGISTER


def all_readings(
    char: str, first: Syllable, *, is_figure: bool = False
) -> tuple[tuple[Syllable, float], ...]:
    """The readings of a character with what each costs; `first` is the one in context."""
    others = figure_readings(char) if is_figure else readings(char)
    rare = 0.0 if is_figure else RARE_READING_COST
    return ((first, 0.0), *((s, rare) for s in others if s != first))[:MAX_READINGS]
