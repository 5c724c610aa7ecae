"""How far reviewers agree with each rule."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from scipy.stats import binomtest

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.review import Decision, Review


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTrust:
    """Reviewers' decisions on one detector's evidence.

    `low` and `high` bound the precision (Wilson score interval, 95 %); None
    where nobody confirmed or rejected anything.
    """

    detector_id: str
    confirmed: int
    rejected: int
    unsure: int
    missed: int
    low: float | None
    high: float | None

    @property
    def precision(self) -> float | None:
        decided = self.confirmed + self.rejected
        return self.confirmed / decided if decided else None

    def as_document(self) -> dict[str, Any]:
        return asdict(self) | {"precision": self.precision}

    def as_line(self) -> str:
        shown = "—"
        if self.precision is not None:
            shown = f"{self.precision:.2f} [{self.low:.2f}, {self.high:.2f}]"
        return (
            f"{self.detector_id}: precision {shown}, n={self.confirmed + self.rejected}, "
            f"unsure {self.unsure}, missed {self.missed}"
        )


def rule_trust(reviews: Iterable[Review]) -> tuple[RuleTrust, ...]:
    """One line for each detector that reviewers decided on, by detector_id.

    An inspector who reviews a call again has changed their mind: of several
    decisions on the same evidence by the same inspector the latest counts.
    """
    latest: dict[tuple[str, str, str, Interval | None], Decision] = {}
    for review in sorted(reviews, key=lambda r: r.reviewed_at):
        for d in review.decisions:
            latest[review.inspector_id, review.call_id, d.detector_id, d.interval] = d.decision
    counts: dict[str, Counter[Decision]] = defaultdict(Counter)
    for (_, _, detector_id, _), decision in latest.items():
        counts[detector_id][decision] += 1
    return tuple(_trust(name, counts[name]) for name in sorted(counts))


def _trust(detector_id: str, counts: Counter[Decision]) -> RuleTrust:
    confirmed, rejected = counts[Decision.CONFIRMED], counts[Decision.REJECTED]
    low = high = None
    if confirmed + rejected:
        bounds = binomtest(confirmed, confirmed + rejected).proportion_ci(method="wilson")
        low, high = float(bounds.low), float(bounds.high)
    return RuleTrust(
        detector_id=detector_id,
        confirmed=confirmed,
        rejected=rejected,
        unsure=counts[Decision.UNSURE],
        missed=counts[Decision.MISSED],
        low=low,
        high=high,
    )
