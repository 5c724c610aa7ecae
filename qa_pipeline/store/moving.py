"""Moving a workspace's file into a PostgreSQL database, all of it or nothing."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    LargeBinary,
    Row,
    Table,
    func,
    select,
    text,
    type_coerce,
)

from qa_pipeline.errors import NotFound, StoreError
from qa_pipeline.settings import database_url
from qa_pipeline.store.connection import Database
from qa_pipeline.store.place import DATABASE_NAME, mark_elsewhere
from qa_pipeline.store.postgresql_copy import copy_rows
from qa_pipeline.store.schema import upgrade
from qa_pipeline.store.spoken_gin import vector_of
from qa_pipeline.store.tables import metadata
from qa_pipeline.store.tables.columns import PackedText

MOVED_NAME = f"{DATABASE_NAME}.moved"
_SPOKEN = ("rowid", "keys", "said", "role", "start_ms", "end_ms", "confidence")


def move_store(workspace: Path) -> tuple[str, Mapping[str, int]]:
    """Copy `qa.db` into the database of QA_PIPELINE_DATABASE_URL and put the file aside.

    Returns what messages call that database, and how many rows each table has. The
    file becomes `qa.db.moved`. NotFound where there is none; StoreError, with nothing
    changed, where the database holds something already. Nobody else may be writing.
    """
    url, path = database_url(), workspace / DATABASE_NAME
    if url is None:
        raise StoreError("set QA_PIPELINE_DATABASE_URL to the database that is to be filled")
    if not path.is_file():
        raise NotFound(f"{workspace} holds no {DATABASE_NAME} that could be moved")
    source, target = Database(path), Database(url)
    try:
        for database in (source, target):
            upgrade(database)
        # The lock on the file keeps other writers out until it is put aside.
        with source.write("the move") as origin, target.write("the move") as copy:
            counts = _copied(origin, copy, target.name)
        name = target.name
    finally:
        source.close()
        target.close()
    mark_elsewhere(workspace)
    _put_aside(path)
    return name, counts


def _copied(origin: Connection, copy: Connection, name: str) -> dict[str, int]:
    for one in metadata.sorted_tables:
        if copy.execute(select(one).limit(1)).first() is not None:
            raise StoreError(
                f"{name} holds {one.name} already; nothing was moved; name an empty one"
            )
    counts = {one.name: _copy_table(origin, copy, one) for one in metadata.sorted_tables}
    counts["spoken"] = _copy_spoken(origin, copy)
    for name_of_table in counts:
        copy.execute(text(f"ANALYZE {name_of_table}"))
    return counts


def _copy_table(origin: Connection, copy: Connection, one: Table) -> int:
    columns = list(one.columns)
    # What is packed stays packed on the way.
    packed = [isinstance(column.type, PackedText) for column in columns]
    chosen = select(
        *(type_coerce(c, LargeBinary) if p else c for c, p in zip(columns, packed, strict=True))
    )
    bound = [
        None if p else c.type.dialect_impl(copy.dialect).bind_processor(copy.dialect)
        for c, p in zip(columns, packed, strict=True)
    ]
    rows = (
        [v if to is None else to(v) for v, to in zip(row, bound, strict=True)]
        for row in _streamed(origin, chosen)
    )
    copied = copy_rows(copy, one.name, [column.name for column in columns], rows)
    key = list(one.primary_key.columns)
    if copied and len(key) == 1 and isinstance(key[0].type, BigInteger):
        _continue_numbers(copy, one, key[0].name)
    return copied


def _copy_spoken(origin: Connection, copy: Connection) -> int:
    chosen = text(f"SELECT {', '.join(_SPOKEN)} FROM spoken ORDER BY rowid")
    rows = (
        [vector_of(value) if name == "keys" else value for name, value in row._mapping.items()]
        for row in _streamed(origin, chosen)
    )
    return copy_rows(copy, "spoken", _SPOKEN, rows)


def _continue_numbers(copy: Connection, one: Table, key: str) -> None:
    """Let the next row be numbered after the last one that was copied."""
    sequence = func.pg_get_serial_sequence(one.name, key)
    if copy.scalar(select(sequence)) is not None:
        copy.execute(select(func.setval(sequence, select(func.max(one.c[key])).scalar_subquery())))


def _streamed(origin: Connection, chosen: Any) -> Iterator[Row[Any]]:
    yield from origin.execution_options(stream_results=True).execute(chosen)


def _put_aside(path: Path) -> None:
    try:
        path.rename(path.with_name(MOVED_NAME))
    except OSError as error:
        raise StoreError(
            f"everything was moved, but {path} cannot be renamed: {error.strerror}; move it away"
        ) from error
