"""What every part of the store shares."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Boolean, Column, ColumnElement, Connection, func, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from qa_pipeline.store.connection import Database

T = TypeVar("T")

MAX_IDS = 500
"""How many ids go into one statement: SQLite limits them."""


class StorePart:
    """One group of the store's operations on a shared database."""

    def __init__(self, database: Database) -> None:
        self.database = database


def now() -> datetime:
    return datetime.now(UTC)


def pages(items: Iterable[T], size: int = MAX_IDS) -> Iterator[Sequence[T]]:
    """The items in lists of at most `size`, in order."""
    rest = iter(items)
    while page := list(islice(rest, size)):
        yield page


def distinct_values(connection: Connection, column: Column[T], limit: int) -> list[T]:
    """The values of an indexed column in order, a jump each: an index may have a million rows."""
    first = select(func.min(column).label("value")).cte("jump", recursive=True)
    following = select(func.min(column)).where(column > first.c.value).scalar_subquery()
    jumps = first.union_all(select(following).where(first.c.value.is_not(None)))
    values = connection.scalars(
        select(jumps.c.value).where(jumps.c.value.is_not(None)).limit(limit)
    )
    return list(values)


class _Holds(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True


@compiles(_Holds)
def _instr(element: _Holds, compiler: SQLCompiler, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)}) > 0"


@compiles(_Holds, "postgresql")
def _strpos(element: _Holds, compiler: SQLCompiler, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)}) > 0"


def holds(column: Column[str], text: str) -> ColumnElement[bool]:
    """Whether the text stands in the column's, in exactly these characters."""
    return _Holds(column, literal(text))
