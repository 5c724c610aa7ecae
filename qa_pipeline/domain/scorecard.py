"""A score that is the sum of its receipts."""

from dataclasses import dataclass
from enum import StrEnum

from qa_pipeline.domain.detection import Detection, Evidence
from qa_pipeline.domain.phrase_query import PhraseQuery


class CriterionOutcome(StrEnum):
    PASS = "PASS"
    PARTIAL = "PARTIAL"
    FAIL = "FAIL"
    CONDITION_NOT_MET = "CONDITION_NOT_MET"
    HUMAN_NA = "HUMAN_NA"
    SYSTEM_NA = "SYSTEM_NA"
    NEEDS_HUMAN = "NEEDS_HUMAN"


COUNTED = frozenset({CriterionOutcome.PASS, CriterionOutcome.PARTIAL, CriterionOutcome.FAIL})
"""Only these count in points and denominator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Why points were won (positive) or lost (negative), with what and where."""

    points: float
    reason: str
    detector_id: str
    detector_version: str
    probability: float
    evidence: Evidence | None
    engine_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionScore:
    criterion_id: str
    outcome: CriterionOutcome
    points_awarded: float
    points_possible: float
    receipts: tuple[Receipt, ...] = ()
    abstained_because: str | None = None
    hint: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionPercent:
    section_id: str
    percent: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """One call under one rubric version.

    `percent` is None when nothing could be judged; 0 when an auto_fail struck
    the call (`raw_percent` keeps what it would have been). `critical_percent` is
    over the criteria marked critical. `passed` is None when `percent` is.
    """

    call_id: str
    rubric_id: str
    rubric_version: int
    rubric_digest: str
    scores: tuple[CriterionScore, ...]
    percent: float | None
    raw_percent: float | None
    section_percents: tuple[SectionPercent, ...]
    critical_percent: float | None
    judged_points: float
    not_judged_points: float
    passed: bool | None
    auto_failed_by: tuple[str, ...] = ()
    routed_by_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All that judging one call yields."""

    call_id: str
    detections: tuple[Detection, ...]
    scorecard: Scorecard
    queries: tuple[PhraseQuery, ...] = ()
