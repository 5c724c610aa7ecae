"""What every part of the store shares."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

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
