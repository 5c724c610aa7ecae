"""One call and one night on a terminal: everything said, nothing wider than the screen."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.text import Text

from qa_pipeline.cases.mine import mine
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.metrics import ConversationMetrics
from qa_pipeline.domain.review import ReviewTask
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Rubric, Section
from qa_pipeline.domain.scorecard import CriterionOutcome, Receipt
from qa_pipeline.report.flowing import Flowing
from qa_pipeline.report.run_summary import MAX_CALLS, render_summary
from qa_pipeline.report.show import call_document, render_call
from tests.builders import A, C, a_criterion_score, a_detection, a_judged_call, an_evidence

ARGUING = a_detection(
    "behaviour:arguing",
    Outcome.FOUND,
    0.86,
    an_evidence(9500, 14_000, "这不是我们的问题[bold]", "反驳客户"),
)
COLD = a_detection("behaviour:coldness", Outcome.CANNOT_TELL, 0.5)
GREETING = a_detection(
    "script:greeting", Outcome.NOT_FOUND, 0.1, an_evidence(0, 20_000, "", "未听到")
)
RUBRIC = Rubric(
    rubric_id="inbound_service",
    version=1,
    title="呼入服务质检评分表",
    pass_percent=85,
    digest="0" * 64,
    sections=(
        Section(
            section_id="opening",
            title="开场",
            criteria=(
                Criterion(
                    criterion_id="greeting",
                    title="规范问候",
                    points=5,
                    kind=CriterionKind.SCRIPT,
                ),
                Criterion(
                    criterion_id="arguing",
                    title="不与客户争辩",
                    points=15,
                    kind=CriterionKind.BEHAVIOUR,
                    behaviour="arguing",
                ),
            ),
        ),
    ),
)


def judged(call_id: str = "c1", **parts: Any) -> JudgedCall:
    given_parts = {
        "percent": 60.0,
        "detections": (GREETING, ARGUING, COLD),
        "scores": (
            a_criterion_score("greeting", CriterionOutcome.FAIL, 5, GREETING),
            a_criterion_score("arguing", CriterionOutcome.FAIL, 15, ARGUING),
            a_criterion_score("solved", CriterionOutcome.NEEDS_HUMAN, 5),
        ),
        "started_at": datetime(2026, 3, 1, 2, 5, tzinfo=UTC),
        **parts,
    }
    return a_judged_call(
        call_id,
        lines=[
            (A, 0, 3000, "喂"),
            (C, 4000, 9000, "我要投诉，" * 20),
            (A, 9500, 14_000, "这不是我们的问题[bold]"),
        ],
        **given_parts,
    )


def lines_of(renderable: RenderableType, width: int) -> list[str]:
    console = Console(width=width, record=True, file=StringIO(), highlight=False)
    console.print(renderable)
    return console.export_text().splitlines()


@pytest.mark.parametrize("width", [80, 100, 120])
def test_a_call_shows_score_receipts_evidence_and_transcript(width: int) -> None:
    lines = lines_of(render_call(judged(), RUBRIC), width)
    text = "\n".join(lines)
    assert max(cell_len(line) for line in lines) <= width
    for piece in (
        "呼入服务质检评分表 第 1 版",
        "2026-03-01 10:05",
        "60  不合格",
        "规范问候",
        "-15 0:09",
        "反驳客户",
        "待人工",
        "无法判断",
        "[bold]",
    ):
        assert piece in text


def test_what_was_found_is_marked_at_its_utterance_only() -> None:
    lines = lines_of(render_call(judged(), RUBRIC), 120)
    transcript = lines[lines.index(next(x for x in lines if x.startswith("文本"))) :]
    assert [("争辩" in x, "0:09" in x) for x in transcript if "0:0" in x] == [
        (False, False),
        (False, False),
        (True, True),
    ]


def test_a_call_without_rubric_or_score_is_still_shown() -> None:
    bare = judged(percent=None, detections=(), scores=())
    assert "未评分" in "\n".join(lines_of(render_call(bare, None), 80))


def test_the_document_is_json_and_uses_the_exports_names() -> None:
    document = json.loads(json.dumps(call_document(judged(), RUBRIC), ensure_ascii=False))
    assert document["call"]["percent"] == 60.0
    assert document["detections"][1]["evidence"][0]["start_ms"] == 9500
    assert document["detections"][1]["provoked_by"] == []
    assert document["scores"][0]["title"] == "规范问候"
    assert document["utterances"][0]["role"] == "agent"


def a_task(call_id: str, position: int) -> ReviewTask:
    return ReviewTask(
        call_id=call_id,
        inspector_id="me",
        day=date(2026, 3, 2),
        reason="争辩 p=0.86（0:09）；未说：规范问候 p=0.90",
        inclusion_probability=0.5,
        design_id="d",
        seed=1,
        expected_review_ms=180_000,
        position=position,
    )


def summary(calls: Sequence[JudgedCall], width: int = 80, **parts: Any) -> str:
    tasks = [a_task(c.call_id, i) for i, c in enumerate(calls, start=1)]
    shown = render_summary(calls, tasks, mine(calls), rubrics={RUBRIC.digest: RUBRIC}, **parts)
    lines = lines_of(shown, width)
    assert max(cell_len(line) for line in lines) <= width
    return "\n".join(lines)


@pytest.mark.parametrize("width", [80, 120])
def test_the_summary_says_which_call_broke_which_rule_where_and_for_how_much(width: int) -> None:
    clean = a_judged_call("clean", percent=100.0)
    text = summary([clean, judged()], width, excluded=(("时长不足", 3),), notes=("无人在岗",))
    assert "本次评出 2 通：合格 1，不合格 1，平均 80.0 分" in text
    assert "0:09 争辩 −15 分 p=0.86" in text
    assert "0:00 未说：规范问候 −5 分" in text
    assert "1 通没有发现问题" in text
    assert "2026-03-02 抽检：1 人 2 通，约 6 分钟" in text
    assert "时长不足 3 通" in text
    assert "提示：无人在岗" in text
    assert "新案例 2 个：好 0，差 2" in text


def test_a_long_night_is_cut_to_the_worst_calls() -> None:
    text = summary([judged(f"call-{i:03d}", percent=float(i)) for i in range(60)])
    assert "call-000" in text
    assert f"另有 {60 - MAX_CALLS} 通违反规则" in text
    assert "call-059" not in text.partition("新案例")[0]


def test_silent_recordings_are_named_not_scored() -> None:
    silent = ConversationMetrics(duration_ms=60_000, no_conversation=True)
    text = summary([judged("ringing", percent=None, detections=(), scores=(), metrics=silent)])
    assert "没有通话内容，不评分：ringing" in text
    assert "没有发现违反规则的通话" in text


def test_a_night_without_calls_says_so() -> None:
    shown = render_summary([], [], [], day=date(2026, 3, 2))
    assert lines_of(shown, 80) == ["2026-03-02 没有可抽检的通话。"]


words = st.text("争辩，。“”（）abc 12-\n", max_size=80)


@given(words, st.integers(4, 40), st.integers(0, 3))
def test_flowing_text_loses_nothing_and_fits(text: str, width: int, indent: int) -> None:
    lines = lines_of(Flowing(Text(text), indent=indent), width)
    assert all(cell_len(line.rstrip()) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_flowing_text_fills_the_line_and_keeps_punctuation_with_its_word() -> None:
    flowing = Flowing(Text("p=0.99 “系统里写得清楚，”就是"), indent=2)
    assert [line.rstrip() for line in lines_of(flowing, 22)] == [
        "p=0.99 “系统里写得清",
        "  楚，”就是",
    ]


def test_what_is_to_know_of_the_speakers_is_shown() -> None:
    plain = judged()
    note = "没有说明坐席在哪个声道，由内容判断在左声道"
    split = replace(plain.analyzed.split, note=note)
    noted = replace(plain, analyzed=replace(plain.analyzed, split=split))
    assert note in "".join(lines_of(render_call(noted, RUBRIC), 120))
    assert note not in "".join(lines_of(render_call(plain, RUBRIC), 120))


def test_a_hint_and_its_reason_are_shown() -> None:
    hint = replace(
        a_criterion_score("greeting", CriterionOutcome.FAIL, 5, GREETING),
        hint=True, points_possible=0, receipts=(),
    )  # fmt: skip
    call = judged(scores=(hint,))
    notes = {"greeting": "最近 20 条判定中确认 0 条"}
    text = "".join("".join(lines_of(render_call(call, RUBRIC, hint_notes=notes), 160)).split())
    assert "仅提示，不扣分" in text
    assert "最近20条判定中确认0条" in text
    assert call_document(call, RUBRIC)["scores"][0]["hint"] is True
    assert "仅提示" not in "".join(lines_of(render_call(judged(), RUBRIC), 160))


def test_the_one_change_that_would_have_passed_is_shown() -> None:
    cheap = a_criterion_score("greeting", CriterionOutcome.PASS, 85)
    dear = a_criterion_score("arguing", CriterionOutcome.FAIL, 15, ARGUING)
    near = judged(percent=84.9, scores=(replace(cheap, points_awarded=84.9), dear))
    assert "只差一项  “不与客户争辩”做到即合格（99.9）" in "\n".join(
        lines_of(render_call(near, RUBRIC), 120)
    )
    assert call_document(near, RUBRIC)["passing_change"] == {
        "criterion": "arguing",
        "percent": 99.9,
    }
    passed = judged(percent=90.0)
    assert "只差一项" not in "\n".join(lines_of(render_call(passed, RUBRIC), 120))
    assert call_document(passed, RUBRIC)["passing_change"] is None


def test_a_manual_criterion_says_where_to_listen() -> None:
    waiting = a_criterion_score("solved", CriterionOutcome.NEEDS_HUMAN, 5)
    place = an_evidence(9500, 14_000, "这不是我们的问题", "请听：坐席说“这不是我们的问题”")
    pointer = Receipt(
        points=0.0, reason="", detector_id="manual:solved", detector_version="1",
        probability=0.9, evidence=place, engine_digest="e",
    )  # fmt: skip
    call = judged(scores=(replace(waiting, receipts=(pointer,), abstained_because="人工评分项"),))
    text = "\n".join(lines_of(render_call(call, RUBRIC), 160))
    assert "人工评分项" in text
    assert "0:09 “这不是我们的问题”" in text
