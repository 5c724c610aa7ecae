from dataclasses import replace

import pytest

from qa_pipeline.domain.dispute import Dispute, ExampleKind, Verdict, numbered, regression_examples
from qa_pipeline.domain.scorecard import CriterionOutcome
from tests.store.test_disputes import a_dispute, a_ruling

PASS, PARTIAL, FAIL, NA = (
    CriterionOutcome.PASS,
    CriterionOutcome.PARTIAL,
    CriterionOutcome.FAIL,
    CriterionOutcome.HUMAN_NA,
)


def ruled(dispute: Dispute, outcome: CriterionOutcome) -> Dispute:
    return replace(dispute, rulings=(a_ruling(dispute, Verdict.OTHER, outcome=outcome),))


@pytest.mark.parametrize(
    ("machine", "outcome", "is_overturned"),
    [
        (FAIL, PASS, True),
        (FAIL, NA, True),
        (PARTIAL, PASS, True),
        (FAIL, FAIL, False),
        (FAIL, PARTIAL, False),  # the thing was there, it costs less
        (PASS, PASS, False),  # an inspector had taken the points
    ],
)
def test_a_ruling_overturns_the_machine_where_it_gives_back_what_that_took(
    machine: CriterionOutcome, outcome: CriterionOutcome, is_overturned: bool
) -> None:
    dispute = a_dispute(machine_outcome=machine)
    assert not dispute.is_overturned
    assert ruled(dispute, outcome).is_overturned == is_overturned


@pytest.mark.parametrize(
    ("detector_id", "kind"),
    [
        ("script:greeting", ExampleKind.SAID),
        ("forbidden:insult", ExampleKind.NOT_SAID),
        ("behaviour:arguing", ExampleKind.NOT_FOUND),
        ("metric:dead_air", ExampleKind.NOT_FOUND),
    ],
)
def test_an_overturned_decision_teaches_the_list_that_it_belongs_to(
    detector_id: str, kind: ExampleKind
) -> None:
    dispute = a_dispute(detector_id=detector_id)
    assert regression_examples([dispute, ruled(dispute, FAIL)]) == ()
    (example,) = regression_examples([ruled(dispute, PASS)])
    assert (example.kind, example.text) == (kind, "您好")
    assert f"{kind}: '您好' (call a)" in example.as_line()


def test_what_only_humans_answer_teaches_no_rule() -> None:
    assert regression_examples([ruled(a_dispute(detector_id=None), PASS)]) == ()


def test_a_revised_ruling_takes_its_example_back() -> None:
    dispute = ruled(a_dispute(), PASS)
    revised = replace(dispute, rulings=(*dispute.rulings, a_ruling(dispute, outcome=FAIL)))
    assert regression_examples([revised]) == ()


def test_the_id_is_of_the_content() -> None:
    assert numbered(a_dispute()) == a_dispute()
    assert a_dispute().dispute_id != a_dispute(reason="另一个").dispute_id
