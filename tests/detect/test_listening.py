"""Places that a manual criterion sends the inspector to."""

from dataclasses import replace

from qa_pipeline.detect.listening import MAX_PLACES, listening_places
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Rubric, Section
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.evaluate_call import evaluate_call
from qa_pipeline.settings import Settings
from tests.builders import A, C, Line, an_analyzed_call
from tests.detect.phrase_rubrics import a_context

MANUAL = Criterion(
    criterion_id="illnesses",
    title="疾病举例",
    points=3,
    kind=CriterionKind.MANUAL,
    listen_for=("比如{0-6}癌", "高血压"),
)
LINES: list[Line] = [
    (A, 0, 3000, "您好我是保险顾问"),
    (C, 4000, 6000, "我有高血压"),
    (A, 7000, 9000, "比如说肺癌也是保的"),
]


def a_rubric(criterion: Criterion) -> Rubric:
    section = Section(section_id="s", title="s", criteria=(criterion,))
    return Rubric(rubric_id="r", version=1, title="r", pass_percent=85, sections=(section,))


def places(criterion: Criterion, lines: list[Line]) -> list[str]:
    found = listening_places(replace(a_context(lines), rubric=a_rubric(criterion)))
    return [e.quote for d in found.values() for e in d.evidence]


def test_it_points_at_what_the_role_said() -> None:
    assert places(MANUAL, LINES) == ["比如说肺癌"]
    assert places(replace(MANUAL, role=Role.CUSTOMER), LINES) == ["高血压"]


def test_nothing_heard_is_no_place() -> None:
    assert places(MANUAL, LINES[:1]) == []
    assert places(replace(MANUAL, listen_for=()), LINES) == []


def test_it_never_points_at_the_whole_call() -> None:
    lines: list[Line] = [(A, i * 4000, i * 4000 + 2000, "高血压") for i in range(MAX_PLACES + 3)]
    assert len(places(MANUAL, lines)) == MAX_PLACES


def test_the_scorecard_carries_places_and_no_points() -> None:
    evaluation = evaluate_call(
        an_analyzed_call(LINES), a_rubric(MANUAL), {}, None, settings=Settings()
    )
    item = evaluation.scorecard.scores[0]
    assert item.outcome is CriterionOutcome.NEEDS_HUMAN
    assert [(r.points, r.detector_id) for r in item.receipts] == [(0.0, "manual:illnesses")]
    assert item.receipts[0].reason == "请听：坐席说“比如说肺癌”"
    assert "manual:illnesses" not in {d.detector_id for d in evaluation.detections}
