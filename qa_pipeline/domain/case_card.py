"""What people make of a mined case: its card, its partner, the sets it belongs to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from qa_pipeline.domain.interval import Interval


class Difficulty(StrEnum):
    """How hard a listener finds it to name what is shown."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardText:
    """What a trainer wrote on a card; an empty text or None leaves the machine's.

    `masks` are texts that are hidden wherever the clip says them, beside what the
    redaction finds by itself.
    """

    situation: str = ""
    why: str = ""
    model_answer: str = ""
    difficulty: Difficulty | None = None
    tags: tuple[str, ...] = ()
    masks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CardEdit:
    """One appended change: the card's whole text as `who` left it. `version` counts from 1."""

    case_id: str
    version: int
    text: CardText
    who: str
    edited_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One appended change of a case's status."""

    status: str
    who: str
    note: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardAgain:
    """Personal data that a second hearing found: on which channel, when; a name or a number."""

    audio_channel: int
    interval: Interval
    is_name: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """What was computed to hide: `key` is the digest of the transcript and masks it was made of.

    `beeps` are milliseconds of the recording. `heard` is what a second hearing of the clip's
    sound found, None where there was none.
    """

    key: str
    beeps: tuple[Interval, ...]
    heard: tuple[HeardAgain, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A case of the other kind whose situation is like this one's.

    `method` is `meaning` (cosine of sentence embeddings) or `words` (of TF-IDF).
    """

    case_id: str
    partner_id: str
    similarity: float
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairChoice:
    """A trainer's word on a case's partner: accepted, or only looked at instead of another."""

    case_id: str
    partner_id: str
    accepted: bool
    who: str
    chosen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A named, ordered set of cases."""

    name: str
    case_ids: tuple[str, ...]
    made_by: str
    made_at: datetime
