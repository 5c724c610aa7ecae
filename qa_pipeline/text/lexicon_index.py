"""All lists of a folder as one index: a text is read once, whatever is looked for in it.

Behaviours look for some hundred short entries in every call. The two characters that an
entry begins with tell which lists to try at a place; all others are passed by.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.text.entries import LAYERS, Wanted, as_text, in_layers, wanted_in
from qa_pipeline.text.lexicons import Lexicon, read_lexicon, readable_lexicons, rubrics_dir

_FIRST, _LAYER = 21, 42
"""Bits of a key below the first character, and below the layer."""
_SECOND = (1 << _FIRST) - 1
_PAST_ALL = 1 << 62

Span = tuple[int, int, float]
"""Start, end and probability of a place."""


class _WordList:
    """One list, ready to be searched for: what is wanted in each layer."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.entries = tuple(wanted_in(lexicon.entries, layer) for layer in LAYERS)
        self.unless = tuple(wanted_in(lexicon.unless, layer) for layer in LAYERS)


class _Index:
    """The lists of one folder by name. One that cannot be read is left out.

    `_keys` are the beginnings in all layers, in order; with the k-th of them begins what is
    numbered `_begun[_firsts[k]:_firsts[k + 1]]`.
    """

    def __init__(self, lists: Mapping[str, _WordList]) -> None:
        self.lists = lists
        self.numbers: dict[Wanted, int] = {}
        begun: dict[int, list[int]] = defaultdict(list)
        for listed in lists.values():
            for layer, each in (*enumerate(listed.entries), *enumerate(listed.unless)):
                if each is not None:
                    number = self.numbers.setdefault(each, len(self.numbers))
                    for beginning in each.beginnings or ():
                        begun[_key(layer, beginning)].append(number)
        keys = sorted(begun)
        self._keys = np.array([*keys, _PAST_ALL], dtype=np.int64)
        self._firsts = np.cumsum([0, *(len(begun[key]) for key in keys)])
        self._begun = np.array([n for key in keys for n in begun[key]], dtype=np.int64)
        self._lone_in = sorted({key >> _LAYER for key in keys if not key & _SECOND})

    def places_in(self, codes: NDArray[np.int64]) -> tuple[list[int], list[int]]:
        """Where what is wanted may begin in a text: its characters by layer, as code points.

        Places in order, those of number n from `firsts[n]` to `firsts[n + 1]`; and `firsts`.
        """
        length = codes.shape[1]
        alone = (np.arange(len(LAYERS))[:, None] << _LAYER) + (codes << _FIRST)
        asked = np.concatenate([alone, alone[self._lone_in]])
        asked[: len(LAYERS), :-1] += codes[:, 1:]
        key = np.searchsorted(self._keys, asked)
        _, at = found = np.nonzero(self._keys[key] == asked)
        key = key[found]
        counts = self._firsts[key + 1] - self._firsts[key]
        inside = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        number = self._begun[np.repeat(self._firsts[key], counts) + inside]
        ordered = np.sort(number * length + np.repeat(at, counts))
        firsts = np.searchsorted(ordered, np.arange(len(self.numbers) + 1) * length)
        return (ordered % length).tolist(), firsts.tolist()


class IndexedText:
    """A normalized text, and where in it an entry of any list may begin."""

    def __init__(self, text: str) -> None:
        self._index = _index(rubrics_dir())
        codes = in_layers(text)
        self._written = tuple(map(as_text, codes))
        self._places, self._firsts = self._index.places_in(codes.astype(np.int64))

    def find(self, name: str) -> list[Span]:
        """Where one of the list's entries stands and none of its exceptions, in order.

        Raises RubricError for a list that is missing or wrong.
        """
        # one that was missing or wrong when the index was made may have been mended since
        listed = self._index.lists.get(name) or _WordList(read_lexicon(name))
        spans = self._spans(listed.entries)
        if spans:
            excused = self._spans(listed.unless)
            spans = [s for s in spans if not any(_overlap(s, e) for e in excused)]
        return spans

    def _spans(self, wanted: Sequence[Wanted | None]) -> list[Span]:
        """The places of all layers; where two lie over each other the surer one."""
        spans: list[Span] = []
        taken = bytearray(len(self._written[0]))
        for layer, text, each in zip(LAYERS, self._written, wanted, strict=True):
            if each is None:
                continue
            for start, end in each.found_in(text, self._places_of(each)):
                if taken.find(1, start, end) < 0:
                    taken[start:end] = b"\1" * (end - start)
                    spans.append((start, end, layer.probability))
        return sorted(spans)

    def _places_of(self, wanted: Wanted) -> list[int] | None:
        """Where it may begin; None for anywhere."""
        number = self._index.numbers.get(wanted)
        if number is None or wanted.beginnings is None:
            return None
        return self._places[self._firsts[number] : self._firsts[number + 1]]


@lru_cache(maxsize=4)
def _index(rubrics: Path) -> _Index:
    return _Index({listed.name: _WordList(listed) for listed in readable_lexicons(rubrics)})


def _key(layer: int, beginning: str) -> int:
    """The layer and the one or two characters as one number."""
    second = ord(beginning[1]) if len(beginning) > 1 else 0
    return (layer << _LAYER) + (ord(beginning[0]) << _FIRST) + second


def _overlap(left: Span, right: Span) -> bool:
    return left[0] < right[1] and right[0] < left[1]
