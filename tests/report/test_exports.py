"""The public contract of `export`, and tables that a spreadsheet cannot be tricked with."""

import csv
import json
import resource
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_pipeline.domain.call import Direction, Role
from qa_pipeline.domain.case import Case, CaseKind
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.review import (
    CriterionAnswer,
    Decision,
    EvidenceDecision,
    Review,
    ReviewTask,
)
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.errors import OutputError
from qa_pipeline.report import exports
from qa_pipeline.report.export_rows import (
    ExportKind,
    Row,
    call_rows,
    case_rows,
    detection_rows,
    queue_rows,
    review_rows,
    score_rows,
    transcript_rows,
)
from qa_pipeline.report.export_tables import TABLE_COLUMNS, flattened
from qa_pipeline.report.exports import write_export
from tests.builders import A, C, a_criterion_score, a_detection, a_judged_call, an_evidence

MISSING = a_detection("script:greeting", Outcome.NOT_FOUND, 0.09, an_evidence(0, 20_000))


def a_call() -> JudgedCall:
    return a_judged_call(
        "c1",
        lines=[(A, 0, 2000, "喂什么事"), (C, 2500, 4000, "=我要投诉")],
        detections=(
            MISSING,
            a_detection(
                "behaviour:arguing",
                Outcome.FOUND,
                0.86,
                an_evidence(9000, 9500, "你自己看", "反驳"),
            ),
            a_detection("behaviour:coldness", Outcome.CANNOT_TELL, 0.5),
        ),
        scores=(a_criterion_score("greeting", CriterionOutcome.FAIL, 5, MISSING),),
        direction=Direction.INBOUND,
        started_at=datetime(2026, 3, 1, 1, 0, tzinfo=UTC),
        extra={"工单号": "A1"},
    )


TASK = ReviewTask(
    call_id="c1",
    inspector_id="me",
    day=date(2026, 3, 2),
    reason="随机抽样",
    inclusion_probability=0.25,
    design_id="d",
    seed=7,
    expected_review_ms=90_000,
    position=1,
)
REVIEW = Review(
    review_id="r1",
    call_id="c1",
    inspector_id="me",
    reviewed_at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC),
    decisions=(
        EvidenceDecision(
            detector_id="behaviour:arguing",
            decision=Decision.CONFIRMED,
            interval=Interval(9000, 9500),
        ),
    ),
    answers=(CriterionAnswer(criterion_id="tone", outcome=CriterionOutcome.PASS),),
    note="总体尚可",
)
CASE = Case(
    case_id="k1",
    call_id="c1",
    subject="behaviour:arguing",
    kind=CaseKind.BAD,
    clip=Interval(2000, 20_000),
    evidence=Interval(9000, 9500),
    situation="我要投诉",
    quote="你自己看",
    why="争辩",
    score=0.86,
)
ROWS: dict[ExportKind, list[Row]] = {
    ExportKind.CALLS: list(call_rows([a_call()])),
    ExportKind.TRANSCRIPTS: list(transcript_rows([a_call()])),
    ExportKind.DETECTIONS: list(detection_rows([a_call()])),
    ExportKind.SCORES: list(score_rows([a_call()])),
    ExportKind.QUEUE: list(queue_rows([TASK])),
    ExportKind.REVIEWS: list(review_rows([REVIEW])),
    ExportKind.CASES: list(case_rows([CASE])),
}


def test_detections_are_exactly_the_contract() -> None:
    missing, arguing, coldness = ROWS[ExportKind.DETECTIONS]
    assert arguing == {
        "call_id": "c1",
        "recording": "c1.wav",
        "detector_id": "behaviour:arguing",
        "version": "1",
        "outcome": "FOUND",
        "probability": 0.86,
        "abstained_because": None,
        "evidence": [
            {
                "start_ms": 9000,
                "end_ms": 9500,
                "role": "agent",
                "quote": "你自己看",
                "reason": "反驳",
            }
        ],
    }
    assert list(arguing) == list(TABLE_COLUMNS[ExportKind.DETECTIONS])
    assert (missing["outcome"], coldness["outcome"]) == ("NOT_FOUND", "CANNOT_TELL")
    assert coldness["abstained_because"] == "in doubt"


