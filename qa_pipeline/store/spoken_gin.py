"""What was said, on PostgreSQL: `spoken` with a tsvector of sound keys under a GIN index.

The same rows and the same answers as the FTS5 table that `store.spoken` speaks of.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Double,
    MetaData,
    Table,
    Text,
    cast,
    insert,
    literal_column,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

# Apart from the other tables: on SQLite it is no plain table.
_spoken = Table(
    "spoken",
    MetaData(),
    Column("rowid", BigInteger, primary_key=True, autoincrement=False),
    Column("keys", TSVECTOR),
    Column("said", Text),
    Column("role", Text),
    Column("start_ms", BigInteger),
    Column("end_ms", BigInteger),
    Column("confidence", Double),
)
_PHRASE = re.compile(r'"([^"]*)"')
_OPERATORS = ((" AND ", " & "), (" OR ", " | "), (" NOT ", " & !"))


def is_postgresql(connection: Connection) -> bool:
    """Whether the connection's database is one of these."""
    return connection.dialect.name == "postgresql"


def insert_rows(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Index rows as `spoken.spoken_rows` makes them; `keys` are divided by spaces."""
    connection.execute(insert(_spoken), [{**row, "keys": vector_of(row["keys"])} for row in rows])


def vector_of(keys: str) -> str:
    """Keys divided by spaces as a tsvector with their places, counted from 1."""
    return " ".join(f"{key}:{place}" for place, key in enumerate(keys.split(), 1))


def matches(match: str) -> ColumnElement[bool]:
    """Whether a row meets an FTS5 expression of quoted phrases, AND, OR, NOT and brackets."""
    query = _PHRASE.sub(lambda phrase: f"({' <-> '.join(phrase[1].split())})", match)
    for theirs, ours in _OPERATORS:
        query = query.replace(theirs, ours)
    keys: ColumnElement[Any] = literal_column("spoken.keys")
    return keys.bool_op("@@")(cast(query, TSQUERY))
