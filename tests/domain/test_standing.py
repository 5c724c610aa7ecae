from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.domain.rubric import AutoFail, Criterion, CriterionKind, Rubric, Section
from qa_pipeline.domain.scorecard import COUNTED, CriterionOutcome, CriterionScore
from qa_pipeline.domain.standing import standing_percent
from tests.builders import a_criterion_score, a_judged_call

PASS, PARTIAL, FAIL, NA = (
    CriterionOutcome.PASS,
    CriterionOutcome.PARTIAL,
    CriterionOutcome.FAIL,
    CriterionOutcome.HUMAN_NA,
)
POINTS = {"a": 5.0, "b": 3.0, "c": 2.0}


def a_rubric(auto_fail: AutoFail | None = None) -> Rubric:
    def line(name: str, strikes: AutoFail | None = None) -> Criterion:
        return Criterion(
            criterion_id=name, title=name, points=POINTS[name], kind=CriterionKind.MANUAL,
            auto_fail=strikes,
        )  # fmt: skip

    first = Section(section_id="1", title="", criteria=(line("a"), line("b", auto_fail)))
    second = Section(section_id="2", title="", criteria=(line("c"),))
    return Rubric(rubric_id="r", version=1, title="", pass_percent=85, sections=(first, second))


def scores(**outcomes: CriterionOutcome) -> tuple[CriterionScore, ...]:
    return tuple(a_criterion_score(name, o, POINTS[name]) for name, o in outcomes.items())


def percent(
    machine: dict[str, CriterionOutcome],
    human: dict[str, CriterionOutcome],
    auto_fail: AutoFail | None = None,
) -> float | None:
    card = a_judged_call(scores=scores(**machine), percent=12.5).evaluation.scorecard
    return standing_percent(card, a_rubric(auto_fail), human)


MACHINE = {"a": PASS, "b": FAIL, "c": PARTIAL}


def test_humans_change_points_and_denominator() -> None:
    assert percent(MACHINE, {}) == 12.5, "what the machine said, untouched"
    assert percent(MACHINE, {"b": FAIL, "a": PASS}) == 12.5
    assert percent(MACHINE, {"b": PASS}) == 90.0
    assert percent(MACHINE, {"b": NA}) == 85.71
    assert percent(MACHINE, {"b": PARTIAL}) == 75.0
    assert percent({"a": PASS, "b": CriterionOutcome.NEEDS_HUMAN}, {"b": FAIL}) == 62.5
    assert percent(MACHINE, dict.fromkeys(MACHINE, NA)) is None


def test_a_struck_call_or_section_is_given_back() -> None:
    assert percent(MACHINE, {"b": PASS}, AutoFail.CALL) == 90.0
    assert percent(MACHINE, {"c": PASS}, AutoFail.CALL) == 0.0
    assert percent(MACHINE, {"c": PASS}, AutoFail.SECTION) == 20.0


def test_a_hint_costs_nothing_whatever_humans_say() -> None:
    card = a_judged_call(scores=scores(a=PASS, b=FAIL)).evaluation.scorecard
    hint = replace(card.scores[1], hint=True, points_possible=0.0)
    hinted = replace(card, scores=(card.scores[0], hint))
    assert standing_percent(hinted, a_rubric(AutoFail.CALL), {"a": PARTIAL}) == 50.0


@given(st.fixed_dictionaries(dict.fromkeys(POINTS, st.sampled_from(sorted(COUNTED)))))
def test_the_percent_stays_between_nothing_and_all(human: dict[str, CriterionOutcome]) -> None:
    found = percent({"a": PASS, "b": PASS, "c": PASS}, human)
    assert found is not None
    assert 0.0 <= found <= 100.0
