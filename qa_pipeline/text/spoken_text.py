"""Finding lexicon entries in what one role said, also where it was misheard.

Behaviours look for some hundred short entries in every call, so all entries of
a list are tried in one pass: first their very characters, then, from three
syllables on, their sound, from four on their sound without tone, and from five
on the confusions of telephone Mandarin (zh/z, ch/c, sh/s, n/l, f/h, -ng/-n)
count as the same sound. An entry with a gap needs one syllable more.
"""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.text.lexicon_index import IndexedText
from qa_pipeline.text.lexicons import rubrics_dir
from qa_pipeline.text.normalize import normalize

_MIN_CHARS_ACROSS_UTTERANCES = 4
_MAX_PAUSE_ACROSS_UTTERANCES_MS = 3000
_KEPT_TEXTS = 8


class LexiconHit(NamedTuple):
    """One place where an entry of `lexicon` was heard; `quote` is what was heard."""

    lexicon: str
    utterance_id: str
    utterance_index: int
    interval: Interval
    quote: str
    probability: float


class SpokenText:
    """One role's utterances joined, ready to be searched for many lexicons."""

    def __init__(self, utterances: Sequence[Utterance]) -> None:
        self.utterances = tuple(utterances)
        self._texts = tuple(normalize(u.text) for u in self.utterances)
        self._starts: list[int] = []
        length = 0
        for text in self._texts:
            self._starts.append(length)
            length += len(text)
        self._joined = "".join(self._texts)
        self._found: dict[str, tuple[LexiconHit, ...]] = {}
        self._found_any: dict[tuple[str, ...], tuple[LexiconHit, ...]] = {}
        self._timed: dict[int, list[int]] = {}

    def find(self, name: str) -> tuple[LexiconHit, ...]:
        """All places of one lexicon, in order, never two for the same characters."""
        if name not in self._found:
            self._found[name] = self._search(name)
        return self._found[name]

    def find_any(self, *names: str) -> tuple[LexiconHit, ...]:
        """The places of several lexicons together, in order of time."""
        if names not in self._found_any:
            hits = [hit for name in names for hit in self.find(name)]
            hits.sort(key=lambda h: (h.interval.start_ms, h.interval.end_ms, h.lexicon))
            self._found_any[names] = tuple(hits)
        return self._found_any[names]

    def ids_with(self, *names: str) -> frozenset[str]:
        """The utterances in which one of the lexicons was heard."""
        return frozenset(hit.utterance_id for name in names for hit in self.find(name))

    @cached_property
    def _indexed(self) -> IndexedText:
        return IndexedText(self._joined)

    def _search(self, name: str) -> tuple[LexiconHit, ...]:
        hits = (self._hit(name, *span) for span in self._indexed.find(name))
        return tuple(hit for hit in hits if hit is not None)

    def _hit(self, name: str, start: int, end: int, probability: float) -> LexiconHit | None:
        first = bisect_right(self._starts, start) - 1
        last = bisect_right(self._starts, end - 1) - 1
        if first != last and not self._may_straddle(first, last, end - start):
            return None
        begin_ms = self._moments(first)[start - self._starts[first]]
        end_ms = self._moments(last)[end - self._starts[last]]
        return LexiconHit(
            lexicon=name,
            utterance_id=self.utterances[first].utterance_id,
            utterance_index=first,
            interval=Interval(begin_ms, max(begin_ms, end_ms)),
            quote=self._joined[start:end],
            probability=probability,
        )

    def _may_straddle(self, first: int, last: int, length: int) -> bool:
        if last - first > 1 or length < _MIN_CHARS_ACROSS_UTTERANCES:
            return False
        pause = self.utterances[last].interval.start_ms - self.utterances[first].interval.end_ms
        return pause <= _MAX_PAUSE_ACROSS_UTTERANCES_MS

    def _moments(self, index: int) -> list[int]:
        """When each character of an utterance begins, and when the last one ends."""
        if index not in self._timed:
            self._timed[index] = _moments(self.utterances[index], self._texts[index])
        return self._timed[index]


def _moments(utterance: Utterance, text: str) -> list[int]:
    """As the words tell, each cut into equal parts; past them by the share of the utterance."""
    said, length = [word.text for word in utterance.words], len(text)
    if len(said) == length and "" not in said and "".join(said) == text:
        # a word for each character, as the recognizer gives for most utterances
        times = [word.interval for word in utterance.words]
        return [time.start_ms for time in times] + [time.end_ms for time in times[-1:]]
    moments: list[int] = []
    for word in utterance.words:
        count = len(normalize(word.text))
        if count == 0:
            continue
        start_ms, end_ms = word.interval.start_ms, word.interval.end_ms
        moments.append(start_ms)
        for i in range(1, count):
            moments.append(start_ms + round(i / count * (end_ms - start_ms)))
        if len(moments) >= length:
            return [*moments, end_ms]
    whole = utterance.interval
    return moments + [
        whole.start_ms + round(min(1.0, at / max(1, length)) * whole.duration_ms)
        for at in range(len(moments), length + 1)
    ]


def spoken_text(utterances: Sequence[Utterance]) -> SpokenText:
    """The SpokenText of these very utterances: measures and detectors share its searches.

    Under other word lists it is another one.
    """
    # a kept SpokenText keeps its utterances alive, so nothing else can have their identities
    key = (rubrics_dir(), tuple(map(id, utterances)))
    kept = _kept_texts()
    found = kept.get(key)
    if found is None:
        found = SpokenText(utterances)
        for oldest in tuple(kept)[: max(0, len(kept) + 1 - _KEPT_TEXTS)]:
            kept.pop(oldest, None)
        kept[key] = found
    return found


@lru_cache(maxsize=1)
def _kept_texts() -> dict[tuple[Path, tuple[int, ...]], SpokenText]:
    return {}
