"""The review table: out as a workbook, back as reviews, and what bad lines cost."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.review import (
    CriterionAnswer,
    Decision,
    EvidenceDecision,
    Review,
    ReviewTask,
    review_id_of,
)
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.errors import MetadataError
from qa_pipeline.report.export_rows import ExportKind, review_rows
from qa_pipeline.report.exports import write_export
from qa_pipeline.report.review_files import ReviewImport, read_reviews
from qa_pipeline.report.review_sheet import (
    ANSWER_SHEET,
    DECISION_COLUMNS,
    DECISION_SHEET,
    write_review_sheet,
)
from qa_pipeline.report.review_words import (
    COLUMN_TITLES,
    column_named,
    decision_meant,
    heading,
    place_ms,
)
from tests.builders import A, C, a_criterion_score, a_detection, a_judged_call, an_evidence

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ARGUING = a_detection(
    "behaviour:arguing", Outcome.FOUND, 0.86, an_evidence(192_500, 195_250, "=你自己看", "反驳客户")
)
GREETING = a_detection(
    "script:greeting", Outcome.NOT_FOUND, 0.1, an_evidence(0, 20_000, "", "未说")
)


def judged(call_id: str) -> JudgedCall:
    return a_judged_call(
        call_id,
        lines=[(A, 0, 3000, "喂"), (C, 3000, 6000, "你好")],
        detections=(GREETING, ARGUING),
        scores=(
            a_criterion_score("greeting", CriterionOutcome.FAIL, 5, GREETING),
            a_criterion_score("tone", CriterionOutcome.NEEDS_HUMAN, 5),
        ),
        duration_ms=300_000,
    )


CALLS = {call_id: judged(call_id) for call_id in ("c1", "c2")}


def a_task(call_id: str, position: int) -> ReviewTask:
    return ReviewTask(
        call_id=call_id,
        inspector_id="q1",
        day=date(2026, 3, 2),
        reason="争辩 p=0.86（3:12）",
        inclusion_probability=0.5,
        design_id="d",
        seed=1,
        expected_review_ms=180_000,
        position=position,
    )


@pytest.fixture
def sheet_path(tmp_path: Path) -> Path:
    path = tmp_path / "queue.xlsx"
    tasks = (a_task("c2", 2), a_task("c1", 1), a_task("purged", 3))
    assert write_review_sheet(path, tasks, CALLS.get) == 2
    return path


def read(path: Path, **options: Any) -> ReviewImport:
    return read_reviews(path, imported_at=NOW, **options)


def fill(path: Path, sheet: str, wanted: dict[str, str], cells: dict[str, object]) -> None:
    """Type `cells` into the first row that holds `wanted`, as an inspector would."""
    book = openpyxl.load_workbook(path)
    rows = book[sheet].iter_rows()
    columns = [column_named(str(c.value)) for c in next(rows)]
    for row in rows:
        values = dict(zip(columns, row, strict=True))
        if all((values[k].value or "") == v for k, v in wanted.items()):
            for column, value in cells.items():
                values[column].value = value
            book.save(path)
            return
    raise AssertionError(f"no row {wanted} in {sheet}")


def test_an_untouched_sheet_brings_no_reviews(sheet_path: Path) -> None:
    assert read(sheet_path, judged_of=CALLS.get) == ReviewImport(reviews=(), problems=())


def test_a_calls_id_leads_to_its_review_page(tmp_path: Path) -> None:
    path = tmp_path / "queue.xlsx"
    write_review_sheet(path, (a_task("c1", 1),), CALLS.get, None, "http://desk:8000/")
    sheet = openpyxl.load_workbook(path)[DECISION_SHEET]
    column = DECISION_COLUMNS.index("call_id") + 1
    first, second = (sheet.cell(row=row, column=column) for row in (2, 3))
    assert first.hyperlink is not None
    assert first.hyperlink.target == "http://desk:8000/calls/c1"
    assert first.value == "c1"
    assert second.hyperlink is None


def test_a_blind_task_shows_nothing_that_the_machine_found(tmp_path: Path) -> None:
    path = tmp_path / "queue.xlsx"
    blind = replace(a_task("c1", 1), blind=True, reason="盲评")
    write_review_sheet(path, (blind,), CALLS.get)
    book = openpyxl.load_workbook(path)
    words = [
        str(cell.value)
        for name in (DECISION_SHEET, ANSWER_SHEET)
        for row in book[name].iter_rows(min_row=2)
        for cell in row
        if cell.value is not None
    ]
    assert "盲评" in words
    assert not [w for w in words if "p=0." in w or "90 分" in w or "不合格" in w]


def test_the_sheet_shows_evidence_in_order_of_what_it_cost(sheet_path: Path) -> None:
    book = openpyxl.load_workbook(sheet_path)
    assert book.sheetnames == ["复核", "评分", "说明", "选项"]
    header, *rows = book["复核"].iter_rows(values_only=True)
    assert tuple(column_named(str(c)) for c in header) == DECISION_COLUMNS
    first = [dict(zip(map(column_named, map(str, header)), r, strict=True)) for r in rows][:5]
    assert [r["call_id"] for r in first] == ["c1"] * 5
    assert [r["detector_id"] for r in first] == [
        None,
        "script:greeting",
        "behaviour:arguing",
        None,
        None,
    ]
    assert first[0]["reason"] == "争辩 p=0.86（3:12）"
    assert (first[2]["start"], first[2]["end"]) == ("3:12", "3:15")
    assert first[1]["machine"] == "无 p=0.10；未说；扣 5 分"
    assert book["复核"]["K4"].data_type == "s"
    menus = {str(m.sqref): m.formula1 for m in book["复核"].data_validations.dataValidation}
    assert set(menus) == {"I2:I11", "M2:M11"}
    assert [c.value for c in book["选项"]["A"]] == [
        "确认 CONFIRMED",
        "驳回 REJECTED",
        "不确定 UNSURE",
        "漏检 MISSED",
        "已完成 DONE",
    ]


def test_what_an_inspector_types_comes_back_as_one_review(sheet_path: Path) -> None:
    evidence = {"call_id": "c1", "detector_id": "behaviour:arguing"}
    fill(sheet_path, "复核", evidence, {"decision": "驳回 REJECTED", "note": "只是解释"})
    fill(
        sheet_path,
        "复核",
        {"call_id": "c1", "detector_id": "script:greeting"},
        {"decision": "确认"},
    )
    fill(
        sheet_path,
        "复核",
        {"call_id": "c1", "quote": "（漏检：请填检测项、开始时间，判定选“漏检”）"},
        {"detector_id": "冷淡 behaviour:coldness", "start": "1:05", "decision": "漏检 MISSED"},
    )
    fill(
        sheet_path,
        "复核",
        {"call_id": "c1", "quote": "（整通）"},
        {"decision": "已完成 DONE", "note": "尚可"},
    )
    fill(
        sheet_path,
        "评分",
        {"call_id": "c1", "criterion": "tone"},
        {"answer": "部分合格 PARTIAL", "points_awarded": 3},
    )
    result = read(sheet_path)
    assert result.problems == ()
    (review,) = result.reviews
    assert (review.call_id, review.inspector_id, review.reviewed_at) == ("c1", "q1", NOW)
    assert review.note == "尚可"
    assert set(review.decisions) == {
        EvidenceDecision(
            detector_id="behaviour:arguing",
            decision=Decision.REJECTED,
            interval=Interval(192_500, 195_250),
            note="只是解释",
        ),
        EvidenceDecision(
            detector_id="script:greeting",
            decision=Decision.CONFIRMED,
            interval=Interval(0, 20_000),
        ),
        EvidenceDecision(
            detector_id="behaviour:coldness",
            decision=Decision.MISSED,
            interval=Interval(65_000, 65_000),
        ),
    }
    assert review.answers == (
        CriterionAnswer(criterion_id="tone", outcome=CriterionOutcome.PARTIAL, points_awarded=3.0),
    )
    later = read_reviews(sheet_path, imported_at=NOW + timedelta(days=1))
    assert later.reviews[0].review_id == review.review_id


def test_a_bad_line_costs_its_own_review_only(sheet_path: Path) -> None:
    evidence = {"detector_id": "behaviour:arguing"}
    fill(sheet_path, "复核", {**evidence, "call_id": "c1"}, {"decision": "大概吧"})
    fill(sheet_path, "复核", {"call_id": "c1", "quote": "（整通）"}, {"decision": "已完成"})
    fill(sheet_path, "复核", {**evidence, "call_id": "c2"}, {"decision": "确认"})
    result = read(sheet_path)
    assert [r.call_id for r in result.reviews] == ["c2"]
    bad, left_out = result.problems
    assert bad.startswith("queue.xlsx 复核:4: decision '大概吧' is none of CONFIRMED")
    assert left_out == "c1 by q1: not imported; mend its lines and import again"


def test_a_csv_from_another_tool_in_any_encoding(tmp_path: Path) -> None:
    text = (
        "通话,质检员,检测项,判定,开始,结束,备注\n"
        "c1,q1,behaviour:arguing,确认,3:12,3:15,\n"
        "c1,q1,script:greeting,rejected,,,说了\n"
        "c2,q1,,已完成,,,无异常\n"
    )
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        path = tmp_path / "reviews.csv"
        path.write_bytes(text.encode(encoding))
        result = read(path, judged_of=CALLS.get)
        assert result.problems == ()
        first, second = result.reviews
        assert [d.decision for d in first.decisions] == [Decision.CONFIRMED, Decision.REJECTED]
        assert first.decisions[0].interval == Interval(192_000, 195_000)
        assert (second.decisions, second.note) == ((), "无异常")


def problems(tmp_path: Path, *rows: str, **options: Any) -> tuple[str, ...]:
    path = tmp_path / "r.csv"
    head = "call_id,inspector_id,detector_id,decision,start_ms,end_ms,criterion,answer,note\n"
    path.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    result = read(path, **options)
    assert result.reviews == ()
    return tuple(p for p in result.problems if p.startswith("r.csv"))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",q1,behaviour:arguing,CONFIRMED,,,,,", "call_id is empty"),
        ("c1,,behaviour:arguing,CONFIRMED,,,,,", "inspector_id is empty"),
        ("c1,q1,,CONFIRMED,,,,,", "CONFIRMED without a detector_id"),
        ("c1,q1,behaviour:arguing,YES,,,,,", "decision 'YES' is none of"),
        ("c1,q1,behaviour:arguing,CONFIRMED,9,5,,,", "ends (5 ms) before it starts"),
        ("c1,q1,behaviour:arguing,CONFIRMED,x,,,,", "start_ms 'x' is no whole number"),
        ("c1,q1,behaviour:arguing,CONFIRMED,nan,,,,", "no whole number"),
        ("c1,q1,,,,,tone,GREAT,", "answer 'GREAT' is none of"),
        ("c1,q1,,,,,,PASS,", "an answer without criterion"),
        ("c1,q1,behaviour:arguing,,,,,,请看", "a note without decision"),
        ("c9,q1,behaviour:arguing,CONFIRMED,,,,,", "c9 is not in the workspace"),
        ("c1,q1,behaviour:nope,CONFIRMED,,,,,", "did not answer on this call"),
        ("c1,q1,,,,,nope,PASS,", "criterion nope is not in the call's rubric"),
    ],
)
def test_every_bad_line_is_named_with_its_reason(tmp_path: Path, row: str, said: str) -> None:
    (problem,) = problems(tmp_path, row, judged_of=CALLS.get)
    assert problem.startswith("r.csv:2: ")
    assert said in problem


def test_two_different_words_on_one_evidence_are_a_problem(tmp_path: Path) -> None:
    row = "c1,q1,behaviour:arguing,{},192500,195250,,,"
    (problem,) = problems(tmp_path, row.format("CONFIRMED"), row.format("REJECTED"))
    assert "decided twice" in problem


def test_a_default_inspector_fills_an_empty_column(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("call_id,decision\nc1,DONE\n", encoding="utf-8")
    assert read(path, default_inspector="me").reviews[0].inspector_id == "me"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("r.csv", b"name,decision\nx,y\n", "no column call_id"),
        ("r.csv", b"", "empty"),
        ("r.xlsx", b"call_id,decision\n", "no Excel workbook"),
        ("r.docx", b"", "read from .csv, .xlsx or .jsonl"),
        ("r.jsonl", b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_a_file_that_is_no_review_table(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MetadataError, match=said):
        read(tmp_path / name)


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "jsonl"])
def test_a_file_that_is_not_there(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(MetadataError, match=f"r.{suffix}"):
        read(tmp_path / f"r.{suffix}")


def test_jsonl_takes_flat_lines_and_names_broken_ones(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    flat = {"call_id": "c1", "inspector_id": "q1", "detector_id": "a:b", "decision": "UNSURE"}
    half = {"call_id": "c2", "inspector_id": "q1", "decisions": [{"decision": "CONFIRMED"}]}
    wrong = {"call_id": "c3", "inspector_id": "q1", "decisions": 7}
    lines = [json.dumps(flat), "{not json", "[]", json.dumps(half), json.dumps(wrong)]
    path.write_text("\n".join(lines), encoding="utf-8")
    result = read(path)
    assert [r.call_id for r in result.reviews] == ["c1"]
    text = "\n".join(result.problems)
    assert "r.jsonl:2: is no JSON" in text
    assert "r.jsonl:3: is no JSON object" in text
    assert "r.jsonl:4: CONFIRMED without a detector_id" in text
    assert "r.jsonl:5: decisions or answers are not as" in text


names = st.sampled_from(["behaviour:arguing", "script:greeting", "metric:dead_air"])
notes = st.text("备注 a=+-@'\"，,;\n", max_size=8).map(str.strip)
places = st.none() | st.tuples(st.integers(0, 9_000_000), st.integers(0, 60_000)).map(
    lambda p: Interval(p[0], p[0] + p[1])
)
decisions = st.lists(
    st.builds(
        EvidenceDecision,
        detector_id=names,
        decision=st.sampled_from(Decision),
        interval=places,
        note=notes,
    ),
    max_size=4,
    unique_by=lambda d: (d.detector_id, d.interval),
).map(tuple)
answers = st.lists(
    st.builds(
        CriterionAnswer,
        criterion_id=st.sampled_from(["tone", "closing"]),
        outcome=st.sampled_from(
            [CriterionOutcome.PASS, CriterionOutcome.FAIL, CriterionOutcome.HUMAN_NA]
        ),
        points_awarded=st.none() | st.integers(0, 20).map(lambda n: n / 4),
        note=notes,
    ),
    max_size=2,
    unique_by=lambda a: a.criterion_id,
).map(tuple)


@st.composite
def reviews(draw: st.DrawFn) -> Review:
    at = draw(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1))).replace(
        microsecond=0, tzinfo=UTC
    )
    parts = (draw(decisions), draw(answers))
    note = draw(notes)
    return Review(
        review_id=review_id_of("c1", "q1", at, *parts, note),
        call_id="c1",
        inspector_id="q1",
        reviewed_at=at,
        decisions=parts[0],
        answers=parts[1],
        spent_ms=draw(st.none() | st.integers(0, 10**6)),
        note=note,
    )


@pytest.mark.parametrize("file_format", ["jsonl", "csv", "xlsx"])
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(review=reviews())
def test_exported_reviews_come_back_as_they_were(
    tmp_path: Path, file_format: str, review: Review
) -> None:
    path = tmp_path / f"reviews.{file_format}"
    write_export(ExportKind.REVIEWS, review_rows([review]), path, file_format)
    assert read(path) == ReviewImport(reviews=(review,), problems=())


def test_an_undated_review_keeps_its_id_through_export_and_import(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("call_id,inspector_id,decision\nc1,q1,DONE\n", encoding="utf-8")
    (review,) = read(path).reviews
    for file_format in ("jsonl", "csv", "xlsx"):
        copy = tmp_path / f"copy.{file_format}"
        write_export(ExportKind.REVIEWS, review_rows([review]), copy, file_format)
        assert read(copy).reviews == (review,)


@pytest.mark.parametrize(
    ("cell", "ms"),
    [
        ("3:12", 192_000),
        ("03：12", 192_000),
        ("1:02:03", 3_723_000),
        ("3:12.5", 192_500),
        ("45", 45_000),
        (45, 45_000),
        (time(3, 12), 192_000),
        (time(0, 3, 12), 192_000),
        (timedelta(hours=75, minutes=10), 75 * 60_000 + 10_000),
        ("", None),
        (None, None),
    ],
)
def test_places_are_read_as_they_were_meant(cell: object, ms: int | None) -> None:
    assert place_ms(cell) == ms


@pytest.mark.parametrize("cell", ["soon", "1:2:3:4", "-5", "3:-1", "nan:1"])
def test_what_is_no_place_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="no place in a call"):
        place_ms(cell)


@pytest.mark.parametrize("column", COLUMN_TITLES)
def test_every_heading_means_its_column(column: str) -> None:
    title = COLUMN_TITLES[column]
    spellings = (column, column.upper(), title, heading(column), heading(column).replace(" ", "_"))
    assert {column_named(s) for s in spellings} == {column}


def test_two_decisions_in_one_cell_are_none() -> None:
    with pytest.raises(ValueError, match="is none of"):
        decision_meant("CONFIRMED REJECTED")


def test_a_loss_is_told_once_and_a_hint_as_a_hint(tmp_path: Path) -> None:
    pieces = [an_evidence(i * 1000, i * 1000 + 500, f"第{i}处") for i in range(3)]
    arguing = a_detection("behaviour:arguing", Outcome.FOUND, 0.9, *pieces)
    failed = a_criterion_score("arguing", CriterionOutcome.FAIL, 5, arguing)
    hint = replace(a_criterion_score("greeting", CriterionOutcome.FAIL, 5, GREETING), hint=True)
    call = a_judged_call("c1", detections=(arguing, GREETING), scores=(failed, hint))
    path = tmp_path / "sheet.xlsx"
    write_review_sheet(path, (a_task("c1", 1),), {"c1": call}.get)
    book = openpyxl.load_workbook(path)
    told = {
        sheet: "".join(str(cell) for row in book[sheet].iter_rows(values_only=True) for cell in row)
        for sheet in ("复核", "评分")
    }
    assert told["复核"].count("扣 5 分") == 1
    assert told["复核"].count("仅提示，不扣分") == 1
    assert told["评分"].count("（仅提示，不扣分）") == 1
