"""How far reviewers agree with each rule, and which rules may deduct for it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from scipy.stats import binomtest

from qa_pipeline.domain.review import Decision, Review, latest_decisions
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.settings import TrustThresholds

Place = tuple[str, str]
"""A call_id and a detector_id."""

_DECIDED = (Decision.CONFIRMED, Decision.REJECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTrust:
    """Reviewers' decisions on one detector's evidence.

    `rubric_id` is None for a behaviour, which is the same under every rubric, and
    where the call's rubric is not known. `low` and `high` bound the precision,
    confirmed ÷ (confirmed + rejected), and `recall_low` and `recall_high` the
    recall, confirmed ÷ (confirmed + missed): Wilson score intervals, 95 %. None
    where there is nothing to divide by.
    """

    rubric_id: str | None
    detector_id: str
    confirmed: int
    rejected: int
    unsure: int
    missed: int
    low: float | None
    high: float | None
    recall_low: float | None
    recall_high: float | None

    @property
    def precision(self) -> float | None:
        decided = self.confirmed + self.rejected
        return self.confirmed / decided if decided else None

    @property
    def recall(self) -> float | None:
        there = self.confirmed + self.missed
        return self.confirmed / there if there else None

    def may_deduct(self, bar: TrustThresholds) -> bool:
        """Whether it deducts: trusted until enough decisions say otherwise."""
        decided = self.confirmed + self.rejected
        return decided < bar.min_decisions or self.low is None or self.low >= bar.min_precision_low

    def as_document(self) -> dict[str, Any]:
        return asdict(self) | {"precision": self.precision, "recall": self.recall}

    def as_line(self) -> str:
        precision, recall = "—", "—"
        if self.precision is not None:
            precision = f"{self.precision:.2f} [{self.low:.2f}, {self.high:.2f}]"
        if self.recall is not None:
            recall = f"{self.recall:.2f} [{self.recall_low:.2f}, {self.recall_high:.2f}]"
        owner = f" ({self.rubric_id})" if self.rubric_id else ""
        return (
            f"{self.detector_id}{owner}: precision {precision}, "
            f"n={self.confirmed + self.rejected}, recall {recall}, "
            f"unsure {self.unsure}, missed {self.missed}"
        )


def rule_trust(
    reviews: Iterable[Review],
    *,
    rubric_of: Mapping[str, str] = MappingProxyType({}),
    doubtful: frozenset[Place] = frozenset(),
    latest: int | None = None,
) -> tuple[RuleTrust, ...]:
    """One line for each rule that reviewers decided on, by detector_id and rubric.

    `rubric_of` is the rubric_id of each call_id: criteria of two rubrics that share
    a name are two rules. A decision on a place in `doubtful` is left out: there the
    machine asked and deducted nothing. `latest` limits a rule to its newest
    decisions, so that a rule that was mended can earn its right again.
    """
    made: dict[tuple[str, str], list[Decision]] = defaultdict(list)
    for review, decision in latest_decisions(reviews):
        detector_id = decision.detector_id
        if (review.call_id, detector_id) in doubtful and decision.decision in _DECIDED:
            continue
        shared = detector_id.startswith(("behaviour:", "builtin:"))
        owner = "" if shared else rubric_of.get(review.call_id, "")
        made[detector_id, owner].append(decision.decision)
    return tuple(
        _trust(name, made[name][-latest:] if latest else made[name]) for name in sorted(made)
    )


def hints_for(rubric: Rubric, rules: Iterable[RuleTrust], bar: TrustThresholds) -> frozenset[str]:
    """The criteria of a rubric that have lost their right to deduct."""
    distrusted = {
        rule.detector_id
        for rule in rules
        if rule.rubric_id in (None, rubric.rubric_id) and not rule.may_deduct(bar)
    }
    return frozenset(c.criterion_id for c in rubric.criteria if c.detector_id in distrusted)


def _trust(name: tuple[str, str], decisions: Iterable[Decision]) -> RuleTrust:
    detector_id, owner = name
    counts = Counter(decisions)
    confirmed, rejected = counts[Decision.CONFIRMED], counts[Decision.REJECTED]
    missed = counts[Decision.MISSED]
    low, high = _wilson(confirmed, confirmed + rejected)
    recall_low, recall_high = _wilson(confirmed, confirmed + missed)
    return RuleTrust(
        rubric_id=owner or None,
        detector_id=detector_id,
        confirmed=confirmed,
        rejected=rejected,
        unsure=counts[Decision.UNSURE],
        missed=missed,
        low=low,
        high=high,
        recall_low=recall_low,
        recall_high=recall_high,
    )


def _wilson(hits: int, n: int) -> tuple[float | None, float | None]:
    if not n:
        return None, None
    bounds = binomtest(hits, n).proportion_ci(method="wilson")
    return float(bounds.low), float(bounds.high)
