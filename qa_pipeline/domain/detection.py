"""What a detector answers: an outcome with its evidence."""

from dataclasses import dataclass
from enum import StrEnum

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval


class Outcome(StrEnum):
    FOUND = "FOUND"
    NOT_FOUND = "NOT_FOUND"
    CANNOT_TELL = "CANNOT_TELL"


class Abstention(StrEnum):
    """Why an answer is CANNOT_TELL: the input, or a doubtful probability.

    UNMEASURABLE becomes a system N/A, DOUBTFUL goes to a human (DESIGN section 4).
    """

    UNMEASURABLE = "unmeasurable"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where, what was said, and why it counts.

    `weight` is this piece's share of the score (0..1). `estimated` is True when
    the interval was computed from text length, not heard. A thing that is
    missing cites the place where it should have been (quote "").
    """

    interval: Interval
    role: Role
    quote: str
    reason: str
    weight: float = 1.0
    estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """One detector's answer on one call.

    `detector_id` is `script:<criterion>`, `forbidden:<criterion>`,
    `metric:<criterion>`, `behaviour:<name>` or `builtin:<name>`. FOUND means the
    thing was there: the script said, the forbidden phrase said, the behaviour
    present, the metric over its limit. `note` tells a reader what nearly counted
    (the near-miss). `provoked_by` are customer utterances that led to it. `value`
    is the figure that a metric criterion was judged by: `score` reads its band.
    """

    detector_id: str
    version: str
    outcome: Outcome
    probability: float
    evidence: tuple[Evidence, ...] = ()
    abstained_because: str | None = None
    abstention: Abstention | None = None
    note: str | None = None
    provoked_by: tuple[Evidence, ...] = ()
    value: float | None = None

    def __post_init__(self) -> None:
        if self.outcome is Outcome.FOUND and not self.evidence:
            raise ValueError(f"{self.detector_id}: FOUND without evidence")
        if (self.outcome is Outcome.CANNOT_TELL) != (self.abstention is not None):
            raise ValueError(f"{self.detector_id}: CANNOT_TELL and its abstention go together")


def cannot_tell(
    detector_id: str,
    version: str,
    because: str,
    *,
    abstention: Abstention = Abstention.UNMEASURABLE,
    probability: float = 0.5,
    evidence: tuple[Evidence, ...] = (),
    note: str | None = None,
) -> Detection:
    """An honest abstention with its reason."""
    return Detection(
        detector_id=detector_id,
        version=version,
        outcome=Outcome.CANNOT_TELL,
        probability=probability,
        evidence=evidence,
        abstained_because=because,
        abstention=abstention,
        note=note,
    )
