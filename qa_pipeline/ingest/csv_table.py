"""A table as it comes out of Excel: any of three delimiters, any of four encodings."""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qa_pipeline.errors import MetadataError

if TYPE_CHECKING:
    import _csv

_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row: its first line in the file (1 = header) and its cells by column."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvTable:
    """`columns` as normalized (lower case, `_` for space and hyphen); rows without blank ones."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    warnings: tuple[str, ...]


def read_csv_table(path: Path, required: tuple[str, ...]) -> CsvTable:
    """Read a table that has at least the `required` columns.

    UTF-8 (BOM or not), UTF-16 with BOM or GB18030; comma, semicolon or tab.
    Raises MetadataError where it is no such table; rows that are too long or
    too short are kept with a warning.
    """
    text = _decoded(path)
    lines = text.splitlines()
    if not lines:
        raise MetadataError(f"{path.name}: the table is empty; it needs a header line")
    counts = Counter(c for c in lines[0] if c in _DELIMITERS)
    delimiter = counts.most_common(1)[0][0] if counts else ","
    # Strict: a stray quote would otherwise swallow the rows up to the next one.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = tuple(_column_name(cell) for cell in next(reader))
        _check_columns(path.name, columns, required)
        rows, warnings = _read_rows(reader, path.name, columns)
    except csv.Error as error:
        reason = f"is no CSV: {error}; check the quotes there"
        raise MetadataError(f"{path.name}:{reader.line_num} {reason}") from error
    return CsvTable(name=path.name, columns=columns, rows=rows, warnings=warnings)


def _decoded(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise MetadataError(f"{path}: cannot be read: {error.strerror}") from error
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise MetadataError(f"{path.name}: is an Excel workbook; save it as CSV (UTF-8)")
    encodings = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise MetadataError(f"{path.name}: is no text table (it holds NUL bytes)")
        return text
    raise MetadataError(f"{path.name}: is neither UTF-8 nor GB18030; save it as CSV (UTF-8)")


def _column_name(cell: str) -> str:
    return cell.strip().strip("\ufeff").lower().replace(" ", "_").replace("-", "_")


def _check_columns(name: str, columns: tuple[str, ...], required: tuple[str, ...]) -> None:
    missing = [column for column in required if column not in columns]
    if missing:
        there = ", ".join(column or "(unnamed)" for column in columns)
        raise MetadataError(f"{name}: has no column {', '.join(missing)}; its columns are: {there}")
    twice = sorted(column for column, n in Counter(columns).items() if n > 1 and column)
    if twice:
        raise MetadataError(f"{name}: has the column {', '.join(twice)} more than once; keep one")


def _read_rows(
    reader: "_csv.Reader", name: str, columns: tuple[str, ...]
) -> tuple[tuple[TableRow, ...], tuple[str, ...]]:
    rows: list[TableRow] = []
    warnings: list[str] = []
    line = reader.line_num + 1
    for cells in reader:
        start, line = line, reader.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) < len(columns) or any(cell.strip() for cell in cells[len(columns) :]):
            warnings.append(f"{name}:{start} has {len(cells)} cells for {len(columns)} columns")
        named = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
        rows.append(TableRow(line=start, cells=named))
    return tuple(rows), tuple(warnings)
