"""The rubrics that we ship keep what README promises of every rubric."""

from pathlib import Path

import pytest

from qa_pipeline.domain.call import Direction
from qa_pipeline.domain.rubric import AutoFail, Criterion, CriterionKind, Rubric
from qa_pipeline.rubric_files import (
    DEFAULT_RUBRIC,
    check,
    lint,
    load_rubric,
    load_rubrics,
    route,
    run_examples,
)
from qa_pipeline.text.normalize import normalize
from tests.builders import a_call

FOLDER = Path(__file__).parents[1] / "rubrics"
NAMES = ("inbound_service", "outbound_sales")


@pytest.fixture(scope="module", params=NAMES)
def rubric(request: pytest.FixtureRequest) -> Rubric:
    return load_rubric(FOLDER / f"{request.param}.yaml")


def spoken(rubric: Rubric) -> list[Criterion]:
    kinds = (CriterionKind.SCRIPT, CriterionKind.FORBIDDEN)
    return [c for c in rubric.criteria if c.kind in kinds]


def test_it_passes_its_own_lint(rubric: Rubric) -> None:
    assert [str(problem) for problem in lint(rubric)] == []
    assert check(FOLDER / f"{rubric.rubric_id}.yaml") == ()


def test_it_is_a_form_of_about_twenty_lines_and_a_hundred_points(rubric: Rubric) -> None:
    everyday = [c for s, c in rubric.walk() if s.applies_when is None and c.applies_when is None]
    assert 16 <= len(everyday) <= 26
    assert 20 <= len(rubric.criteria) <= 36
    assert sum(c.points for c in rubric.criteria if not c.bonus) == 100
    manual = [c for c in rubric.criteria if c.kind is CriterionKind.MANUAL]
    assert len(manual) * 20 <= 4 * len(rubric.criteria)
    assert all(c.guidance for c in manual)


def test_every_example_is_judged_right(rubric: Rubric) -> None:
    wrong = [r for r in run_examples(rubric) if not r.right]
    assert wrong == []


def test_examples_are_no_copies_of_the_phrases(rubric: Rubric) -> None:
    for criterion in spoken(rubric):
        phrases = [*criterion.any_of, *(p for step in criterion.steps for p in step.any_of)]
        for text in criterion.said:
            assert not any(normalize(text) in normalize(p) for p in phrases), text
            assert normalize(text) not in {normalize(p) for p in phrases}
        assert len(criterion.said) >= 2
        assert len(criterion.not_said) >= 2


def test_all_five_behaviours_are_judged(rubric: Rubric) -> None:
    judged = {c.behaviour for c in rubric.criteria if c.kind is CriterionKind.BEHAVIOUR}
    assert judged == {"arguing", "interrogating", "monologuing", "coldness", "stiffness"}


def test_an_insult_fails_the_call(rubric: Rubric) -> None:
    insult = next(c for c in rubric.criteria if c.criterion_id == "insult")
    assert insult.auto_fail is AutoFail.CALL
    assert insult.critical


def test_the_folder_routes_by_direction() -> None:
    rubrics = load_rubrics(FOLDER)
    assert route(rubrics, a_call(direction=Direction.INBOUND))[0].rubric_id == DEFAULT_RUBRIC
    assert route(rubrics, a_call(direction=Direction.OUTBOUND))[0].rubric_id == "outbound_sales"
    assert route(rubrics, a_call()) == (
        next(r for r in rubrics if r.rubric_id == DEFAULT_RUBRIC),
        True,
    )


SEEDS = {
    CriterionKind.METRIC: ("ring",),
    CriterionKind.MANUAL: ("complaint_details",),
    CriterionKind.FORBIDDEN: ("insult", "taboo", "confidentiality"),
    CriterionKind.SCRIPT: (
        "contact_recorded",
        "promised_time",
        "identity_check",
        "hold_notice",
        "thanks_for_waiting",
        "anything_else",
        "invitation_to_rate",
        "closing",
    ),
}
"""What the field notes ask of an inbound call, by how it is judged."""


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, names in SEEDS.items() for name in names]
)
def test_it_carries_the_seeds_of_the_field(rubric: Rubric, kind: CriterionKind, name: str) -> None:
    criterion = next(c for c in rubric.criteria if c.criterion_id == name)
    assert criterion.kind is kind
    assert criterion.points > 0
    if kind in (CriterionKind.SCRIPT, CriterionKind.FORBIDDEN):
        assert len(criterion.said) >= 8
        assert len(criterion.not_said) >= 8


def test_seeds_apply_where_the_field_says(rubric: Rubric) -> None:
    by_id = {c.criterion_id: c for c in rubric.criteria}
    assert by_id["ring"].maximum == 15_000
    identity = by_id["identity_check"]
    assert identity.where is not None
    assert identity.where.before == "account_data_given"
    assert by_id["hold_notice"].applies_when is not None
    assert by_id["complaint_details"].listen_for
    escalation = by_id["promised_time"].applies_when
    assert escalation is not None
    assert escalation.unless_trigger == "agent_escalates"
    complaint = next(s for s in rubric.sections if s.section_id == "complaint")
    assert complaint.applies_when is not None
    assert complaint.applies_when.trigger == "customer_complains"
    assert {"contact_recorded", "promised_time", "complaint_details"} <= {
        c.criterion_id for c in complaint.criteria
    }
