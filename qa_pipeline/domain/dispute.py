"""An agent contradicts a line of an own call's scorecard, and a supervisor decides."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from qa_pipeline.domain.finding import LOST
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.scorecard import CriterionOutcome


class Verdict(StrEnum):
    """KEEP what stood, ACCEPT what the agent proposed, or something OTHER."""

    KEEP = "keep"
    ACCEPT = "accept"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A supervisor's decision; `outcome` is what counts from then on.

    `example` is the sentence that the rule should have taken rightly, masked; "" where
    there is none to learn from.
    """

    dispute_id: str
    verdict: Verdict
    outcome: CriterionOutcome
    reason: str
    example: str
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """One line of one call, with all that was decided on it, oldest first.

    `stood` is what the line said when it was disputed, by machine or human;
    `machine_outcome` what the machine had said of it, on `detector_id` (None for a
    manual criterion). `interval` and `quote` (masked) are the machine's evidence, or
    what the agent said in its place.
    """

    dispute_id: str
    call_id: str
    agent_id: str
    rubric_id: str
    criterion_id: str
    detector_id: str | None
    machine_outcome: CriterionOutcome
    stood: CriterionOutcome
    proposed: CriterionOutcome
    reason: str
    quote: str
    interval: Interval | None
    opened_by: str
    opened_at: datetime
    rulings: tuple[Ruling, ...] = ()

    @property
    def ruling(self) -> Ruling | None:
        """What stands: the newest ruling; None while the dispute is open."""
        return self.rulings[-1] if self.rulings else None

    @property
    def is_open(self) -> bool:
        return not self.rulings

    @property
    def is_overturned(self) -> bool:
        """Whether the machine took points that the ruling gives back."""
        return (
            self.ruling is not None
            and self.machine_outcome in LOST
            and self.ruling.outcome not in LOST
        )


class ExampleKind(StrEnum):
    """How a rubric's author uses a sentence: the list that it belongs to."""

    SAID = "said"
    NOT_SAID = "not_said"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionExample:
    """A sentence that a rule got wrong, as a ruling settled it; it stands at `interval`.

    `said` and `not_said` go into the criterion's lists of that name; `not_found` is of
    a behaviour or metric, which has no such lists: judge the call again and look.
    """

    rubric_id: str
    criterion_id: str
    kind: ExampleKind
    text: str
    call_id: str
    interval: Interval | None
    dispute_id: str

    def as_line(self) -> str:
        """One line a person can paste from."""
        where = f"{self.rubric_id}/{self.criterion_id}"
        text = f"'{self.text}'" if self.text else "(no sentence)"
        return f"regression example for {where}: {self.kind}: {text} (call {self.call_id})"


def regression_examples(disputes: Iterable[Dispute]) -> tuple[RegressionExample, ...]:
    """One for each overturned decision of a rule, by rubric, criterion and time."""
    found = [
        RegressionExample(
            rubric_id=d.rubric_id,
            criterion_id=d.criterion_id,
            kind=_kind(d.detector_id),
            text=d.ruling.example,
            call_id=d.call_id,
            interval=d.interval,
            dispute_id=d.dispute_id,
        )
        for d in sorted(disputes, key=lambda d: (d.opened_at, d.dispute_id))
        if d.is_overturned and d.ruling and d.detector_id
    ]
    return tuple(sorted(found, key=lambda e: (e.rubric_id, e.criterion_id)))


def numbered(dispute: Dispute) -> Dispute:
    """The dispute with its id: 32 hex digits of SHA-256 over what it says."""
    said = replace(dispute, dispute_id="", rulings=())
    return replace(dispute, dispute_id=hashlib.sha256(repr(said).encode()).hexdigest()[:32])


def _kind(detector_id: str) -> ExampleKind:
    kinds = {"script": ExampleKind.SAID, "forbidden": ExampleKind.NOT_SAID}
    return kinds.get(detector_id.partition(":")[0], ExampleKind.NOT_FOUND)
