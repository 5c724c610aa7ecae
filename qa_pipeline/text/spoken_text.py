"""Finding lexicon entries in what one role said, also where it was misheard.

Behaviours look for some hundred short entries in every call, so all entries of
a list are tried in one pass: first their very characters, then, from three
syllables on, their sound, from four on their sound without tone, and from five
on the confusions of telephone Mandarin (zh/z, ch/c, sh/s, n/l, f/h, -ng/-n)
count as the same sound. An entry with a gap needs one syllable more. In an entry
`{m-n}` stands for m to n characters and `(你|您)` for one of its forms.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from operator import add

from pypinyin import Style, lazy_pinyin

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.text.lexicons import Lexicon, read_lexicon
from qa_pipeline.text.normalize import normalize

_GAP = re.compile(r"\{(\d+)-(\d+)\}")
_CHOICE = re.compile(r"\(([^()]*)\)")
_TOKEN = re.compile(r"\{\d+-\d+\}|\([^()]*\)|[^{(]+")
_MIN_CHARS_BY_TONE = 3
_MIN_CHARS_BY_SOUND = 4
_MIN_CHARS_BY_CONFUSION = 5
_MIN_CHARS_ACROSS_UTTERANCES = 4
_MAX_PAUSE_ACROSS_UTTERANCES_MS = 3000
_TONE_PROBABILITY = 0.9
_KEPT_TEXTS = 8
_SOUND_PROBABILITY = 0.85
_CONFUSED_PROBABILITY = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class LexiconHit:
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
        self._heard: dict[Callable[[str], str], tuple[str, frozenset[str]]] = {}
        self._found: dict[str, tuple[LexiconHit, ...]] = {}
        self._found_any: dict[tuple[str, ...], tuple[LexiconHit, ...]] = {}
        self._word_ends: dict[int, list[int]] = {}

    def find(self, name: str) -> tuple[LexiconHit, ...]:
        """All places of one lexicon, in order, never two for the same characters."""
        if name not in self._found:
            self._found[name] = self._search(read_lexicon(name))
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

    def _search(self, wanted: Lexicon) -> tuple[LexiconHit, ...]:
        spans = self._spans(wanted.entries)
        if wanted.unless and spans:
            excused = self._spans(wanted.unless)
            spans = [s for s in spans if not any(_overlap(s, e) for e in excused)]
        hits = (self._hit(wanted.name, *span) for span in spans)
        return tuple(hit for hit in hits if hit is not None)

    def _spans(self, entries: tuple[str, ...]) -> list[tuple[int, int, float]]:
        spans: list[tuple[int, int, float]] = []
        for probability, minimum, written in _LAYERS:
            wanted = _compile(entries, minimum, written)
            if wanted is None:
                continue
            for start, end in wanted.finditer(*self._as(written)):
                span = (start, end, probability)
                if not any(_overlap(span, other) for other in spans):
                    spans.append(span)
        return sorted(spans)

    def _as(self, written: Callable[[str], str]) -> tuple[str, frozenset[str]]:
        """The text as it sounds, and all its characters and pairs of characters."""
        if written not in self._heard:
            text = "".join(map(_table(written).__getitem__, self._joined))
            self._heard[written] = text, frozenset(map(add, text, text[1:])).union(text)
        return self._heard[written]

    def _hit(self, name: str, start: int, end: int, probability: float) -> LexiconHit | None:
        first = bisect_right(self._starts, start) - 1
        last = bisect_right(self._starts, end - 1) - 1
        if first != last and not self._may_straddle(first, last, end - start):
            return None
        begin_ms = self._time_at(first, start - self._starts[first])
        end_ms = self._time_at(last, end - self._starts[last])
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

    def _time_at(self, index: int, offset: int) -> int:
        utterance, text = self.utterances[index], self._texts[index]
        if index not in self._word_ends:
            lengths = (len(normalize(word.text)) for word in utterance.words)
            self._word_ends[index] = list(accumulate(lengths))
        ends = self._word_ends[index]
        # the end of the text belongs to its last word, every other place to the word it begins
        place = bisect_left(ends, offset) if offset == len(text) else bisect_right(ends, offset)
        if place < len(ends):
            word, position = utterance.words[place], ends[place - 1] if place else 0
            share = (offset - position) / max(1, ends[place] - position)
            return word.interval.start_ms + round(share * word.interval.duration_ms)
        share = min(1.0, offset / max(1, len(text)))
        return utterance.interval.start_ms + round(share * utterance.interval.duration_ms)


def spoken_text(utterances: Sequence[Utterance]) -> SpokenText:
    """The SpokenText of these very utterances: measures and detectors share its searches."""
    # a kept SpokenText keeps its utterances alive, so nothing else can have their identities
    key = tuple(map(id, utterances))
    kept = _kept_texts()
    found = kept.get(key)
    if found is None:
        found = SpokenText(utterances)
        while len(kept) >= _KEPT_TEXTS:
            kept.pop(next(iter(tuple(kept)), ()), None)
        kept[key] = found
    return found


@lru_cache(maxsize=1)
def _kept_texts() -> dict[tuple[int, ...], SpokenText]:
    return {}


def _overlap(left: tuple[int, int, float], right: tuple[int, int, float]) -> bool:
    return left[0] < right[1] and right[0] < left[1]


def _as_written(char: str) -> str:
    return char


class _Table(dict[str, str]):
    """What each character is written as, asked once a process."""

    def __init__(self, written: Callable[[str], str]) -> None:
        self._written = written

    def __missing__(self, char: str) -> str:
        self[char] = self._written(char)
        return self[char]


@lru_cache(maxsize=8)
def _table(written: Callable[[str], str]) -> _Table:
    return _Table(written)


def _as_toned(char: str) -> str:
    return _code_point(str(lazy_pinyin(char, style=Style.TONE3, neutral_tone_with_five=True)[0]))


def _as_sounded(char: str) -> str:
    return _code_point(_sound(char))


def _as_confused(char: str) -> str:
    sound = _sound(char)
    for heard, folded in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("h", "f")):
        if sound.startswith(heard):
            sound = folded + sound[len(heard) :]
            break
    if sound.endswith(("ang", "eng", "ing")):
        sound = sound[:-1]
    return _code_point(sound)


@lru_cache(maxsize=20_000)
def _sound(char: str) -> str:
    return str(lazy_pinyin(char, style=Style.NORMAL)[0])


@lru_cache(maxsize=4096)
def _code_point(sound: str) -> str:
    # One private character a syllable, the same in every process: base 37 of its letters.
    value = 0
    for letter in sound[:7]:
        value = value * 37 + (ord(letter) - 96 if "a" <= letter <= "z" else 27 + ord(letter) % 10)
    return chr(0x20000 + value % 0xC0000)


_LAYERS: tuple[tuple[float, int, Callable[[str], str]], ...] = (
    (1.0, 1, _as_written),
    (_TONE_PROBABILITY, _MIN_CHARS_BY_TONE, _as_toned),
    (_SOUND_PROBABILITY, _MIN_CHARS_BY_SOUND, _as_sounded),
    (_CONFUSED_PROBABILITY, _MIN_CHARS_BY_CONFUSION, _as_confused),
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Entries as one expression, and the one or two characters that each begins with.

    `beginnings` is None where one of them may begin with anything.
    """

    expression: re.Pattern[str]
    beginnings: frozenset[str] | None

    def finditer(self, text: str, pairs: frozenset[str]) -> Iterator[tuple[int, int]]:
        """The same places as those of `expression`, tried only where one may begin."""
        if self.beginnings is None:
            yield from (found.span() for found in self.expression.finditer(text))
            return
        places: set[int] = set()
        for beginning in self.beginnings & pairs:
            at = text.find(beginning)
            while at >= 0:
                places.add(at)
                at = text.find(beginning, at + 1)
        until = 0
        for place in sorted(places):
            found = self.expression.match(text, place) if place >= until else None
            if found is not None:
                until = found.end()
                yield place, until


