"""A clip that a trainer can teach from."""

from dataclasses import dataclass
from enum import StrEnum

from qa_pipeline.domain.interval import Interval


class CaseKind(StrEnum):
    GOOD = "good"
    BAD = "bad"


class CaseStatus(StrEnum):
    CANDIDATE = "candidate"
    APPROVED = "approved"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One handling of one situation.

    `subject` is what it shows: a detector_id (`behaviour:arguing`,
    `script:greeting`). `situation` quotes the customer's turn that led to it,
    `clip` is cut at turn borders. `case_id` is a digest of (call_id, subject,
    kind, clip). `rubric_id`, `rubric_version` and `clause_digest` name the clause
    that it was judged by, None for a behaviour that no criterion asks for.
    `difficulty` (0..1) is how hard it is to hear: see `cases.difficulty`.
    """

    case_id: str
    call_id: str
    subject: str
    kind: CaseKind
    clip: Interval
    evidence: Interval
    situation: str
    quote: str
    why: str
    score: float
    status: CaseStatus = CaseStatus.CANDIDATE
    stale_because: str | None = None
    rubric_id: str | None = None
    rubric_version: int | None = None
    clause_digest: str | None = None
    difficulty: float | None = None
