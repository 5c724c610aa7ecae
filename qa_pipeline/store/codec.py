"""Domain values as JSON text: the same value is always the same bytes."""

import hashlib
import json
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from qa_pipeline.errors import StoreError


def encode(kind: Any, value: object) -> str:
    """The value as compact JSON with sorted keys; StoreError for NaN and infinity.

    `kind` is the value's type, e.g. `tuple[Evidence, ...]`. Chinese stays Chinese.
    """
    try:
        # A value of another type than the field says would not come back equal.
        plain = _adapter(kind).dump_python(value, mode="json", warnings="error")
        text = json.dumps(
            _canonical(plain),
            sort_keys=True,
            ensure_ascii=False,
            separators=(",", ":"),
            allow_nan=False,
        )
        text.encode()
    except ValueError as error:  # also UnicodeEncodeError: a lone surrogate
        raise StoreError(f"this {_name(kind)} cannot be saved: {error}") from error
    return text


def decode(kind: Any, text: str) -> Any:
    """The value that `encode` was given; StoreError where the text is no such value."""
    try:
        return _adapter(kind).validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise StoreError(
            f"the stored {_name(kind)} cannot be read: {where}: {first['msg']}; run"
            " `qa-pipeline db check`"
        ) from error


def digest(*texts: str) -> str:
    """The SHA-256 in hex of the texts, each told apart from its neighbours."""
    hasher = hashlib.sha256()
    for text in texts:
        data = text.encode()
        hasher.update(f"{len(data)}:".encode())
        hasher.update(data)
    return hasher.hexdigest()


@lru_cache(maxsize=64)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _canonical(plain: Any) -> Any:
    """Minus zero becomes zero: SQLite keeps no difference in its number columns."""
    if isinstance(plain, float):
        return plain + 0.0
    if isinstance(plain, dict):
        return {key: _canonical(value) for key, value in plain.items()}
    if isinstance(plain, list):
        return [_canonical(value) for value in plain]
    return plain


def _name(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind)
