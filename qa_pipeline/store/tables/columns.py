"""Column types that keep what Python put in, on SQLite and on PostgreSQL."""

import zlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)
"""Every table of the workspace database."""

Int64 = BigInteger().with_variant(Integer(), "sqlite")
"""A whole number of 64 bits, which on SQLite every INTEGER is."""


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime, kept and returned in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone: give an aware datetime")
        utc = value.astimezone(UTC)
        # SQLite keeps no zone and would store the offset's wall clock.
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_SURROGATES = range(0xDC80, 0xDD00)
_TO_PRIVATE = {code: 0x10FC80 + code - 0xDC80 for code in _SURROGATES}
_FROM_PRIVATE = {private: code for code, private in _TO_PRIVATE.items()}


class FileText(TypeDecorator[str]):
    """A file name or path as Python sees it, also one whose bytes are not UTF-8.

    Such bytes (a GBK name on Linux) are lone surrogates in Python, which no
    database stores; they are parked in the last private-use plane.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else value.translate(_TO_PRIVATE)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else value.translate(_FROM_PRIVATE)


class PackedText(TypeDecorator[str]):
    """A long JSON text, deflated: a transcript with word times shrinks to about an eighth."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else zlib.compress(value.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else zlib.decompress(value).decode()


class Integral(TypeDecorator[int]):
    """An integer of any size, such as a seed taken from a digest."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)


def required(name: str, kind: Any, *more: Any, **options: Any) -> Column[Any]:
    """A column that is never NULL."""
    return Column(name, kind, *more, nullable=False, **options)