def test_transcripts_are_exactly_the_contract() -> None:
    (row,) = ROWS[ExportKind.TRANSCRIPTS]
    assert list(row) == ["call_id", "recording", "method", "role_confidence", "utterances"]
    assert (row["method"], row["role_confidence"]) == ("channels", 1.0)
    assert row["utterances"][0] == {
        "role": "agent",
        "start_ms": 0,
        "end_ms": 2000,
        "text": "喂什么事",
        "confidence": 1.0,
        "quarantined_because": None,
    }


def test_a_queue_line_begins_with_the_contract() -> None:
    (row,) = ROWS[ExportKind.QUEUE]
    assert list(row.items())[:6] == [
        ("call_id", "c1"),
        ("inspector_id", "me"),
        ("day", "2026-03-02"),
        ("reason", "随机抽样"),
        ("inclusion_probability", 0.25),
        ("expected_review_ms", 90_000),
    ]


def test_calls_carry_metadata_score_and_metrics() -> None:
    (row,) = ROWS[ExportKind.CALLS]
    assert row["started_at"] == "2026-03-01T01:00:00Z"
    assert (row["direction"], row["percent"], row["passed"]) == ("inbound", 90.0, True)
    assert row["extra"] == {"工单号": "A1"}
    assert row["dead_air_ms"] is None


def test_a_score_line_shows_what_was_lost_and_its_receipts() -> None:
    (row,) = ROWS[ExportKind.SCORES]
    assert (row["criterion"], row["outcome"], row["points_lost"]) == ("greeting", "FAIL", 5)
    assert row["detector_id"] == "script:greeting"
    assert row["receipts"][0]["evidence"]["end_ms"] == 20_000


@pytest.mark.parametrize("kind", ExportKind)
def test_table_columns_are_the_fields_of_the_lines(kind: ExportKind) -> None:
    lines = list(flattened(kind, ROWS[kind]))
    assert lines
    for line in lines:
        assert set(line) <= set(TABLE_COLUMNS[kind])
    if kind is not ExportKind.REVIEWS:
        assert [tuple(line) for line in lines] == [TABLE_COLUMNS[kind]] * len(lines)


@pytest.mark.parametrize("kind", ExportKind)
def test_jsonl_is_one_unescaped_object_a_line(tmp_path: Path, kind: ExportKind) -> None:
    path = tmp_path / "out.jsonl"
    assert write_export(kind, ROWS[kind], path, "jsonl") == len(ROWS[kind])
    text = path.read_text(encoding="utf-8")
    assert [json.loads(line) for line in text.splitlines()] == ROWS[kind]
    assert "\\u" not in text


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", ExportKind)
def test_an_empty_table_has_its_header(tmp_path: Path, kind: ExportKind, file_format: str) -> None:
    path = tmp_path / f"out.{file_format}"
    assert write_export(kind, [], path, file_format) == 0
    assert read_table(path) == [list(TABLE_COLUMNS[kind])]


