"""Read the CSV files that people save from their tools."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from qa_pipeline.errors import MetadataError


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRow:
    """One row by column name, with the line on which it ends in the file (from 1)."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvTable:
    columns: tuple[str, ...]
    rows: tuple[CsvRow, ...]


def read_csv_table(path: Path) -> CsvTable:
    """Read a CSV in UTF-8 (with or without BOM) or GB18030; empty lines are skipped.

    Cells and column names are stripped. A missing file, text in another encoding,
    a file without a header or a row with more cells than columns raises a
    MetadataError that names the file and line.
    """
    text = decode_text(path)
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(c.strip() for c in cells)]
    except csv.Error as error:
        raise MetadataError(f"{path}: line {reader.line_num}: {error}") from error
    if not lines:
        raise MetadataError(f"{path}: the file is empty; its first line must name the columns")
    columns = tuple(cell.strip() for cell in lines[0][1])
    repeated = sorted({c for c in columns if c and columns.count(c) > 1})
    if repeated:
        raise MetadataError(f"{path}: line {lines[0][0]}: column {', '.join(repeated)} twice")
    rows: list[CsvRow] = []
    for line, cells in lines[1:]:
        if any(c.strip() for c in cells[len(columns) :]):
            raise MetadataError(
                f"{path}: line {line}: {len(cells)} cells under {len(columns)} columns; "
                "put text that contains a comma in quotes"
            )
        padded = [c.strip() for c in cells] + [""] * (len(columns) - len(cells))
        named = zip(columns, padded, strict=False)
        rows.append(CsvRow(line=line, cells={name: c for name, c in named if name}))
    return CsvTable(columns=columns, rows=tuple(rows))


def decode_text(path: Path) -> str:
    """The text of a file in UTF-8 (with or without BOM) or GB18030."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise MetadataError(f"{path}: no such file") from None
    except OSError as error:
        raise MetadataError(f"{path}: cannot be read: {error.strerror}") from error
    if b"\x00" in raw:
        raise MetadataError(f"{path}: not a text file; save it as CSV in UTF-8")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise MetadataError(f"{path}: neither UTF-8 nor GB18030; save it as CSV in UTF-8")
