"""Spoken examples for redaction: carriers, filled with drawn numbers, names and addresses.

Every character of an example knows whether it belongs to personal data, to a number that
must stay, or to neither; a misheard text keeps that knowledge.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import yaml

from benchmarks.redaction_values import OTHER, PERSONAL, say
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Engine, Transcript, Utterance
from qa_pipeline.text.mishearing import mishear

CARRIERS = Path(__file__).parent / "redaction_carriers"
ROLES = {"a": Role.AGENT, "c": Role.CUSTOMER}
SPLITTABLE = frozenset(("mobile", "landline", "idcard", "bank"))
SPLIT_SHARE = 0.4
REACTIONS = ("嗯", "好", "对", "嗯嗯", "好的", "您继续", "是", "嗯，您说", "")
"""What the other side says between two groups; the empty one says the group again."""
MS_PER_CHAR = 220
PAUSE_MS = 300
_ENGINE = Engine(name="written", version="1", weights_hash="0" * 64, settings_digest="none")


class Piece(NamedTuple):
    """A stretch of what was said; `kind` is None for the words around."""

    text: str
    kind: str | None


class Turn(NamedTuple):
    role: Role
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def labels(self) -> tuple[str | None, ...]:
        """For each character of `text` the kind it belongs to."""
        return tuple(piece.kind for piece in self.pieces for _ in piece.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One exchange; `is_split` when a number runs over several turns."""

    name: str
    turns: tuple[Turn, ...]
    is_split: bool = False

    def misheard(self, rate: float, random: Random) -> "Example":
        """The same exchange with about `rate` of its Han characters heard wrongly."""
        turns = tuple(
            Turn(
                turn.role,
                tuple(
                    heard
                    for piece in turn.pieces
                    for char in piece.text
                    for heard in _heard(char, mishear(char, rate, random), piece.kind)
                ),
            )
            for turn in self.turns
        )
        return Example(name=self.name, turns=turns, is_split=self.is_split)

    def transcript(self) -> Transcript:
        """The exchange as a transcript without word times, one utterance a turn."""
        utterances: list[Utterance] = []
        at_ms = 0
        for number, turn in enumerate(self.turns, start=1):
            end_ms = at_ms + max(1, len(turn.text)) * MS_PER_CHAR
            utterances.append(
                Utterance(
                    utterance_id=f"u{number:04d}",
                    audio_channel=0 if turn.role is Role.AGENT else 1,
                    role=turn.role,
                    interval=Interval(at_ms, end_ms),
                    text=turn.text,
                )
            )
            at_ms = end_ms + PAUSE_MS
        return Transcript(
            recording_id="0" * 64, language="zh", utterances=tuple(utterances), engine=_ENGINE
        )


@lru_cache(maxsize=4)
def read_carriers(name: str) -> Mapping[str, Sequence[Sequence[str]]]:
    """The carriers of `development` or `held_back`, by `personal` and `kept`."""
    found: Mapping[str, Sequence[Sequence[str]]] = yaml.safe_load(
        (CARRIERS / f"{name}.yaml").read_text(encoding="utf-8")
    )
    return found


def examples(
    carriers: str, part: str, count: int, seed: int, manner: str | None = None
) -> Iterator[Example]:
    """`count` examples of one part, every carrier in turn with new values.

    `manner` is how numbers are written, by default drawn for each.
    """
    random = Random(f"{carriers}/{part}/{seed}")
    written = read_carriers(carriers)[part]
    for number in range(count):
        yield _filled(f"{part}-{number:03d}", written[number % len(written)], random, manner)


def _heard(char: str, heard: str, kind: str | None) -> tuple[Piece, ...]:
    """What became of one character; a filler that was added to it belongs to nothing."""
    if len(heard) > 1:
        return (Piece(char, kind), Piece(heard[1:], None))
    return (Piece(heard, kind),)


def _filled(name: str, carrier: Sequence[str], random: Random, manner: str | None) -> Example:
    values: dict[str, str] = {}
    turns: list[Turn] = []
    is_split = False
    for line in carrier:
        role = ROLES[line[0]]
        open_pieces: list[Piece] = []
        for text, field in _fields(line[3:]):
            if text:
                open_pieces.append(Piece(text, None))
            if not field:
                continue
            kind = field if field in PERSONAL else f"other:{field}"
            if field in OTHER or field not in values:
                values[field] = {**PERSONAL, **OTHER}[field](random)
            groups = say(field, values[field], random, manner)
            if field in SPLITTABLE and random.random() < SPLIT_SHARE:
                is_split = True
                for group in groups[:-1]:
                    open_pieces.append(Piece(group, kind))
                    turns.append(Turn(role, tuple(open_pieces)))
                    open_pieces = []
                    turns.append(_reaction(role, group, kind, random))
                open_pieces.append(Piece(groups[-1], kind))
            else:
                open_pieces += _joined(groups, kind, random)
        turns.append(Turn(role, tuple(open_pieces)))
    return Example(name=name, turns=tuple(turns), is_split=is_split)


def _reaction(role: Role, group: str, kind: str, random: Random) -> Turn:
    other = Role.AGENT if role is Role.CUSTOMER else Role.CUSTOMER
    said = random.choice(REACTIONS)
    return Turn(other, (Piece(said, None) if said else Piece(group, kind),))


def _joined(groups: Sequence[str], kind: str, random: Random) -> Iterator[Piece]:
    between = random.choice(("", "", "，", " ", "，嗯，", "，呃", "、", "-"))
    if groups and any("a" <= c.lower() <= "z" for group in groups for c in group):
        between = random.choice(("", " "))
    for number, group in enumerate(groups):
        if number and between:
            yield Piece(between, None)
        yield Piece(group, kind)


def _fields(line: str) -> Iterator[tuple[str, str]]:
    """The literal text before each field, and the field; the rest with an empty one."""
    rest = line
    while "{" in rest:
        text, _, tail = rest.partition("{")
        field, _, rest = tail.partition("}")
        yield text, field
    yield rest, ""
