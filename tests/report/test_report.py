"""The daily, weekly and monthly report: counts, intervals, page and table."""

import csv
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.metrics import ConversationMetrics
from qa_pipeline.domain.review import Decision, EvidenceDecision, Review, ReviewTask
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.errors import OutputError
from qa_pipeline.report.build import Report, build_report
from qa_pipeline.report.period import ReportKind, period_of
from qa_pipeline.report.rates import rate_of
from qa_pipeline.report.rows import row_of
from qa_pipeline.report.write import render_html, table_rows, write_report
from qa_pipeline.settings import Settings
from tests.builders import a_criterion_score, a_detection, a_judged_call, an_evidence

DAY = date(2026, 3, 4)
NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
ARGUING = a_detection("behaviour:arguing", Outcome.FOUND, 0.9, an_evidence(1000, 2000))
CALM = a_detection("behaviour:arguing", Outcome.NOT_FOUND, 0.1)
UNSURE = a_detection("behaviour:arguing", Outcome.CANNOT_TELL, 0.5)


def judged(call_id: str, percent: float | None = 90.0, **parts: Any) -> JudgedCall:
    facts = {"started_at": NOON, "agent_id": "8016", "team": "华东组", **parts}
    return a_judged_call(call_id, percent=percent, **facts)


def report_of(*calls: JudgedCall, kind: ReportKind = ReportKind.DAILY, **parts: Any) -> Report:
    given_parts = {"reviews": (), "tasks": (), **parts}
    reviews, tasks = given_parts.pop("reviews"), given_parts.pop("tasks")
    rows = [row_of(c) for c in calls]
    return build_report(kind, DAY, rows, reviews, tasks, settings=Settings(), **given_parts)


@pytest.mark.parametrize(
    ("kind", "day", "first", "last", "label"),
    [
        ("daily", "2026-03-04", "2026-03-04", "2026-03-04", "2026-03-04"),
        ("weekly", "2026-03-04", "2026-03-02", "2026-03-08", "2026-W10"),
        ("weekly", "2026-03-08", "2026-03-02", "2026-03-08", "2026-W10"),
        ("weekly", "2027-01-01", "2026-12-28", "2027-01-03", "2026-W53"),
        ("monthly", "2028-02-10", "2028-02-01", "2028-02-29", "2028-02"),
    ],
)
def test_periods(kind: str, day: str, first: str, last: str, label: str) -> None:
    period = period_of(ReportKind(kind), date.fromisoformat(day))
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert period.label == label


def test_the_day_is_the_centres_own() -> None:
    late = judged("late", started_at=datetime(2026, 3, 4, 15, 59, tzinfo=UTC))
    after = judged("after", started_at=datetime(2026, 3, 4, 16, 0, tzinfo=UTC))
    early = judged("early", started_at=datetime(2026, 3, 3, 16, 0, tzinfo=UTC))
    undated = judged("undated", started_at=None)
    report = report_of(late, after, early, undated)
    assert report.overall.recorded == 2
    assert report.undated == 1
    assert report_of(late, after, early, kind=ReportKind.WEEKLY).overall.recorded == 3


def test_pass_rate_counts_only_calls_with_a_score() -> None:
    silent = ConversationMetrics(duration_ms=60_000, no_conversation=True)
    report = report_of(
        judged("good", 92.0),
        judged("bad", 60.0),
        judged("fatal", 95.0, auto_failed_by=("insult",)),
        judged("silence", None, metrics=silent),
        judged("mono", None),
    )
    assert (report.overall.passing.hits, report.overall.passing.n) == (1, 3)
    assert report.overall.mean_percent == pytest.approx((92 + 60 + 0) / 3)
    assert report.overall.auto_failed == 1
    assert dict(report.unscored) == {
        "没有通话内容（振铃、静音或彩铃）": 1,
        "没有一项评分项可以判断": 1,
    }


