"""What must not be read of a call: kept, so that nobody has to look for it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class HiddenPart(NamedTuple):
    """Characters `start` to `end` (exclusive) of a text; `kind` is a redact.PersonalKind."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenPlaces:
    """Customers' names and numbers in a transcript.

    `utterances` by position in the transcript, `pieces` by the number of the piece
    that a search finds; what hides nothing is left out. `said_digest` tells which
    words the places belong to.
    """

    said_digest: str
    utterances: Mapping[int, tuple[HiddenPart, ...]]
    pieces: Mapping[int, tuple[HiddenPart, ...]]
