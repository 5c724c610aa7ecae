"""What counts as an inspector's word on an item."""

from datetime import UTC, datetime, timedelta

import pytest

from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.estimate import ANY_BEHAVIOUR, ANY_VIOLATION, Item
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.review import CriterionAnswer, Decision, EvidenceDecision, Review
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.sample.human_word import words_of
from tests.builders import a_criterion_score, a_detection, a_judged_call, an_evidence

C, R, M, U = Decision.CONFIRMED, Decision.REJECTED, Decision.MISSED, Decision.UNSURE
PASS, FAIL, PARTIAL = CriterionOutcome.PASS, CriterionOutcome.FAIL, CriterionOutcome.PARTIAL
NA, ASKS = CriterionOutcome.HUMAN_NA, CriterionOutcome.NEEDS_HUMAN
HERE = Interval(1000, 2000)
ARGUING, GREETING = Item("", "behaviour:arguing"), Item("inbound_service", "greeting")


def a_call(outcome: CriterionOutcome, *, said: Outcome, arguing: Outcome) -> JudgedCall:
    greeting = a_detection("script:greeting", said, 0.5, an_evidence(1000, 2000))
    return a_judged_call(
        detections=(
            greeting,
            a_detection("behaviour:arguing", arguing, 0.5, an_evidence(1000, 2000)),
        ),
        scores=(a_criterion_score("greeting", outcome, 5, greeting),),
    )


CLEAN = a_call(PASS, said=Outcome.FOUND, arguing=Outcome.NOT_FOUND)
WRONG = a_call(FAIL, said=Outcome.NOT_FOUND, arguing=Outcome.FOUND)
DOUBTFUL = a_call(ASKS, said=Outcome.CANNOT_TELL, arguing=Outcome.CANNOT_TELL)


def a_review(
    *decisions: tuple[str, Decision],
    greeting: CriterionOutcome | None = None,
    hour: int = 0,
    place: Interval = HERE,
) -> Review:
    answers = (CriterionAnswer(criterion_id="greeting", outcome=greeting),) if greeting else ()
    return Review(
        review_id=f"r{hour}",
        call_id="call-1",
        inspector_id="i1",
        reviewed_at=datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hour),
        decisions=tuple(
            EvidenceDecision(detector_id=name, decision=d, interval=place) for name, d in decisions
        ),
        answers=answers,
    )


@pytest.mark.parametrize("answer", [PASS, PARTIAL, FAIL, NA])
@pytest.mark.parametrize("call", [CLEAN, WRONG, DOUBTFUL])
def test_an_answer_is_the_word(call: JudgedCall, answer: CriterionOutcome) -> None:
    assert words_of(call, [a_review(greeting=answer)])[GREETING] is answer


def test_the_latest_answer_counts() -> None:
    reviews = [a_review(greeting=PASS, hour=2), a_review(greeting=FAIL, hour=1)]
    assert words_of(CLEAN, reviews)[GREETING] is PASS


@pytest.mark.parametrize(
    ("call", "decision", "word"),
    [(CLEAN, C, PASS), (CLEAN, R, FAIL), (WRONG, C, FAIL), (WRONG, R, PASS), (DOUBTFUL, C, FAIL),
     (DOUBTFUL, R, PASS), (CLEAN, M, FAIL), (WRONG, U, None)],
)  # fmt: skip
def test_a_decision_on_a_script_agrees_or_contradicts(
    call: JudgedCall, decision: Decision, word: CriterionOutcome | None
) -> None:
    assert words_of(call, [a_review(("script:greeting", decision))]).get(GREETING) is word


def test_a_decision_on_evidence_that_is_gone_proves_nothing_of_a_script() -> None:
    review = a_review(("script:greeting", C), place=Interval(5, 6))
    assert GREETING not in words_of(WRONG, [review])


@pytest.mark.parametrize(
    ("call", "decision", "word"),
    [(WRONG, C, FAIL), (WRONG, R, PASS), (WRONG, U, None), (CLEAN, M, FAIL), (DOUBTFUL, R, PASS)],
)
def test_a_behaviour_is_there_when_confirmed_or_missed(
    call: JudgedCall, decision: Decision, word: CriterionOutcome | None
) -> None:
    assert words_of(call, [a_review(("behaviour:arguing", decision))]).get(ARGUING) is word


def test_silence_agrees_with_a_clearing_machine_once_the_review_is_finished() -> None:
    words = words_of(CLEAN, [a_review()])
    assert words == dict.fromkeys((GREETING, ARGUING, ANY_BEHAVIOUR, ANY_VIOLATION), PASS)
    assert words_of(CLEAN, []) == {}


def test_silence_on_what_the_machine_found_is_no_word() -> None:
    assert words_of(WRONG, [a_review()]) == {}
    by_form = words_of(WRONG, [a_review(greeting=PASS)])
    assert by_form == {GREETING: PASS}
    assert words_of(DOUBTFUL, [a_review(greeting=PASS)]) == {
        GREETING: PASS,
        ANY_BEHAVIOUR: PASS,
        ANY_VIOLATION: PASS,
    }


def test_one_violation_is_enough_for_any() -> None:
    words = words_of(CLEAN, [a_review(("behaviour:arguing", M))])
    assert words[ANY_VIOLATION] is words[ANY_BEHAVIOUR] is FAIL
    assert words_of(CLEAN, [a_review(greeting=FAIL)])[ANY_VIOLATION] is FAIL
    assert words_of(CLEAN, [a_review(greeting=FAIL)])[ANY_BEHAVIOUR] is PASS