def test_wilson_interval_of_a_known_case() -> None:
    # Newcombe 1998, table I: 15 of 148, and no violation among 20.
    rate = rate_of(15, 148)
    assert (rate.low, rate.high) == (
        pytest.approx(0.0624, abs=1e-4),
        pytest.approx(0.1605, abs=1e-4),
    )
    assert rate_of(0, 20).high == pytest.approx(0.1611, abs=1e-4)
    assert rate_of(0, 0).share is None


@given(st.integers(1, 5000), st.data())
def test_the_interval_holds_the_share(n: int, data: st.DataObject) -> None:
    rate = rate_of(data.draw(st.integers(0, n)), n)
    assert rate.share is not None
    assert rate.low is not None
    assert rate.high is not None
    assert -1e-12 <= rate.low <= rate.share + 1e-12
    assert rate.share - 1e-12 <= rate.high <= 1 + 1e-12
    assert rate.is_small_sample == (n < 30)


def test_failed_criteria_are_counted_over_the_calls_that_were_judged() -> None:
    missing = a_detection("script:greeting", Outcome.NOT_FOUND, 0.1, an_evidence(0, 20_000))
    report = report_of(
        judged("1", scores=(a_criterion_score("greeting", CriterionOutcome.FAIL, 5, missing),)),
        judged("2", scores=(a_criterion_score("greeting", CriterionOutcome.PARTIAL, 5, missing),)),
        judged("3", scores=(a_criterion_score("greeting", CriterionOutcome.PASS, 5),)),
        judged("4", scores=(a_criterion_score("greeting", CriterionOutcome.SYSTEM_NA, 5),)),
        judged("5", scores=(a_criterion_score("greeting", CriterionOutcome.CONDITION_NOT_MET, 5),)),
    )
    (line,) = report.criteria
    assert (line.failing.hits, line.failing.n, line.partial) == (2, 3, 1)
    assert line.points_lost == 7.5
    assert (line.not_judged, line.not_applicable) == (1, 1)
    (reason,) = report.not_judged
    assert (reason.because, reason.answers, reason.calls) == ("in doubt", 1, 1)


def test_cannot_tell_counts_as_not_found_and_is_printed() -> None:
    calls = [judged(f"{i}", detections=(d,)) for i, d in enumerate((ARGUING, CALM, CALM, UNSURE))]
    arguing = report_of(*calls).behaviours[0]
    assert (arguing.found, arguing.not_found, arguing.could_not_judge) == (1, 2, 1)
    assert arguing.found_rate.share == 0.25
    assert arguing.abstained_rate.share == 0.25


def test_teams_and_agents_are_in_order_of_name_with_a_small_sample_mark() -> None:
    report = report_of(
        judged("1", 60, agent_id="9", team=None),
        judged("2", 95, agent_id="8", agent_name="张三"),
        *(judged(f"many{i}", 90, agent_id="7") for i in range(30)),
    )
    assert [a.name for a in report.agents] == ["7", "8", "9"]
    assert [a.passing.is_small_sample for a in report.agents] == [False, True, True]
    assert [t.name for t in report.teams] == sorted(["华东组", "（未填班组）"])
    assert [a.detail for a in report.agents] == ["华东组", "张三 · 华东组", ""]


def a_task(call_id: str, day: date, inspector_id: str = "me") -> ReviewTask:
    return ReviewTask(
        call_id=call_id,
        inspector_id=inspector_id,
        day=day,
        reason="随机抽样",
        inclusion_probability=0.5,
        design_id="d",
        seed=1,
        expected_review_ms=180_000,
        position=1,
    )


def test_the_queue_is_done_where_the_inspector_has_reviewed() -> None:
    review = Review(
        review_id="r1",
        call_id="1",
        inspector_id="me",
        reviewed_at=NOON,
        decisions=(EvidenceDecision(detector_id="behaviour:arguing", decision=Decision.REJECTED),),
    )
    tasks = (
        a_task("1", DAY),
        a_task("2", DAY),
        a_task("1", DAY, "you"),
        a_task("3", date(2026, 3, 5)),
    )
    queue = report_of(tasks=tasks, reviews=(review,)).queue
    assert (queue.tasks, queue.reviewed, queue.reviews) == (3, 1, 1)
    assert [(q.inspector_id, q.reviewed) for q in queue.by_inspector] == [("me", 1), ("you", 0)]
    assert dict(queue.decisions)[Decision.REJECTED] == 1


