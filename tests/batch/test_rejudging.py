"""What no rubric changes is kept when a stored call is judged again."""

import logging
from dataclasses import replace

import pytest

from qa_pipeline import detect
from qa_pipeline.batch.rejudging import judge_stored
from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Detection, Outcome
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.rubric_files import load_rubric
from qa_pipeline.settings import Settings
from qa_pipeline.text.lexicons import rubrics_dir
from tests.builders import a_judged_call

SETTINGS = Settings()
A, C = Role.AGENT, Role.CUSTOMER
LINES = (
    (A, 800, 3_000, "您好，很高兴为您服务。"),
    (C, 3_400, 6_000, "我要退货，东西坏了。"),
    (A, 14_000, 18_000, "那是您自己使用不当造成的，我们产品没有问题。"),
    (C, 18_200, 21_000, "我没有使用不当啊。"),
    (A, 21_100, 24_000, "别人用都没问题，不是我们的责任。"),
    (C, 24_500, 28_000, "你这是什么态度，我要投诉你。"),
)
PATIENT = Settings.model_validate({"metrics": {"dead_air_limit_ms": 60_000}})


def judged(
    before: JudgedCall, settings: Settings = SETTINGS, name: str = "inbound_service"
) -> JudgedCall:
    return judge_stored(
        before, load_rubric(rubrics_dir() / f"{name}.yaml"), settings, by_default=False
    )


def heard() -> JudgedCall:
    return a_judged_call(lines=LINES)


def stored() -> JudgedCall:
    """As a night leaves it."""
    return judged(heard(), name="outbound_sales")


def test_a_rubric_that_changed_leaves_metrics_and_behaviours_alone() -> None:
    night = stored()
    again, anew = judged(night), judged(heard())
    assert again.analyzed.metrics is night.analyzed.metrics
    assert again.evaluation == anew.evaluation
    kept = {d.detector_id: d for d in night.evaluation.detections}
    behaviours = [d for d in again.evaluation.detections if d.detector_id.startswith("behaviour:")]
    assert len(behaviours) == len(detect.BEHAVIOURS)
    assert [d.detector_id for d in behaviours if d is not kept[d.detector_id]] == []


def test_a_threshold_that_changed_counts_everything_anew() -> None:
    night = stored()
    again = judged(night, PATIENT)
    assert again.analyzed.metrics.measured_by != night.analyzed.metrics.measured_by
    assert again == judged(heard(), PATIENT)


def test_what_older_code_measured_is_measured_anew() -> None:
    night = stored()
    older = replace(night.analyzed.metrics, measured_by="", agent_turns=99)
    again = judged(replace(night, analyzed=replace(night.analyzed, metrics=older)))
    assert again.analyzed.metrics == night.analyzed.metrics


def test_a_detector_that_failed_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: DetectionContext) -> Detection:
        raise ZeroDivisionError("no such thing")

    arguing = detect.BEHAVIOURS[0]
    with monkeypatch.context() as patched, caplog.at_level(logging.CRITICAL):
        bad = (replace(arguing, detect=broken), *detect.BEHAVIOURS[1:])
        patched.setattr(detect, "BEHAVIOURS", bad)
        night = stored()
    of_arguing = f"behaviour:{arguing.name}"
    failed = {d.detector_id: d for d in night.evaluation.detections}[of_arguing]
    assert failed.outcome is Outcome.CANNOT_TELL
    again = {d.detector_id: d for d in judged(night).evaluation.detections}[of_arguing]
    assert again.abstained_because is None or "出错" not in again.abstained_because