def read_table(path: Path) -> list[list[object]]:
    if path.suffix == ".csv":
        return [list(row) for row in csv.reader(path.open(encoding="utf-8-sig", newline=""))]
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_csv_opens_in_excel_and_guards_formulas(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    write_export(ExportKind.TRANSCRIPTS, ROWS[ExportKind.TRANSCRIPTS], path, "csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert [row[7] for row in read_table(path)] == ["text", "喂什么事", "'=我要投诉"]


def test_nested_evidence_is_json_in_one_column(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    write_export(ExportKind.DETECTIONS, ROWS[ExportKind.DETECTIONS], path, "csv")
    assert json.loads(str(read_table(path)[2][7]))[0]["quote"] == "你自己看"


spoken = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from("=+-@\t\r#"), spoken)
def test_no_text_becomes_a_formula(tmp_path: Path, first: str, rest: str) -> None:
    row = {**ROWS[ExportKind.TRANSCRIPTS][0]}
    row["utterances"] = [{**row["utterances"][0], "text": first + rest}]
    path = tmp_path / "t.xlsx"
    write_export(ExportKind.TRANSCRIPTS, [row], path, "xlsx")
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    assert sheet.cell(row=2, column=8).data_type == "s"
    write_export(ExportKind.TRANSCRIPTS, [row], tmp_path / "t.csv", "csv")
    assert str(read_table(tmp_path / "t.csv")[1][7])[0] in "'#"


def test_a_cell_too_long_for_excel_is_cut_and_says_so(tmp_path: Path) -> None:
    row = {**ROWS[ExportKind.CASES][0], "quote": "长" * 40_000}
    write_export(ExportKind.CASES, [row], tmp_path / "c.xlsx", "xlsx")
    cell = str(read_table(tmp_path / "c.xlsx")[1][10])
    assert len(cell) == 32_767
    assert cell.endswith("use --format jsonl)")


def test_more_lines_than_excel_holds_is_an_error_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.xlsx"
    path.write_text("old")
    monkeypatch.setattr(exports, "MAX_XLSX_ROWS", 3)
    with pytest.raises(OutputError, match="use --format csv or jsonl"):
        write_export(ExportKind.CASES, ROWS[ExportKind.CASES] * 3, path, "xlsx")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_export_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def lines() -> Iterable[Row]:
        yield ROWS[ExportKind.CASES][0]
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match="No space left on device"):
        write_export(ExportKind.CASES, lines(), tmp_path / "c.jsonl", "jsonl")
    assert list(tmp_path.iterdir()) == []


def test_masking_reaches_every_spoken_word() -> None:
    def lines() -> list[Row]:
        return [
            *call_rows([a_call()], mask),
            *transcript_rows([a_call()], mask),
            *detection_rows([a_call()], mask),
            *score_rows([a_call()], mask=mask),
            *queue_rows([TASK], mask),
            *review_rows([REVIEW], mask),
            *case_rows([CASE], mask),
        ]

    def mask(_text: str) -> str:
        return "*"

    text = json.dumps(lines(), ensure_ascii=False)
    assert not any("\u4e00" <= c <= "\u9fff" for c in text.replace("工单号", ""))


def test_unknown_speakers_are_lower_case() -> None:
    judged = a_judged_call(lines=[(Role.UNKNOWN, 0, 1000, "喂")])
    assert next(iter(transcript_rows([judged])))["utterances"][0]["role"] == "unknown"


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file may grow beyond 64 kB: what a full disk does, without filling one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("full_disk")
@pytest.mark.parametrize("file_format", ["jsonl", "csv", "xlsx"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path, file_format: str) -> None:
    path = tmp_path / f"cases.{file_format}"
    path.write_text("old")
    rows = ({**ROWS[ExportKind.CASES][0], "case_id": f"k{i}"} for i in range(5000))
    with pytest.raises(OutputError, match=r"cases.*cannot be written"):
        write_export(ExportKind.CASES, rows, path, file_format)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_floats_are_written_at_six_decimals_but_inclusion_probabilities_whole(
    tmp_path: Path,
) -> None:
    scored = {**ROWS[ExportKind.SCORES][0], "points_lost": 5.000000000000001}
    scored["receipts"] = [{**scored["receipts"][0], "points": -1.6666666666666667}]
    queued = {**ROWS[ExportKind.QUEUE][0], "inclusion_probability": 1 / 3}
    path = tmp_path / "out.jsonl"
    write_export(ExportKind.SCORES, [scored], path, "jsonl")
    line = json.loads(path.read_text(encoding="utf-8"))
    assert (line["points_lost"], line["receipts"][0]["points"]) == (5.0, -1.666667)
    write_export(ExportKind.QUEUE, [queued], path, "jsonl")
    assert json.loads(path.read_text(encoding="utf-8"))["inclusion_probability"] == 1 / 3


def test_a_queue_in_excel_leads_to_the_review_page(tmp_path: Path) -> None:
    path = tmp_path / "q.xlsx"
    row = {**ROWS[ExportKind.QUEUE][0], "call_id": "北区/7 a"}
    write_export(ExportKind.QUEUE, [row], path, "xlsx", review_address="http://desk:8000/")
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    links = [cell.hyperlink.target for cell in sheet[2] if cell.hyperlink]
    assert links == ["http://desk:8000/calls/%E5%8C%97%E5%8C%BA%2F7%20a"]
    write_export(ExportKind.QUEUE, [row], path, "xlsx")
    plain = openpyxl.load_workbook(path).active
    assert plain is not None
    assert not any(cell.hyperlink for cell in plain[2])
