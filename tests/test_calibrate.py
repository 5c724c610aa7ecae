"""Rule trust from reviewers' decisions."""

from datetime import UTC, datetime

from qa_pipeline.calibrate import hints_for, rule_trust
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.review import Decision, EvidenceDecision, Review
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Rubric, Section
from qa_pipeline.settings import TrustThresholds


def a_review(
    inspector_id: str,
    hour: int,
    decision: Decision,
    *,
    call_id: str = "call-1",
    rule: str = "behaviour:arguing",
) -> Review:
    return Review(
        review_id=f"{inspector_id}-{hour}-{call_id}",
        call_id=call_id,
        inspector_id=inspector_id,
        reviewed_at=datetime(2026, 11, 22, hour, tzinfo=UTC),
        decisions=(
            EvidenceDecision(detector_id=rule, decision=decision, interval=Interval(0, 1000)),
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


def test_what_was_missed_bounds_the_recall() -> None:
    (rule,) = rule_trust([a_review("a", 9, Decision.CONFIRMED), a_review("b", 9, Decision.MISSED)])
    assert (rule.precision, rule.recall) == (1.0, 0.5)
    assert rule.recall_low is not None
    assert round(rule.recall_low, 3) == 0.095


def test_a_decision_on_a_doubtful_place_is_no_precision_but_a_missed_one_counts() -> None:
    reviews = [a_review("a", 9, Decision.REJECTED), a_review("b", 9, Decision.MISSED)]
    (rule,) = rule_trust(reviews, doubtful=frozenset({("call-1", "behaviour:arguing")}))
    assert (rule.rejected, rule.missed, rule.precision) == (0, 1, None)


def test_only_the_newest_decisions_count() -> None:
    reviews = [a_review("a", 1, Decision.REJECTED), a_review("b", 2, Decision.CONFIRMED)]
    (rule,) = rule_trust(reviews, latest=1)
    assert (rule.confirmed, rule.rejected) == (1, 0)


def test_one_rubrics_criterion_does_not_pay_for_its_namesake() -> None:
    reviews = [
        a_review(f"i{i}", 9, Decision.REJECTED, call_id=call_id, rule=rule)
        for i in range(20)
        for call_id, rule in (("in", "script:closing"), ("out", "behaviour:arguing"))
    ]
    rubric_of = {"in": "inbound_service", "out": "outbound_sales"}
    rules = rule_trust(reviews, rubric_of=rubric_of)
    assert hints_for(rubric("inbound_service"), rules, TrustThresholds()) == {"closing", "arguing"}
    assert hints_for(rubric("outbound_sales"), rules, TrustThresholds()) == {"arguing"}


def rubric(rubric_id: str) -> Rubric:
    criteria = (
        Criterion(criterion_id="closing", title="结束", points=3, kind=CriterionKind.SCRIPT),
        Criterion(
            criterion_id="arguing",
            title="争辩",
            points=3,
            kind=CriterionKind.BEHAVIOUR,
            behaviour="arguing",
        ),
    )
    section = Section(section_id="all", title="全部", criteria=criteria)
    return Rubric(rubric_id=rubric_id, version=1, title="表", pass_percent=85, sections=(section,))
