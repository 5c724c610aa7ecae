"""The list of a training pack's cases as an Excel table."""

from collections.abc import Iterable
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from qa_pipeline.cases.pack import PackCase
from qa_pipeline.report.safe_cells import (
    MAX_XLSX_CELL,
    starts_like_formula,
    without_control_characters,
)
from qa_pipeline.text.labels import clock

COLUMNS = (
    ("编号", 18), ("主题", 14), ("类别", 7), ("评分项", 20), ("情境", 40), ("为什么", 40),
    ("点评", 40), ("参考说法", 40), ("从哪里开始", 11), ("时长", 8), ("录音", 30), ("对照", 18),
    ("标签", 16),
)  # fmt: skip


def write_pack_list(cases: Iterable[PackCase], path: Path) -> None:
    """Write one line a case; text that looks like a formula stays text."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "案例"
    sheet.freeze_panes = "A2"
    for column, (title, width) in enumerate(COLUMNS, start=1):
        sheet.cell(1, column, title).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    for line, case in enumerate(cases, start=2):
        for column, value in enumerate(_values(case), start=1):
            text = without_control_characters(value)[:MAX_XLSX_CELL]
            cell = sheet.cell(line, column)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.value = text
            if starts_like_formula(text) or text.startswith("#"):
                cell.data_type = "s"
                cell.quotePrefix = True
    book.save(path)


def _values(case: PackCase) -> tuple[str, ...]:
    start = "、".join(map(clock, case.fault_starts_ms))
    return (
        case.case_id,
        case.topic,
        "正例" if case.is_good else "反例",
        case.clause,
        case.situation,
        case.why,
        case.commentary,
        case.model_answer,
        start,
        clock(case.duration_ms),
        case.clip or case.no_sound,
        case.pair_id or "",
        "、".join(case.tags),
    )
