"""The language of phrases: Han characters with slots in braces.

`{m-n}` m to n Han characters; `{digits:m-n}` a spoken or written number of m to
n figures; `{money}` `{date}` `{time}` what they say; `{name}` one to four,
`{company}` two to twelve characters.
"""

import math
import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.errors import PatternError
from qa_pipeline.text.confusion import sound_families
from qa_pipeline.text.normalize import is_han, readable
from qa_pipeline.text.numbers import spell
from qa_pipeline.text.syllables import read_aloud

MAX_GAP = 40
MAX_DIGITS = 20
MAX_LITERALS = 60

DELETE_COST = 0.8
EDGE_DELETE_COST = 1.0
"""What a character of the phrase costs, times its weight, that was not heard.

At an edge more: there a neighbouring phrase is likelier than a swallowed syllable.
"""
SLOT_EVIDENCE = 1.0

PARTICLE_WEIGHT, COMMON_WEIGHT = 0.35, 0.55
_PARTICLES = frozenset("的了呢吗啊吧呀嘛哦嗯")
_COMMON = frozenset("您你我他们给是在就也这那一个有会要到说下可以好")
"""Characters that stand in every other sentence: hearing them proves little."""
DENIAL_COST = 1.8
DENIALS = frozenset("不没别未无")
"""Without them a phrase says the opposite: another word in their place costs more."""
_POLITE = {"您": "你"}
"""A wanted 您 that was written down as 你 is nearly free; not the other way round."""


class SlotKind(StrEnum):
    DIGITS = "digits"
    MONEY = "money"
    DATE = "date"
    TIME = "time"
    NAME = "name"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Literal:
    """One character that has to be heard; `index` is its number among the literals."""

    index: int
    char: str
    delete_cost: float


@dataclass(frozen=True, slots=True)
class Gap:
    """`least` to `most` characters of anything; `kind` names it when it is a slot."""

    least: int
    most: int
    kind: SlotKind | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """Something recognized by its form; `least` and `most` count figures of `digits`."""

    kind: SlotKind
    least: int
    most: int


Element = Literal | Gap | Slot

