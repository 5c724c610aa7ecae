"""Which rules have earned the right to deduct, as of now."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from qa_pipeline.calibrate import RuleTrust, hints_for, rule_trust
from qa_pipeline.domain.dispute import Dispute
from qa_pipeline.domain.review import Decision, EvidenceDecision, Review
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.settings import Settings, TrustThresholds
from qa_pipeline.store import CallStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The reviewers' word on every rule at one moment, and the bar that it is held against.

    Read once at the start of a run and kept for the night: reviews that come in
    meanwhile count from the next one on. What it decides is stored with each
    judgement as the hint flags of its scorecard, so `verify` needs no reviews.
    """

    rules: tuple[RuleTrust, ...]
    bar: TrustThresholds

    def hints(self, rubric: Rubric) -> frozenset[str]:
        """The criteria of a rubric that may only hint, not deduct."""
        return hints_for(rubric, self.rules, self.bar)

    def notes(self, rubric: Rubric) -> dict[str, str]:
        """What the figures of each hint are today, in Chinese, by criterion_id."""
        return {
            c.criterion_id: _note(rule, self.bar)
            for c in rubric.criteria
            for rule in self.rules
            if rule.detector_id == c.detector_id
            and rule.rubric_id in (None, rubric.rubric_id)
            and not rule.may_deduct(self.bar)
        }


def read_trust(store: CallStore, settings: Settings) -> Trust:
    """Count the stored reviews and the disputes that overturned a rule, rule by rule."""
    rules = rule_trust(
        with_overturned(store.reviews(), store.disputes()),
        rubric_of=store.reviewed_rubrics(),
        doubtful=store.doubtful_places(),
        latest=settings.trust.latest_decisions,
    )
    return Trust(rules=rules, bar=settings.trust)


def with_overturned(reviews: Iterable[Review], disputes: Iterable[Dispute]) -> tuple[Review, ...]:
    """The reviews and, as REJECTED, each decision of a rule that a ruling overturned.

    The ruling is the last word: what was decided on the same rule and call before
    counts no more.
    """
    overturned = [(d, d.detector_id, d.ruling) for d in disputes if d.is_overturned and d.ruling]
    settled = {(d.call_id, name): r.decided_at for d, name, r in overturned if name}
    kept = [
        replace(
            review,
            decisions=tuple(
                given
                for given in review.decisions
                if not (at := settled.get((review.call_id, given.detector_id)))
                or review.reviewed_at > at
            ),
        )
        for review in reviews
    ]
    kept += [
        Review(
            review_id=f"dispute:{d.dispute_id}",
            call_id=d.call_id,
            inspector_id=f"dispute:{d.dispute_id}",
            reviewed_at=ruling.decided_at,
            decisions=(
                EvidenceDecision(detector_id=name, decision=Decision.REJECTED, interval=d.interval),
            ),
        )
        for d, name, ruling in overturned
        if name
    ]
    return tuple(kept)


def _note(rule: RuleTrust, bar: TrustThresholds) -> str:
    decided = rule.confirmed + rule.rejected
    return (
        f"最近 {decided} 条判定中确认 {rule.confirmed} 条，准确率下限 {rule.low or 0:.2f}，"
        f"低于 {bar.min_precision_low:g}"
    )
