"""The language of phrases: Han characters with slots in braces.

`{m-n}` m to n Han characters; `{digits:m-n}` a spoken or written number of m to
n figures; `{money}` `{date}` `{time}` what they say; `{name}` one to four,
`{company}` two to twelve characters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

from qa_pipeline.errors import PatternError
from qa_pipeline.text.background import is_content, weight
from qa_pipeline.text.heard import all_readings
from qa_pipeline.text.normalize import is_han, readable
from qa_pipeline.text.numbers import spell
from qa_pipeline.text.syllables import Syllable, read_aloud

MAX_GAP = 40
MAX_DIGITS = 20
MAX_LITERALS = 60

DELETE_COST = 0.8
EDGE_DELETE_COST = 1.0
"""What a character of the phrase costs, times its weight, that was not heard.

At an edge more: there a neighbouring phrase is likelier than a swallowed syllable.
"""
SLOT_EVIDENCE = 1.0

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
    """One character that has to be heard; `index` is its number among the literals.

    `delete_cost` times its weight is what it costs not to hear it.
    """

    index: int
    char: str
    delete_cost: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """What has to be heard: a character, its readings with their costs.

    `polite` is the twin that is nearly as good (你 for a wanted 您), else "".
    """

    char: str
    readings: tuple[tuple[Syllable, float], ...]
    polite: str


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
class Pattern:
    """A parsed phrase. `length` is how many syllables of evidence a full match gives
    (common syllables count less, see `background`).

    `is_exact` patterns (one or two syllables, no slot) need the very characters. Of
    each literal: `heard_as` has its readings with their costs, `weights` multiply
    what it costs to mishear it, `reach` is the nearest and farthest column, counted
    from the start of the match, where it may stand, `content` whether the phrase is
    recognized by it. `pieces` are the runs of literals (first, one past the last).
    """

    source: str
    elements: tuple[Element, ...] = field(compare=False)
    literal_text: str = field(compare=False)
    length: float = field(compare=False)
    longest: int = field(compare=False)
    is_exact: bool = field(compare=False)
    heard_as: tuple[Wanted, ...] = field(compare=False, repr=False)
    weights: tuple[float, ...] = field(compare=False, repr=False)
    reach: tuple[tuple[int, int], ...] = field(compare=False, repr=False)
    content: tuple[bool, ...] = field(compare=False, repr=False)
    pieces: tuple[tuple[int, int], ...] = field(compare=False, repr=False)


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
            elements.append(Literal(count, column.char, DELETE_COST))
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
            elements[edge] = replace(element, delete_cost=EDGE_DELETE_COST)
    return tuple(elements)


def _span(element: Element) -> tuple[int, int]:
    """The least and most columns that an element takes up."""
    if isinstance(element, Literal):
        return 1, 1
    if isinstance(element, Gap) or element.kind is SlotKind.DIGITS:
        return element.least, element.most
    return _SLOT_SPANS[element.kind]


def _penalty(char: str, spoken: Syllable) -> float:
    """How much it costs when something else was heard in its place."""
    return DENIAL_COST if char in DENIALS else weight(char, spoken)


def _reach(elements: tuple[Element, ...]) -> tuple[tuple[tuple[int, int], ...], int]:
    """Nearest and farthest column of each literal, and the longest match."""
    reach: list[tuple[int, int]] = []
    nearest = farthest = 0
    for element in elements:
        if isinstance(element, Literal):
            reach.append((nearest, farthest))
        least, most = _span(element)
        nearest, farthest = nearest + least, farthest + most
    return tuple(reach), farthest


def _content(text: str) -> tuple[bool, ...]:
    """Which characters count as content: all where there would be none."""
    content = tuple(map(is_content, text))
    return content if any(content) else (True,) * len(text)


def _pieces(elements: tuple[Element, ...]) -> Iterator[tuple[int, int]]:
    first = None
    for element in [*elements, None]:
        if isinstance(element, Literal):
            first = element.index if first is None else first
            last = element.index + 1
        elif first is not None:
            yield first, last
            first = None


@lru_cache(maxsize=20_000)
def parse_pattern(source: str) -> Pattern:
    """The pattern that a phrase's text stands for; raises PatternError.

    The same phrase is parsed once a process.
    """
    elements = _elements(source)
    text = "".join(e.char for e in elements if isinstance(e, Literal))
    if not any(map(is_han, text)):
        raise PatternError(f"{source}: a phrase needs at least one Han character")
    if len(text) > MAX_LITERALS:
        raise PatternError(f"{source}: longer than {MAX_LITERALS} characters; split it in steps")
    spoken = read_aloud(text)
    reach, longest = _reach(elements)
    n_slots = sum(isinstance(e, Slot) for e in elements)
    return Pattern(
        source=source,
        elements=elements,
        literal_text=text,
        length=sum(map(weight, text, spoken)) + SLOT_EVIDENCE * n_slots,
        longest=longest,
        is_exact=len(text) <= 2 and not n_slots,
        heard_as=tuple(
            Wanted(c, all_readings(c, s), _POLITE.get(c, ""))
            for c, s in zip(text, spoken, strict=True)
        ),
        weights=tuple(map(_penalty, text, spoken)),
        reach=reach,
        content=_content(text),
        pieces=tuple(_pieces(elements)),
    )
