"""Recordings that lie in an object store: `s3://…` and what else fsspec knows."""

import importlib
import importlib.util
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

from qa_pipeline.errors import UsageError


@cache
def storage_errors() -> tuple[type[Exception], ...]:
    """What disk and object store may raise; botocore's errors are no OSError."""
    if importlib.util.find_spec("botocore") is None:
        return (OSError,)
    exceptions = importlib.import_module("botocore.exceptions")
    return (OSError, exceptions.BotoCoreError, exceptions.ClientError)


def is_remote(location: str) -> bool:
    """Whether a location is a URL of some storage other than the local disk."""
    scheme, separator, _ = location.partition("://")
    return bool(separator) and scheme.isalnum() and scheme != "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file in a storage; `is_named` where its own URL was given."""

    location: str
    modified_at: datetime | None
    size_bytes: int | None
    is_named: bool


def list_remote(url: str) -> tuple[RemoteFile, ...]:
    """The file of that URL, or every file below it; UsageError where there is none."""
    storage = _storage(url)
    try:
        is_named = bool(storage.isfile(url))
        infos = [storage.info(url)] if is_named else storage.find(url, detail=True).values()
    except storage_errors() as error:
        raise UsageError(
            f"{url}: the storage cannot be listed: {error}; check address and credentials"
        ) from error
    files = tuple(
        RemoteFile(
            location=storage.unstrip_protocol(info["name"]),
            modified_at=_time_of(info),
            size_bytes=info.get("size"),
            is_named=is_named,
        )
        for info in sorted(infos, key=lambda info: str(info["name"]))
    )
    if not files:
        raise UsageError(f"{url}: nothing is there; check the address")
    return files


def names_in_remote(folder: str) -> tuple[str, ...]:
    """The names of the files in one remote folder; none where it cannot be listed."""
    try:
        listed = _storage(folder).ls(folder, detail=False)
    except storage_errors():
        return ()
    return tuple(str(path).rstrip("/").rpartition("/")[2] for path in listed)


def open_remote(url: str) -> BinaryIO:
    """The bytes of a URL as a seekable stream, read in blocks."""
    return cast(BinaryIO, _storage(url).open(url, "rb"))


def _storage(url: str) -> Any:
    scheme = urlsplit(url).scheme
    remedy = "copy the recordings into a local folder and name that"
    try:
        fsspec = importlib.import_module("fsspec")
    except ImportError as error:
        raise UsageError(f"{url}: {scheme}:// needs the package fsspec; {remedy}") from error
    try:
        return fsspec.filesystem(scheme)
    except ImportError as error:
        needed = "the package s3fs (pip install s3fs)" if scheme == "s3" else f"a package: {error}"
        raise UsageError(f"{url}: reading {scheme}:// needs {needed}; or {remedy}") from error
    except ValueError as error:
        raise UsageError(f"{url}: {scheme}:// is no known storage; {remedy}") from error


def _time_of(info: dict[str, Any]) -> datetime | None:
    found = info.get("LastModified") or info.get("mtime") or info.get("created")
    if isinstance(found, int | float):
        return datetime.fromtimestamp(found, UTC)
    if isinstance(found, datetime):
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    return None
