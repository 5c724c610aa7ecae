"""Rule trust from reviewers' decisions."""

from datetime import UTC, datetime

from qa_pipeline.calibrate import rule_trust
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.review import Decision, EvidenceDecision, Review


def a_review(inspector_id: str, hour: int, decision: Decision) -> Review:
    return Review(
        review_id=f"{inspector_id}-{hour}",
        call_id="call-1",
        inspector_id=inspector_id,
        reviewed_at=datetime(2026, 11, 22, hour, tzinfo=UTC),
        decisions=(
            EvidenceDecision(
                detector_id="behaviour:arguing", decision=decision, interval=Interval(0, 1000)
            ),
        ),
    )


def test_the_latest_decision_of_an_inspector_counts() -> None:
    (rule,) = rule_trust(
        [a_review("a", 9, Decision.CONFIRMED), a_review("a", 8, Decision.REJECTED)]
    )
    assert (rule.confirmed, rule.rejected, rule.precision) == (1, 0, 1.0)


def test_two_inspectors_are_two_voices_with_a_wilson_interval() -> None:
    (rule,) = rule_trust(
        [a_review("a", 9, Decision.CONFIRMED), a_review("b", 9, Decision.REJECTED)]
    )
    assert rule.precision == 0.5
    assert rule.low is not None
    assert rule.high is not None
    assert round(rule.low, 3) == 0.095  # Wilson, 1 of 2
    assert round(rule.high, 3) == 0.905


def test_nothing_decided_is_no_rule() -> None:
    assert rule_trust([]) == ()
