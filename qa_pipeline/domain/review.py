"""What humans are asked and what they answer; machine and human never overwrite."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.scorecard import CriterionOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspector:
    inspector_id: str
    name: str = ""
    team: str | None = None
    capacity_calls: int = 50
    capacity_minutes: int = 336
    leave: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTask:
    """One call that one inspector is to hear on one day, and why.

    `inclusion_probability` is None for tasks outside the design (gold).
    """

    call_id: str
    inspector_id: str
    day: date
    reason: str
    inclusion_probability: float | None
    design_id: str
    seed: int
    expected_review_ms: int
    position: int
    blind: bool = False


class Decision(StrEnum):
    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"
    UNSURE = "UNSURE"
    MISSED = "MISSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceDecision:
    """A human's word on one piece of machine evidence, or on one that was missed."""

    detector_id: str
    decision: Decision
    interval: Interval | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionAnswer:
    criterion_id: str
    outcome: CriterionOutcome
    points_awarded: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One inspector's finished review of one call; appended, never changed.

    `review_id` is a digest of the content, so importing the same table twice
    adds nothing.
    """

    review_id: str
    call_id: str
    inspector_id: str
    reviewed_at: datetime
    decisions: tuple[EvidenceDecision, ...] = ()
    answers: tuple[CriterionAnswer, ...] = ()
    spent_ms: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldCall:
    """A reviewed call whose right answers were agreed on; inspectors are tested with it.

    `answers` hold one outcome a criterion; marking a call again replaces them.
    """

    call_id: str
    marked_by: str
    marked_at: datetime
    answers: tuple[CriterionAnswer, ...]
    note: str = ""


def latest_decisions(reviews: Iterable[Review]) -> tuple[tuple[Review, EvidenceDecision], ...]:
    """What stands of the decisions, each with the review that it was given in, by time.

    An inspector who reviews a call again has changed their mind: of several
    decisions on the same evidence by the same inspector the latest counts.
    """
    standing: dict[tuple[str, str, str, Interval | None], tuple[Review, EvidenceDecision]] = {}
    for review in sorted(reviews, key=lambda r: (r.reviewed_at, r.review_id)):
        for d in review.decisions:
            place = (review.inspector_id, review.call_id, d.detector_id, d.interval)
            standing.pop(place, None)
            standing[place] = review, d
    return tuple(standing.values())


def review_id_of(
    call_id: str,
    inspector_id: str,
    reviewed_at: datetime,
    decisions: tuple[EvidenceDecision, ...],
    answers: tuple[CriterionAnswer, ...],
    note: str = "",
) -> str:
    """The digest of a review's content: 32 hex digits of SHA-256."""
    content = repr((call_id, inspector_id, reviewed_at.isoformat(), decisions, answers, note))
    return hashlib.sha256(content.encode()).hexdigest()[:32]