@lru_cache(maxsize=512)
def _compile(
    entries: tuple[str, ...], minimum: int, written: Callable[[str], str]
) -> _Wanted | None:
    chosen = [
        entry
        for entry in sorted(entries, key=len, reverse=True)
        if _least_chars(entry) >= minimum + (minimum > 1 and "{" in entry)
    ]
    if not chosen:
        return None
    # Entries of one first character are tried together: the others are passed by at once.
    by_first: dict[str, list[str]] = {}
    for entry in chosen:
        first = _first_char(entry)
        rest = entry[len(first) :] if first else entry
        by_first.setdefault(first and re.escape(written(first)), []).append(
            _in_regex(rest, written)
        )
    if "" in by_first:
        # what may begin with anything competes with all others: the order decides
        source = "|".join(_in_regex(entry, written) for entry in chosen)
    else:
        source = "|".join(f"{first}(?:{'|'.join(rests)})" for first, rests in by_first.items())
    beginnings = frozenset(each for entry in chosen for each in _beginnings(entry, written))
    return _Wanted(re.compile(source, re.DOTALL), None if "" in beginnings else beginnings)


def _beginnings(entry: str, written: Callable[[str], str]) -> set[str]:
    """The two characters that the entry may begin with, one before a gap, "" for anything."""
    known: set[str] = set()
    begun = {""}
    for token in _TOKEN.findall(entry):
        if not begun or _GAP.fullmatch(token):
            break
        choice = _CHOICE.fullmatch(token)
        forms = map(normalize, choice[1].split("|") if choice else (token,))
        grown = {one + "".join(map(written, form)) for form in forms for one in begun}
        known |= {one[:2] for one in grown if len(one) >= 2}
        begun = {one for one in grown if len(one) < 2}
    return known | begun


def _first_char(entry: str) -> str:
    """The character that the entry begins with; empty where it may be one of several."""
    first = entry[0]
    return first if first not in "{(" and normalize(first) == first else ""


def _least_chars(entry: str) -> int:
    """How many characters the shortest form of the entry names."""
    groups = sum(
        min(len(normalize(choice)) for choice in group.split("|"))
        for group in _CHOICE.findall(entry)
    )
    return groups + len(normalize(_GAP.sub("", _CHOICE.sub("", entry))))


def _in_regex(entry: str, written: Callable[[str], str]) -> str:
    source = ""
    for token in _TOKEN.findall(entry):
        gap, choice = _GAP.fullmatch(token), _CHOICE.fullmatch(token)
        if gap:
            source += f".{{{gap[1]},{gap[2]}}}?"
        elif choice:
            forms = sorted(map(normalize, choice[1].split("|")), key=len, reverse=True)
            source += f"(?:{'|'.join(_escaped(form, written) for form in forms)})"
        else:
            source += _escaped(normalize(token), written)
    return source


def _escaped(text: str, written: Callable[[str], str]) -> str:
    return "".join(re.escape(written(char)) for char in text)
