"""What each wanted character costs at each column of a stream, and the least of it nearby."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.text.phrase_book import Floats, Ints

NEAR = 0.4  # a dearer syllable was not heard nearly right
_STEP = 4  # columns that are looked at as one where nearly will do


class CostTables:
    """Made of `costs`, of shape (wanted characters, columns), when they are first asked for."""

    def __init__(self, costs: Floats, margin: int) -> None:
        """`margin`: so many columns of nothing are looked at on either side."""
        self.costs = costs
        self.n_columns = int(costs.shape[1])
        self.margin = margin
        self._powers: list[Floats] = []

    @cached_property
    def near(self) -> NDArray[np.uint8]:
        """Bits of columns, one row more than characters: where each was heard nearly right."""
        return np.packbits(self._near[:, :-2], axis=1)

    @cached_property
    def near_behind(self) -> NDArray[np.uint8]:
        """The same of the next column or, after one inserted character, the next but one."""
        behind = np.packbits(self._near[:, 1:-1] | self._near[:, 2:], axis=1)
        behind[-1] = 255  # a lone syllable is a pair with anything
        return behind

    @cached_property
    def _near(self) -> NDArray[np.bool_]:
        padded = np.zeros((len(self.costs) + 1, self.n_columns + 2), dtype=np.bool_)
        padded[:-1, :-2] = self.costs <= NEAR
        return padded

    @property
    def n_pairs(self) -> int:
        """Pairs of columns, the margins included."""
        return self.n_columns // 2 + self.margin

    @cached_property
    def around_pairs(self) -> Floats:
        """The least of each pair of columns and the pairs beside it, margins of 1; flat."""
        padded = np.ones((len(self.costs), 2 * self.n_pairs), dtype=np.float32)
        padded[:, self.margin : self.margin + self.n_columns] = self.costs
        pairs = np.minimum(padded[:, ::2], padded[:, 1::2])
        wide = pairs.copy()
        np.minimum(wide[:, :-1], pairs[:, 1:], out=wide[:, :-1])
        np.minimum(wide[:, 1:], pairs[:, :-1], out=wide[:, 1:])
        return wide.ravel()

    def least_between(self, wanted: Ints, first: Ints, last: Ints) -> Floats:
        """At most the least of each row of `costs` between two columns; 1 where there are none.

        Up to three columns on either side may be looked at too.
        """
        begin, end = first // _STEP, -(-last // _STEP)
        level = np.frexp(np.maximum(1, end - begin).astype(np.float64))[1] - 1
        least = np.ones(len(wanted), dtype=np.float32)
        some = last > first
        for power in range(int(level.max(initial=0)) + 1):
            own = np.flatnonzero((level == power) & some)
            if len(own):
                row, table = wanted[own], self._power(power)
                left = table[row, begin[own]]
                least[own] = np.minimum(left, table[row, end[own] - (1 << power)])
        return least

    def _power(self, power: int) -> Floats:
        """The least of 2^power steps of columns from each one on."""
        if not self._powers:
            n_steps = -(-self.n_columns // _STEP)
            padded = np.ones((len(self.costs), n_steps * _STEP), dtype=np.float32)
            padded[:, : self.n_columns] = self.costs
            pairs = np.minimum(padded[:, ::2], padded[:, 1::2])
            self._powers.append(np.minimum(pairs[:, ::2], pairs[:, 1::2]))
        while len(self._powers) <= power:
            table, step = self._powers[-1], 1 << (len(self._powers) - 1)
            wider = table.copy()
            np.minimum(wider[:, :-step], table[:, step:], out=wider[:, :-step])
            self._powers.append(wider)
        return self._powers[power]
