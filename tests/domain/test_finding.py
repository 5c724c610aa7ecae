"""What counts as a finding, and what it is made of."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from qa_pipeline.domain.detection import Detection, Outcome
from qa_pipeline.domain.finding import findings_of, violation_probability
from qa_pipeline.domain.scorecard import CriterionOutcome, CriterionScore
from tests.builders import a_criterion_score, a_detection, a_judged_call, an_evidence

ARGUING = a_detection("behaviour:arguing", Outcome.FOUND, 0.9, an_evidence(5000, 6000))
MISSING = a_detection("script:greeting", Outcome.NOT_FOUND, 0.2, an_evidence(0, 9000))


def findings(
    *detections: Detection, scores: Sequence[CriterionScore] = (), **parts: Any
) -> list[str]:
    judged = a_judged_call(detections=detections, scores=scores, **parts)
    return [f.detector_id for f in findings_of(judged.evaluation)]


def test_a_missing_script_is_as_likely_wrong_as_it_was_unlikely_said() -> None:
    assert violation_probability(MISSING) == 0.8
    assert violation_probability(ARGUING) == 0.9


def test_the_dearest_comes_first_and_hints_last() -> None:
    hint = replace(a_criterion_score("arguing", CriterionOutcome.FAIL, 15, ARGUING), hint=True)
    cheap = a_criterion_score("greeting", CriterionOutcome.FAIL, 5, MISSING)
    assert findings(ARGUING, MISSING, scores=(hint, cheap)) == [
        "script:greeting",
        "behaviour:arguing",
    ]


def test_points_lost_are_what_the_receipts_took() -> None:
    partial = a_criterion_score("arguing", CriterionOutcome.PARTIAL, 10, ARGUING)
    judged = a_judged_call(detections=(ARGUING,), scores=(partial,))
    (finding,) = findings_of(judged.evaluation)
    assert (finding.points_lost, finding.at_ms, finding.auto_failed) == (5, 5000, False)


def test_a_behaviour_that_no_criterion_asks_for_is_found_and_costs_nothing() -> None:
    judged = a_judged_call(detections=(ARGUING,))
    (finding,) = findings_of(judged.evaluation)
    assert (finding.criterion_id, finding.points_lost) == (None, 0)


def test_an_excused_behaviour_is_no_finding() -> None:
    excused = a_criterion_score("arguing", CriterionOutcome.PASS, 15, ARGUING)
    assert findings(ARGUING, scores=(excused,)) == []


def test_a_bonus_that_was_not_earned_is_no_finding() -> None:
    bonus = replace(
        a_criterion_score("greeting", CriterionOutcome.FAIL, 0, MISSING), points_possible=0.0
    )
    assert findings(MISSING, scores=(bonus,)) == []


def test_what_was_not_due_or_not_judged_is_no_finding() -> None:
    for outcome in (CriterionOutcome.CONDITION_NOT_MET, CriterionOutcome.SYSTEM_NA):
        assert findings(MISSING, scores=(a_criterion_score("greeting", outcome, 5),)) == []


def test_an_auto_fail_says_so() -> None:
    score = a_criterion_score("greeting", CriterionOutcome.FAIL, 5, MISSING)
    judged = a_judged_call(detections=(MISSING,), scores=(score,), auto_failed_by=("greeting",))
    assert findings_of(judged.evaluation)[0].auto_failed
