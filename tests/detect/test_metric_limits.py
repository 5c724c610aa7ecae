from typing import Any

import pytest

from qa_pipeline.detect.metric_limits import detect_metric
from qa_pipeline.domain.detection import Detection, Outcome
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.rubric import Band, Criterion, CriterionKind
from tests.builders import A, C
from tests.detect.dialogues import a_context

LINES = [
    (A, 0, 3000, "您好很高兴为您服务"),
    (C, 3500, 6000, "我要查一下我的订单"),
    (A, 18_000, 20_000, "您的订单昨天已经发出"),
    (A, 34_000, 36_000, "您还有其他问题吗"),
]


def judged(metric: str, *, estimated: bool = False, **limits: Any) -> Detection:
    criterion = Criterion(
        criterion_id="limit",
        title="冷场",
        points=5,
        kind=CriterionKind.METRIC,
        metric=metric,
        **limits,
    )
    return detect_metric(criterion, a_context(LINES, estimated=estimated, ring_ms=16_000))


def test_over_the_maximum_is_found_where_it_was_too_long() -> None:
    seen = judged("dead_air_ms", maximum=10_000)
    assert seen.outcome is Outcome.FOUND
    assert [e.interval for e in seen.evidence] == [
        Interval(6000, 18_000),
        Interval(20_000, 34_000),
    ]
    assert seen.value == 14_000
    assert seen.evidence[0].reason == "最长冷场 14 秒（上限 10 秒）"
    assert sum(e.weight for e in seen.evidence) == pytest.approx(1)


def test_exactly_the_maximum_passes() -> None:
    seen = judged("dead_air_ms", maximum=14_000)
    assert seen.outcome is Outcome.NOT_FOUND
    assert seen.note == "最长冷场 14 秒（上限 14 秒）"


def test_under_the_minimum_is_found() -> None:
    assert judged("agent_turns", minimum=9).outcome is Outcome.FOUND
    assert judged("agent_turns", minimum=3).outcome is Outcome.NOT_FOUND


@pytest.mark.parametrize(("first", "found"), [(20_000.0, False), (12_000.0, True)])
def test_a_band_that_costs_is_found(first: float, found: bool) -> None:
    bands = (Band(max=first, share=1.0), Band(max=30_000, share=0.5), Band(max=None, share=0.0))
    assert (judged("dead_air_ms", bands=bands).outcome is Outcome.FOUND) == found


def test_metadata_is_judged_too() -> None:
    seen = judged("ring_ms", maximum=15_000)
    assert seen.outcome is Outcome.FOUND
    assert seen.evidence[0].quote == ""


def test_what_cannot_be_measured_cannot_be_judged() -> None:
    seen = judged("dead_air_ms", maximum=10_000, estimated=True)
    assert seen.outcome is Outcome.CANNOT_TELL
    assert seen.abstained_because == "最长冷场：转写没有时间"
