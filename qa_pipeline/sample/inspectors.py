"""The table of inspectors: who hears, how much, and who is away."""

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from qa_pipeline.domain.review import Inspector
from qa_pipeline.errors import MetadataError
from qa_pipeline.ingest.csv_table import TableRow, read_csv_table


def _dates(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    parts = [p.strip() for p in cell.replace("；", ";").split(";")]
    return tuple(date.fromisoformat(p.replace("/", "-")) for p in parts if p)


class _InspectorRow(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    inspector_id: str = Field(min_length=1)
    name: str = ""
    team: str | None = None
    capacity_calls: int = Field(default=50, ge=0, le=1000)
    capacity_minutes: int = Field(default=336, ge=0, le=1440)
    leave: Annotated[tuple[date, ...], BeforeValidator(_dates)] = ()


def read_inspectors(path: Path) -> tuple[Inspector, ...]:
    """Read inspectors.csv (DESIGN section 10), in order of inspector_id.

    Only `inspector_id` is required; an empty cell is its default; other columns
    are ignored. Every bad row is named with its line in one MetadataError, as is
    an inspector_id that stands twice; so is a table without any row.
    """
    table = read_csv_table(path, ("inspector_id",))
    problems: list[str] = []
    seen: dict[str, int] = {}
    inspectors: list[Inspector] = []
    for row in table.rows:
        cells = {column: cell.strip() for column, cell in row.cells.items() if cell.strip()}
        try:
            parsed = _InspectorRow.model_validate(cells)
        except ValidationError as error:
            problems += [f"{path.name}:{row.line}: {_say(e, row)}" for e in error.errors()]
            continue
        if parsed.inspector_id in seen:
            first = seen[parsed.inspector_id]
            problems.append(
                f"{path.name}:{row.line}: {parsed.inspector_id} already stands on line {first}"
            )
            continue
        seen[parsed.inspector_id] = row.line
        inspectors.append(Inspector(**parsed.model_dump()))
    if not table.rows:
        problems.append(
            f"{path.name}: names no inspector (没有质检员); add a line for each, or leave"
            " --inspectors out"
        )
    if problems:
        raise MetadataError("\n".join(problems))
    return tuple(sorted(inspectors, key=lambda i: i.inspector_id))


def _say(error: object, row: TableRow) -> str:
    assert isinstance(error, dict)
    column = str(error["loc"][0])
    if error["type"] == "missing":
        return f"{column} is empty"
    return f"{column}: {row.cells.get(column, '')!r}: {error['msg']}"