_SLOT_SPANS = {SlotKind.TIME: (2, 14), SlotKind.DATE: (2, 14), SlotKind.MONEY: (2, 12)}
_SLOT_GAPS = {SlotKind.NAME: (1, 4), SlotKind.COMPANY: (2, 12)}
_RANGE = re.compile(r"^(\d{1,3})-(\d{1,3})$")
_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of literals: sound families, and how far from the pattern's start it may lie."""

    families: tuple[int, ...]
    nearest: int
    farthest: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed phrase. `length` is how many syllables of evidence a full match gives
    (common characters count less). `freedom` is the logarithm of how many ways its gaps
    can be filled: each is another chance to match by accident.

    `is_exact` patterns (one or two syllables, no slot) need the very characters.
    `heard_as` has (sound, tone, character, polite twin) of each literal, `weights`
    multiply what it costs to mishear it.
    """

    source: str
    elements: tuple[Element, ...] = field(compare=False)
    literal_text: str = field(compare=False)
    length: float = field(compare=False)
    freedom: float = field(compare=False)
    longest: int = field(compare=False)
    is_exact: bool = field(compare=False)
    segments: tuple[Segment, ...] = field(compare=False, repr=False)
    heard_as: tuple[tuple[int, int, int, int], ...] = field(compare=False, repr=False)
    weights: NDArray[np.float64] = field(compare=False, repr=False)

    @property
    def families(self) -> frozenset[int]:
        return frozenset(f for segment in self.segments for f in segment.families)


def _slot(body: str, source: str) -> Gap | Slot:
    """The element that a pair of braces stands for."""
    name, _, argument = body.partition(":")
    if not argument and (span := _range(name, source)):
        if span[1] > MAX_GAP:
            raise PatternError(
                f"{source}: {{{body}}}: at most {MAX_GAP} characters may lie between"
            )
        return Gap(*span)
    try:
        kind = SlotKind(name)
    except ValueError:
        known = " ".join(f"{{{k.value}}}" for k in SlotKind)
        raise PatternError(
            f"{source}: unknown slot {{{body}}}; known are {{m-n}} {{digits:m-n}} {known}"
        ) from None
    if kind is SlotKind.DIGITS:
        span = _range(argument or f"1-{MAX_DIGITS}", source)
        if span is None or span[0] < 1 or span[1] > MAX_DIGITS:
            raise PatternError(
                f"{source}: {{{body}}}: write {{digits:m-n}} with 1 ≤ m ≤ n ≤ {MAX_DIGITS}"
            )
        return Slot(kind, *span)
    if argument:
        raise PatternError(f"{source}: {{{name}}} takes no argument")
    return Gap(*_SLOT_GAPS[kind], kind) if kind in _SLOT_GAPS else Slot(kind, 1, 1)


def _range(text: str, source: str) -> tuple[int, int] | None:
    found = _RANGE.match(text)
    if not found:
        return None
    least, most = int(found[1]), int(found[2])
    if least > most or most == 0:
        raise PatternError(f"{source}: {{{text}}}: the smaller number comes first")
    return least, most


def _elements(source: str) -> tuple[Element, ...]:
    shown = readable(source)
    elements: list[Element] = []
    count = at = 0
    for braces in [*_BRACES.finditer(shown), None]:
        literal = shown[at : braces.start() if braces else len(shown)]
        if "{" in literal or "}" in literal:
            raise PatternError(f"{source}: a brace has no partner")
        for column in spell(literal):
            elements.append(Literal(count, column.char, DELETE_COST * _penalty(column.char)))
            count += 1
        if braces:
            elements.append(_slot(braces[1].strip(), source))
            at = braces.end()
    # a gap at an edge that may be empty says nothing
    while elements and isinstance(elements[0], Gap) and elements[0].least == 0:
        del elements[0]
    while elements and isinstance(elements[-1], Gap) and elements[-1].least == 0:
        del elements[-1]
    for edge in {0, len(elements) - 1} if elements else ():
        element = elements[edge]
        if isinstance(element, Literal):
            cost = EDGE_DELETE_COST * _penalty(element.char)
            elements[edge] = replace(element, delete_cost=cost)
    return tuple(elements)


def _span(element: Element) -> tuple[int, int]:
    """The least and most columns that an element takes up."""
    if isinstance(element, Literal):
        return 1, 1
    if isinstance(element, Gap) or element.kind is SlotKind.DIGITS:
        return element.least, element.most
    return _SLOT_SPANS[element.kind]


def _weight(char: str) -> float:
    """How much hearing this character proves."""
    if char in _PARTICLES:
        return PARTICLE_WEIGHT
    return COMMON_WEIGHT if char in _COMMON else 1.0


def _penalty(char: str) -> float:
    """How much it costs when something else was heard in its place."""
    return DENIAL_COST if char in DENIALS else _weight(char)


def _evidence(element: Element) -> float:
    """How many syllables of evidence an element gives when it is heard."""
    if isinstance(element, Literal):
        return _weight(element.char)
    return SLOT_EVIDENCE if isinstance(element, Slot) else 0.0


def _segments(
    elements: tuple[Element, ...], families: tuple[int, ...]
) -> tuple[tuple[Segment, ...], int]:
    segments: list[Segment] = []
    run: list[int] = []
    nearest = farthest = 0
    start = (0, 0)
    for element in [*elements, None]:
        if isinstance(element, Literal):
            if not run:
                start = (nearest, farthest)
            run.append(families[element.index])
        elif run:
            segments.append(Segment(tuple(run), *start))
            run = []
        if element is not None:
            least, most = _span(element)
            nearest, farthest = nearest + least, farthest + most
    return tuple(segments), farthest


@lru_cache(maxsize=20_000)
def parse_pattern(source: str) -> Pattern:
    """The pattern that a phrase's text stands for; raises PatternError.

    The same phrase is parsed once a process.
    """
    elements = _elements(source)
    literals = [e for e in elements if isinstance(e, Literal)]
    text = "".join(literal.char for literal in literals)
    if not any(map(is_han, text)):
        raise PatternError(f"{source}: a phrase needs at least one Han character")
    if len(text) > MAX_LITERALS:
        raise PatternError(f"{source}: longer than {MAX_LITERALS} characters; split it in steps")
    spoken = read_aloud(text)
    family_of = sound_families()
    segments, longest = _segments(elements, tuple(family_of[s.sound] for s in spoken))
    has_slot = any(isinstance(e, Slot) for e in elements)
    return Pattern(
        source=source,
        elements=elements,
        literal_text=text,
        length=sum(map(_evidence, elements)),
        freedom=sum(math.log1p(e.most - e.least) for e in elements if isinstance(e, Gap)),
        longest=longest,
        is_exact=len(text) <= 2 and not has_slot,
        segments=segments,
        heard_as=tuple(
            (sound, tone, ord(char), ord(_POLITE.get(char, "\0")))
            for (sound, tone), char in zip(spoken, text, strict=True)
        ),
        weights=np.array([_penalty(c) for c in text], dtype=np.float64),
    )
