"""What counts as personal data, and where in a call it was said."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from qa_pipeline.domain.interval import Interval


class PersonalKind(StrEnum):
    """What a stretch of speech gives away.

    NUMBER is a long number of unknown kind; AGENT and STAFF are an agent's name and 工号,
    which only `find_agents` finds.
    """

    MOBILE = "mobile"
    LANDLINE = "landline"
    IDENTITY_CARD = "identity_card"
    BANK_CARD = "bank_card"
    ACCOUNT = "account"
    CODE = "code"
    NUMBER = "number"
    ORDER = "order"
    PLATE = "plate"
    EMAIL = "email"
    ADDRESS = "address"
    NAME = "name"
    AGENT = "agent"
    STAFF = "staff"


class Place(NamedTuple):
    """Characters `start` to `end` (exclusive) of some text that hold personal data."""

    start: int
    end: int
    kind: PersonalKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalSpan:
    """Characters `start` to `end` (exclusive) of one utterance's text.

    `interval` is when they were said by the words' times; the whole utterance
    where it has no words or they do not spell its text.
    """

    kind: PersonalKind
    utterance_id: str
    start: int
    end: int
    interval: Interval
