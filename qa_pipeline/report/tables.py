"""The plain look of every table in a terminal."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

_LONGEST_WHOLE = 24


def plain_table(title: str, *columns: str) -> Table:
    """A table without a frame whose cells are folded where they do not fit."""
    table = Table(
        title=Text(title, style="bold") if title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def add_texts(table: Table, rows: Iterable[Sequence[str]], *, whole: Sequence[int] = ()) -> None:
    """Add rows as they are written, `[…]` too; the columns `whole` are not folded.

    Whole are ids and times that people copy; where one is longer than 24 places it folds.
    """
    texts = list(rows)
    for row in texts:
        table.add_row(*(Text(cell) for cell in row))
    for place in whole:
        longest = max((cell_len(row[place]) for row in texts), default=0)
        table.columns[place].no_wrap = longest <= _LONGEST_WHOLE
