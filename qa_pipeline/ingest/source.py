"""A file that may hold a recording, and what reading it yields."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote_to_bytes, urlsplit

import numpy as np
import numpy.typing as npt

from qa_pipeline.domain.call import Recording
from qa_pipeline.errors import UnreadableRecording, UsageError
from qa_pipeline.ingest.remote import is_remote, open_remote, storage_errors

if TYPE_CHECKING:
    from qa_pipeline.ingest.transcript_file import TranscriptFile

HEAD_BYTES = 4096
_HASH_BLOCK = 1 << 20

Block = npt.NDArray[np.float32]
"""Samples of one stretch of time, float32 in -1..1, shaped (channels, samples)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file that was delivered.

    `location` is an absolute path, a URL, or a `file://` URL where the path is
    no valid UTF-8; `name` the full file name. `modified_at` is aware UTC, None
    where the storage does not say, as is `size_bytes`. `transcript_location` is the
    `NAME.transcript.json` beside it, which then replaces recognition. `is_named`
    is True where the person named this file, not its folder.
    """

    location: str
    name: str
    modified_at: datetime | None = None
    size_bytes: int | None = None
    transcript_location: str | None = None
    is_named: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFormat:
    """How headerless audio is coded: an FFmpeg demuxer name, rate and channels."""

    encoding: str
    sample_rate_hz: int
    audio_channels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestOptions:
    """What the person or the settings say about the files.

    `raw_format` describes every headerless file. `channel_map` (agent channel,
    customer channel) picks two of more than two channels; recordings of one or
    two channels are left as they are. Longer than `max_duration_ms` is refused.
    """

    raw_format: RawFormat | None = None
    channel_map: tuple[int, int] | None = None
    max_duration_ms: int = 4 * 3600 * 1000
    centre_time_zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRecording:
    """A recording that can be evaluated.

    `truncated` is True where the container promised clearly more than could be
    decoded. `warnings` are lines for people. `transcript` is there when the
    words came ready; no recognizer is then needed. `agent_channel` is set only
    when a channel map put the agent there.
    """

    recording: Recording
    warnings: tuple[str, ...] = ()
    truncated: bool = False
    transcript: "TranscriptFile | None" = None
    agent_channel: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFormat:
    """One family of files: a plug-in, listed in `formats.FORMATS`.

    `claims(name, head, options)` says whether it reads a file that begins with
    `head`; `read` measures the whole file (raises UnreadableRecording);
    `native_blocks(location, name, options)` yields (sample_rate_hz, Block).
    `extensions` are lower-case with their dot: what is looked for in folders.
    """

    name: str
    extensions: frozenset[str]
    claims: Callable[[str, bytes, IngestOptions], bool]
    read: Callable[[SourceFile, IngestOptions], ReadRecording]
    native_blocks: Callable[[str, str, IngestOptions], Iterator[tuple[int, Block]]]


def parse_channel_map(text: str) -> tuple[int, int]:
    """The option `AGENT,CUSTOMER`: two different channels counted from 0; else UsageError."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 2 and parts[0] != parts[1] and set(parts) <= set("0123456789"):
        return int(parts[0]), int(parts[1])
    raise UsageError(
        f"channel map {text!r} is not AGENT,CUSTOMER: two channels counted from 0, such as 0,1"
    )


@contextmanager
def opened(location: str, name: str) -> Iterator[BinaryIO]:
    """Open the bytes of a file or URL; every storage error names the recording."""
    try:
        with _open(location, name) as stream:
            yield stream
    except FileNotFoundError as error:
        raise UnreadableRecording(name, "the file is no longer there") from error
    except PermissionError as error:
        reason = "no permission to read it: give the user that runs qa-pipeline read access"
        raise UnreadableRecording(name, reason) from error
    except storage_errors() as error:
        text = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise UnreadableRecording(name, f"cannot be read from its storage: {text}") from error


def read_head(source: SourceFile) -> bytes:
    """The first bytes, enough to tell what the file is; an empty file is an error."""
    with opened(source.location, source.name) as stream:
        head = stream.read(HEAD_BYTES)
    if not head:
        raise UnreadableRecording(source.name, "the file is empty (0 bytes)")
    return head


def sha256_of(location: str, name: str) -> str:
    """The SHA-256 of the bytes in hex, read in blocks."""
    digest = hashlib.sha256()
    with opened(location, name) as stream:
        while block := stream.read(_HASH_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def file_state(location: str) -> tuple[int, int] | None:
    """Size and modification time of a local file, to notice that it still grows."""
    if is_remote(location):
        return None
    try:
        found = os.stat(local_path(location))
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def local_path(location: str) -> str:
    """The path of a local location; undoes `portable_location`."""
    if location.startswith("file://"):
        return os.fsdecode(unquote_to_bytes(urlsplit(location).path))
    return location


def name_at(location: str) -> str:
    """The file name in a location, as a person reads it."""
    if is_remote(location):
        return location.rpartition("/")[2]
    return readable_name(os.path.basename(local_path(location)))


def portable_location(path: Path) -> str:
    """An absolute path that can be stored as UTF-8; a `file://` URL where it cannot."""
    text = os.path.abspath(path)
    return text if _is_utf8(text) else Path(text).as_uri()


def readable_name(name: str) -> str:
    """A file name as a person reads it; names in legacy encodings are GB18030."""
    if _is_utf8(name):
        return name
    raw = os.fsencode(name)
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "backslashreplace")


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _open(location: str, name: str) -> BinaryIO:
    if is_remote(location):
        return open_remote(location)
    path = local_path(location)
    mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode):
        raise UnreadableRecording(name, "is a folder, not a file")
    if not stat.S_ISREG(mode):
        raise UnreadableRecording(name, "is not a regular file (a pipe or a device)")
    return open(path, "rb")
