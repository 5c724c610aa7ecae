"""Write export lines as JSON lines, CSV or an Excel table."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from qa_pipeline.atomic_file import replacing
from qa_pipeline.errors import OutputError
from qa_pipeline.report.export_rows import ExportKind, Row, rounded
from qa_pipeline.report.export_tables import TABLE_COLUMNS, flattened
from qa_pipeline.report.links import call_link
from qa_pipeline.report.safe_cells import (
    MAX_XLSX_CELL,
    safe_csv_cell,
    starts_like_formula,
    without_control_characters,
)

MAX_XLSX_ROWS = 1_048_576


class ExportFormat(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"


def write_export(
    kind: ExportKind | str,
    rows: Iterable[Row],
    path: Path,
    file_format: ExportFormat | str,
    *,
    review_address: str = "",
) -> int:
    """Write the lines as they come and say how many there were (before flattening).

    jsonl is UTF-8, one object a line, nothing escaped that need not be. csv is
    UTF-8 with BOM; text that a spreadsheet could take for a formula is guarded
    there by an apostrophe, in xlsx by the cell's type, and with `review_address` a
    queue's call ids in xlsx lead to their review pages. Raises OutputError when
    the file cannot be written or xlsx has no room for the lines; the old file
    then stays as it was.
    """
    kind = ExportKind(kind)
    counted = _Counted(rows)
    target = _Target(kind=kind, name=path.name, review_address=review_address)
    with replacing(path) as temporary:
        _WRITERS[ExportFormat(file_format)](target, counted, temporary)
    return counted.n


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    kind: ExportKind
    name: str
    review_address: str


class _Counted:
    """Counts what passes through, and rounds it."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.n = 0
        self._rows = rows

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.n += 1
            yield rounded(row)


def _write_jsonl(_target: _Target, rows: Iterable[Row], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def _write_csv(target: _Target, rows: Iterable[Row], path: Path) -> None:
    columns = TABLE_COLUMNS[target.kind]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        for row in flattened(target.kind, rows):
            writer.writerow([_csv_cell(row.get(column)) for column in columns])


def _csv_cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe_csv_cell(value)


def _write_xlsx(target: _Target, rows: Iterable[Row], path: Path) -> None:
    columns = TABLE_COLUMNS[target.kind]
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(target.kind.value)
    sheet.freeze_panes = "A2"
    for index, column in enumerate(columns, start=1):
        width = _WIDTHS.get(column, max(10, len(column) + 2))
        sheet.column_dimensions[get_column_letter(index)].width = width
    header = [WriteOnlyCell(sheet, value=column) for column in columns]
    for cell in header:
        cell.font = Font(bold=True)
    try:
        sheet.append(header)
        for line, row in enumerate(flattened(target.kind, rows), start=2):
            if line > MAX_XLSX_ROWS:
                raise OutputError(
                    f"{target.name}: more than {MAX_XLSX_ROWS - 1} lines do not fit into xlsx; "
                    "use --format csv or jsonl"
                )
            cells = [_xlsx_cell(sheet, row.get(column)) for column in columns]
            if target.kind is ExportKind.QUEUE and target.review_address:
                cells[columns.index("call_id")] = _link(sheet, row["call_id"], target)
            sheet.append(cells)
        book.save(path)
    finally:
        if not sheet.closed:
            sheet.close()


def _xlsx_cell(sheet: Any, value: object) -> object:
    if not isinstance(value, str):
        return value
    text = without_control_characters(value)
    if len(text) > MAX_XLSX_CELL:
        text = text[: MAX_XLSX_CELL - len(_CUT)] + _CUT
    if not starts_like_formula(text) and not text.startswith("#"):
        return text
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell


def _link(sheet: Any, call_id: str, target: _Target) -> object:
    cell = WriteOnlyCell(sheet, value=call_id)
    cell.data_type = "s"
    cell.hyperlink = call_link(target.review_address, call_id)
    cell.font = Font(color="0563C1", underline="single")
    return cell


_CUT = " …(cut: use --format jsonl)"
_WIDTHS = {
    **dict.fromkeys(("text", "quote", "reason", "why", "situation", "evidence", "receipts"), 48),
    **dict.fromkeys(("call_id", "recording", "detector_id", "title", "note"), 26),
    "recording_id": 16,
}
_WRITERS: Mapping[ExportFormat, Callable[[_Target, Iterable[Row], Path], None]] = {
    ExportFormat.JSONL: _write_jsonl,
    ExportFormat.CSV: _write_csv,
    ExportFormat.XLSX: _write_xlsx,
}
