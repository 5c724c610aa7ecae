"""The registry: one answer for everything that is asked, whatever fails."""

import logging

import pytest

from qa_pipeline import detect
from qa_pipeline.detect import (
    BEHAVIOUR_NAMES,
    BEHAVIOURS,
    BUILTINS,
    detectors_digest,
    run_detectors,
)
from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Abstention, Detection, Outcome
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Step
from tests.builders import A, C
from tests.detect.dialogues import a_context, a_rubric, spoken

GREETING = Criterion(
    criterion_id="greeting",
    title="问候",
    points=5,
    kind=CriterionKind.SCRIPT,
    role=Role.AGENT,
    steps=(Step(any_of=("很高兴为您服务",)),),
)
INSULT = Criterion(
    criterion_id="insult",
    title="辱骂",
    points=5,
    kind=CriterionKind.FORBIDDEN,
    any_of=("你有病吧",),
)
DEAD_AIR = Criterion(
    criterion_id="quiet",
    title="冷场",
    points=5,
    kind=CriterionKind.METRIC,
    metric="dead_air_ms",
    maximum=10_000,
)
ARGUING = Criterion(
    criterion_id="no_arguing",
    title="争辩",
    points=5,
    kind=CriterionKind.BEHAVIOUR,
    behaviour="arguing",
)
MANUAL = Criterion(criterion_id="smile", title="微笑", points=5, kind=CriterionKind.MANUAL)
RUBRIC = a_rubric(GREETING, INSULT, DEAD_AIR, ARGUING, MANUAL)

POLITE = [
    (A, 0, 3000, "您好很高兴为您服务"),
    (C, 3500, 6000, "我要查一下我的订单"),
    (A, 6500, 9000, "好的马上为您查到了"),
]


def test_the_registry_is_what_the_docs_say() -> None:
    assert [b.name for b in BEHAVIOURS] == [
        "arguing",
        "interrogating",
        "monologuing",
        "coldness",
        "stiffness",
    ]
    assert [b.name for b in BUILTINS] == ["dead_air", "interruption", "announced_hold"]
    assert frozenset(b.name for b in BEHAVIOURS) == BEHAVIOUR_NAMES
    assert all(name in detectors_digest() for name in ("script=", "arguing=", "lexicons="))


def test_one_answer_for_each_automatic_criterion_behaviour_and_builtin() -> None:
    ids = [d.detector_id for d in run_detectors(a_context(POLITE, RUBRIC))]
    assert ids == [
        "script:greeting",
        "forbidden:insult",
        "metric:quiet",
        "behaviour:arguing",
        "behaviour:interrogating",
        "behaviour:monologuing",
        "behaviour:coldness",
        "behaviour:stiffness",
        "builtin:dead_air",
        "builtin:interruption",
        "builtin:announced_hold",
    ]


def test_without_conversation_nothing_is_judged() -> None:
    found = run_detectors(a_context([(A, 0, 900, "喂您好")], RUBRIC))
    assert len(found) == 11
    assert {d.outcome for d in found} == {Outcome.CANNOT_TELL}
    assert all("没有通话内容" in (d.abstained_because or "") for d in found)


def test_a_detector_that_fails_costs_only_itself(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: DetectionContext) -> Detection:
        raise ZeroDivisionError("no such thing")

    bad = detect.Behaviour(name="arguing", title="争辩", version="9", detect=broken)
    monkeypatch.setattr(detect, "BEHAVIOURS", (bad, *BEHAVIOURS[1:]))
    with caplog.at_level(logging.ERROR):
        found = {d.detector_id: d for d in run_detectors(a_context(POLITE, RUBRIC))}
    failed = found["behaviour:arguing"]
    assert failed.outcome is Outcome.CANNOT_TELL
    assert failed.abstention is Abstention.UNMEASURABLE
    assert failed.abstained_because == "检测项出错：ZeroDivisionError: no such thing"
    assert "Traceback" in caplog.text
    assert found["script:greeting"].outcome is Outcome.FOUND
    assert found["behaviour:stiffness"].outcome is Outcome.NOT_FOUND


def test_the_same_call_gives_the_same_answers() -> None:
    lines = (
        "a: 您好，请讲。",
        "c: 我要退货，坏了。",
        "a: 那是您自己使用不当造成的，我们产品没有问题。",
        "c: 我没有使用不当啊。",
        "a: 别人用都没问题，不是我们的责任。",
    )
    assert run_detectors(spoken(*lines)) == run_detectors(spoken(*lines))
