"""An insurer's 53 rules: in the rubric, in the document, and each with its own examples."""

import re
from pathlib import Path

import pytest

from qa_pipeline.domain.call import Direction
from qa_pipeline.domain.rubric import AutoFail, Criterion, CriterionKind, Rubric
from qa_pipeline.rubric_files import check, load_rubric, load_rubrics, route, run_examples
from qa_pipeline.text.normalize import normalize
from tests.builders import a_call

ROOT = Path(__file__).parents[1]
FILE = ROOT / "rubrics" / "insurance_outbound.yaml"
LAST = {"A+": 10, "A": 14, "B": 12, "C": 17}
CODES = {f"{level}{n}" for level, last in LAST.items() for n in range(1, last + 1)}
ROW = re.compile(r"^\| (A\+?\d+|[BC]\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|", re.MULTILINE)
SPOKEN = (CriterionKind.SCRIPT, CriterionKind.FORBIDDEN)


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    return load_rubric(FILE)


def code_of(criterion: Criterion) -> str:
    return criterion.title.rsplit("（", 1)[1].rstrip("）")


def test_all_53_rules_are_in_the_form(rubric: Rubric) -> None:
    assert len(CODES) == 53
    assert {code_of(c) for c in rubric.criteria} == CODES


def test_the_document_lists_them_as_the_rubric_judges_them(rubric: Rubric) -> None:
    rows = ROW.findall((ROOT / "docs" / "insurer_rules.md").read_text("utf-8"))
    assert len(rows) == 53
    listed = {code: (how.strip(), set(re.findall(r"`(\w+)`", ids))) for code, _, how, ids in rows}
    for code in CODES:
        own = [c for c in rubric.criteria if code_of(c) == code]
        assert listed[code][1] == {c.criterion_id for c in own}
        assert set(listed[code][0].split(", ")) == {c.kind.value for c in own}


def test_at_least_25_rules_are_automatic(rubric: Rubric) -> None:
    automatic = {code_of(c) for c in rubric.criteria if c.kind is not CriterionKind.MANUAL}
    assert len(automatic) >= 25


def test_the_level_sets_points_and_what_fails_the_call(rubric: Rubric) -> None:
    points = {"A+": 10, "A": 6, "B": 3, "C": 1}
    for criterion in rubric.criteria:
        level = code_of(criterion).rstrip("0123456789")
        assert criterion.points == points[level], criterion.criterion_id
        assert (criterion.auto_fail is AutoFail.CALL) == (level == "A+")
        assert criterion.critical == (level in ("A+", "A"))


def test_a_manual_rule_says_what_to_listen_for(rubric: Rubric) -> None:
    manual = [c for c in rubric.criteria if c.kind is CriterionKind.MANUAL]
    assert all(c.guidance for c in manual)
    without = [c.criterion_id for c in manual if not c.listen_for]
    assert without == ["c14_accent"]  # no words show an accent


@pytest.mark.slow
def test_it_passes_the_strict_check() -> None:
    assert [str(problem) for problem in check(FILE)] == []


def test_every_spoken_rule_has_rich_examples_that_are_no_copies(rubric: Rubric) -> None:
    for criterion in rubric.criteria:
        if criterion.kind not in SPOKEN:
            continue
        phrases = [*criterion.any_of, *(p for step in criterion.steps for p in step.any_of)]
        assert len(phrases) >= 12, criterion.criterion_id
        assert len(criterion.said) >= 5, criterion.criterion_id
        assert len(criterion.not_said) >= 5, criterion.criterion_id
        for text in criterion.said:
            assert not any(normalize(text) in normalize(p) for p in phrases), text


@pytest.mark.slow
def test_every_example_is_judged_right(rubric: Rubric) -> None:
    assert [r for r in run_examples(rubric) if not r.right] == []


def test_it_judges_outbound_insurance_calls_only() -> None:
    rubrics = load_rubrics(ROOT / "rubrics")
    sold = a_call(direction=Direction.OUTBOUND, business_type="保险")
    assert route(rubrics, sold)[0].rubric_id == "insurance_outbound"
    other = a_call(direction=Direction.OUTBOUND, business_type="水果")
    assert route(rubrics, other)[0].rubric_id == "outbound_sales"