class _Page(HTMLParser):
    """Collects what a page would load and whether its tags close."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [str(v) for k, v in attrs if k in ("src", "href")]
        if tag in ("script", "link", "img", "iframe"):
            self.loads.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def checked(page: str) -> str:
    parser = _Page()
    parser.feed(page)
    assert parser.loads == []
    assert parser.open == []
    assert "url(" not in page
    return page


def test_the_page_is_self_contained_and_shows_numbers_with_their_thresholds() -> None:
    calls = [judged(f"c{i}", 60.0 if i < 3 else 95.0, detections=(ARGUING,)) for i in range(10)]
    page = checked(render_html(report_of(*calls, kind=ReportKind.WEEKLY, not_readable=2)))
    assert "70.0%" in page
    assert "39.7%–89.2%" in page
    assert "小样本" in page
    assert "&gt; 10 秒" in page
    assert "无法读取的录音：2 个" in page
    assert "逐日走势" in page


def test_an_empty_period_says_so_and_claims_nothing() -> None:
    page = checked(render_html(report_of()))
    assert "本期没有录音" in page
    assert "并非全部合格" in page
    assert "100.0%" not in page


def test_what_people_wrote_is_escaped() -> None:
    page = render_html(report_of(judged("1", team="<script>alert(1)</script>")))
    assert "<script" not in page


def test_files_are_named_after_the_period_and_excel_reads_the_table(tmp_path: Path) -> None:
    page, table = write_report(
        report_of(judged("1", team="=1+1"), kind=ReportKind.MONTHLY), tmp_path / "new"
    )
    assert (page.name, table.name) == ("report-monthly-2026-03.html", "report-monthly-2026-03.csv")
    raw = table.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    overall = next(r for r in rows if r["table"] == "overall_passed")
    assert (overall["item"], overall["hits"], overall["n"]) == ("2026-03", "1", "1")
    assert next(r for r in rows if r["table"] == "team_passed")["item"] == "'=1+1"
    assert {r["table"] for r in rows} >= {"behaviour_found", "threshold", "queue", "day_passed"}
    assert sorted(p.name for p in page.parent.iterdir()) == sorted([page.name, table.name])


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        write_report(report_of(), tmp_path / "file")


def test_a_corrected_decision_counts_once_as_it_stands() -> None:
    def review(hour: int, decision: Decision, inspector: str = "me") -> Review:
        return Review(
            review_id=f"{inspector}{hour}",
            call_id="1",
            inspector_id=inspector,
            reviewed_at=NOON.replace(hour=hour),
            decisions=(EvidenceDecision(detector_id="behaviour:arguing", decision=decision),),
        )

    queue = report_of(
        reviews=(
            review(5, Decision.CONFIRMED),
            review(4, Decision.REJECTED),
            review(4, Decision.REJECTED, "you"),
        )
    ).queue
    decisions = dict(queue.decisions)
    assert (decisions[Decision.CONFIRMED], decisions[Decision.REJECTED]) == (1, 1)
    assert queue.reviews == 3


def test_hints_are_named_and_count_nowhere() -> None:
    failed = a_criterion_score("arguing", CriterionOutcome.FAIL, 15, ARGUING)
    hint = replace(failed, hint=True, points_possible=0)
    report = report_of(judged("1", scores=(hint,)), judged("2"))
    assert report.criteria == ()
    assert [(h.criterion_id, h.calls, h.failing) for h in report.hints] == [("arguing", 1, 1)]
    assert "仅提示、不扣分的评分项" in render_html(report)
    assert {"table": "hint", "item": "arguing", "n": 1, "hits": 1}.items() <= next(
        row for row in table_rows(report) if row["table"] == "hint"
    ).items()
    assert "仅提示、不扣分" not in render_html(report_of(judged("2")))
