"""Estimated rates in the report's page, table, document, terminal and flow record."""

import io
from datetime import date

from rich.console import Console

from qa_pipeline.domain.estimate import (
    ANY_VIOLATION,
    Estimate,
    EstimateLine,
    Estimates,
    Item,
    Level,
)
from qa_pipeline.report.build import Report, build_report
from qa_pipeline.report.estimate_rows import (
    estimate_document,
    estimate_notes,
    in_words,
    markdown_of_estimates,
    marks_of,
    print_estimates,
)
from qa_pipeline.report.period import ReportKind
from qa_pipeline.report.write import COLUMNS, render_html, table_rows
from qa_pipeline.settings import Settings

DAY = date(2026, 3, 4)


def an_estimate(share: float | None = 0.042, n: int = 380, found: float = 31.0) -> Estimate:
    low, high = (None, None) if share is None else (share / 2, share * 1.5)
    return Estimate(
        share=share, low=low, high=high, n_calls=20_000, n_reviewed=n, n_found=found, tuning=0.9
    )


def a_line(
    name: str,
    level: Level = Level.CENTRE,
    item: Item = ANY_VIOLATION,
    tier: int | None = None,
    **figures: float,
) -> EstimateLine:
    estimate = an_estimate(**figures)  # type: ignore[arg-type]  # n is an int
    return EstimateLine(
        level=level, name=name, item=item, title="争辩", estimate=estimate, tier=tier
    )


WEEK = Estimates(
    lines=(
        a_line("", item=Item("", "behaviour:arguing")),
        a_line("", item=Item("inbound", "greeting"), share=0.012),
        a_line("华东组", Level.TEAM, tier=1, n=12),
        a_line("华北组", Level.TEAM, tier=2, share=0.4),
    ),
    planned=400,
    reviewed=380,
    silent_days=(date(2026, 3, 8),),
    gaps=1,
)


def report_of(estimates: Estimates) -> Report:
    return build_report(
        ReportKind.WEEKLY, DAY, (), (), (), settings=Settings(), estimates=estimates
    )


def test_a_rate_is_said_with_its_interval_and_marks() -> None:
    assert in_words(an_estimate()) == "4.2% [2.1%, 6.3%]"
    assert in_words(an_estimate(None)) == "—"
    assert marks_of(an_estimate()) == ""
    assert marks_of(an_estimate(0.01)) == "罕见"
    assert marks_of(an_estimate(0.0, n=12, found=0.0)) == "小样本"


def test_notes_say_what_was_not_reviewed() -> None:
    assert estimate_notes(WEEK) == (
        "抽中 400 通，已复核 380 通。",
        "未复核的 20 通由同一天、抽中机会相近的已复核通话代表。",
        "有 1 组抽中的通话一通也没有复核，推算可能有偏。",
        "没有任何复核、未计入：2026-03-08。",
    )
    assert estimate_notes(Estimates()) == ()


def test_the_page_shows_centre_and_tiers() -> None:
    page = render_html(report_of(WEEK))
    assert "由抽检推算的发生率" in page
    assert "4.2%" in page
    assert "第 1 档" in page
    assert page.index("华东组") < page.index("华北组")
    assert "罕见" in page
    assert "<h2>由抽检推算" not in render_html(report_of(Estimates()))
    nobody = Estimates(lines=(a_line("", share=None, n=0),), planned=5)  # type: ignore[arg-type]
    assert "本期抽中的通话还没有复核" in render_html(report_of(nobody))


def test_one_tier_is_no_order() -> None:
    lines = tuple(a_line(name, Level.TEAM, tier=1) for name in ("甲组", "乙组"))
    assert "第 1 档" not in render_html(report_of(Estimates(lines=lines, planned=9)))


def test_the_table_has_a_line_an_estimate() -> None:
    rows = [r for r in table_rows(report_of(WEEK)) if str(r["table"]).startswith("estimate_")]
    assert [(r["table"], r["item"], r["group"], r["tier"], r["rare"]) for r in rows] == [
        ("estimate_centre", "behaviour:arguing", "", None, 0),
        ("estimate_centre", "inbound/greeting", "", None, 1),
        ("estimate_team", "any_violation", "华东组", 1, 0),
        ("estimate_team", "any_violation", "华北组", 2, 0),
    ]
    assert all(set(row) <= set(COLUMNS) for row in rows)


def test_document_terminal_and_record_say_the_same() -> None:
    document = estimate_document(WEEK)
    assert document["lines"][0] == {
        "level": "centre", "name": "", "item": "behaviour:arguing", "title": "争辩",
        "share": 0.042, "low": 0.021, "high": 0.063, "n_calls": 20_000, "n_reviewed": 380,
        "n_found": 31.0, "tuning": 0.9, "small_sample": False, "rare": False, "tier": None,
    }  # fmt: skip
    assert document["silent_days"] == ["2026-03-08"]
    stream = io.StringIO()
    print_estimates(Console(file=stream, width=120), WEEK)
    for text in (stream.getvalue(), markdown_of_estimates(WEEK)):
        assert "4.2% [2.1%, 6.3%]" in text
        assert "罕见" in text
        assert "已复核 380 通" in text
        assert "华东组" not in text
