"""Read reviews back from the table that inspectors filled in.

A table (csv, xlsx) has one line a decision or answer; headings are English
names, their Chinese titles, or both:

    call_id        required, as is
    inspector_id   required unless a default is given
    detector_id    with `decision`: CONFIRMED REJECTED UNSURE MISSED (确认 驳回 不确定 漏检)
    start, end     of the evidence, `m:ss`; or start_ms, end_ms, which count more
    criterion      with `answer`: PASS PARTIAL FAIL HUMAN_NA (合格 部分合格 不合格 不适用)
    points_awarded beside an answer, optional
    decision DONE  (已完成) closes a review and carries its note; it needs no detector_id
    note           beside any of them
    reviewed_at    ISO 8601, optional; spent_ms optional

A jsonl file has such a line as an object, or what `export reviews` writes:

    {"review_id", "call_id", "inspector_id", "reviewed_at", "spent_ms", "note",
     "decisions": [{"detector_id", "decision", "start_ms", "end_ms", "note"}],
     "answers": [{"criterion", "outcome", "points_awarded", "note"}]}

All lines of one call and inspector are one Review. Other columns are ignored.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile
from zoneinfo import ZoneInfo

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.review import Review
from qa_pipeline.errors import MetadataError
from qa_pipeline.ingest.csv_table import read_csv_table
from qa_pipeline.report.export_tables import one_per_decision
from qa_pipeline.report.review_lines import ReviewLine, joined_reviews
from qa_pipeline.report.review_words import column_named
from qa_pipeline.report.safe_cells import without_apostrophe


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewImport:
    """What could be read, and one line for each thing that could not.

    A review with a bad line is left out whole: half a review would stand as if
    it were finished.
    """

    reviews: tuple[Review, ...]
    problems: tuple[str, ...]


def read_reviews(
    path: Path,
    *,
    imported_at: datetime,
    time_zone: str = "Asia/Shanghai",
    default_inspector: str | None = None,
    judged_of: Callable[[str], JudgedCall | None] | None = None,
) -> ReviewImport:
    """Read reviews from .csv, .xlsx or .jsonl (see the module's first lines).

    `imported_at` (aware) dates reviews of which the file does not say when they
    were made; their id does not depend on it, so importing a file twice adds
    nothing. With `judged_of` calls, detectors and criteria that are not in the
    workspace are problems. Raises MetadataError when the file is no such table.
    """
    suffix = path.suffix.lower()
    if suffix in (".xlsx", ".xlsm"):
        lines = list(_xlsx_lines(path))
    elif suffix in (".jsonl", ".ndjson"):
        lines = list(_jsonl_lines(path))
    elif suffix in (".csv", ".tsv", ".txt"):
        lines = list(_csv_lines(path))
    else:
        raise MetadataError(f"{path.name}: reviews are read from .csv, .xlsx or .jsonl")
    reviews, problems = joined_reviews(
        lines,
        imported_at=imported_at,
        zone=ZoneInfo(time_zone),
        default_inspector=default_inspector,
        judged_of=judged_of,
    )
    return ReviewImport(reviews=reviews, problems=problems)


def _csv_lines(path: Path) -> Iterator[ReviewLine]:
    table = read_csv_table(path, ())
    if "call_id" not in map(column_named, table.columns):
        raise _no_call_id(path.name, table.columns)
    for row in table.rows:
        cells = {column_named(c): without_apostrophe(cell) for c, cell in row.cells.items()}
        yield ReviewLine(where=f"{path.name}:{row.line}", cells=cells)


def _xlsx_lines(path: Path) -> Iterator[ReviewLine]:
    seen: list[str] = []
    is_found = False
    for title, rows in _sheets(path):
        columns = [column_named(str(c or "")) for c in (rows[0] if rows else ())]
        seen += columns
        if "call_id" not in columns:
            continue
        is_found = True
        for number, values in enumerate(rows[1:], start=2):
            cells = {c: v for c, v in zip(columns, values, strict=False) if c}
            if any(v is not None for v in cells.values()):
                yield ReviewLine(where=f"{path.name} {title}:{number}", cells=cells)
    if not is_found:
        raise _no_call_id(path.name, tuple(seen))


def _sheets(path: Path) -> list[tuple[str, list[tuple[object, ...]]]]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            return [(s.title, list(s.iter_rows(values_only=True))) for s in book.worksheets]
        finally:
            book.close()
    except FileNotFoundError:
        raise MetadataError(f"{path}: no such file") from None
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError, ParseError) as error:
        raise MetadataError(f"{path.name}: is no Excel workbook: {error}") from error


def _jsonl_lines(path: Path) -> Iterator[ReviewLine]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MetadataError(f"{path}: cannot be read: {error}") from error
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        where = f"{path.name}:{number}"
        try:
            found = json.loads(line)
        except json.JSONDecodeError as error:
            yield ReviewLine(where=where, cells={}, problem=f"is no JSON: {error.msg}")
            continue
        yield from _lines_of_object(where, found)


def _lines_of_object(where: str, found: object) -> Iterator[ReviewLine]:
    if not isinstance(found, dict):
        yield ReviewLine(where=where, cells={}, problem="is no JSON object")
    elif "decisions" not in found and "answers" not in found:
        yield ReviewLine(where=where, cells=found)
    else:
        try:
            flat = list(one_per_decision(_completed(found)))
        except (KeyError, TypeError, AttributeError) as error:
            cells = {k: v for k, v in found.items() if k in ("call_id", "inspector_id")}
            problem = f"decisions or answers are not as `export reviews` writes them: {error!r}"
            yield ReviewLine(where=where, cells=cells, problem=problem)
            return
        yield from (ReviewLine(where=where, cells=cells) for cells in flat)


def _completed(found: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("review_id", "call_id", "inspector_id", "reviewed_at", "spent_ms")
    return {
        **dict.fromkeys(keys),
        "note": "",
        **found,
        "decisions": [dict(d) for d in found.get("decisions") or ()],
        "answers": [{"points_awarded": None, "note": "", **a} for a in found.get("answers") or ()],
    }


def _no_call_id(name: str, columns: tuple[str, ...]) -> MetadataError:
    there = ", ".join(c for c in columns if c) or "none"
    return MetadataError(f"{name}: has no column call_id; its columns are: {there}")
