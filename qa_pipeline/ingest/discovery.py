"""Which of the files that a person named, or that lie in a folder, are recordings."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from qa_pipeline.errors import UsageError
from qa_pipeline.ingest.call_facts import stem_of
from qa_pipeline.ingest.formats import AUDIO_EXTENSIONS, FORMATS
from qa_pipeline.ingest.metadata import CallTable
from qa_pipeline.ingest.remote import RemoteFile, is_remote, list_remote, names_in_remote
from qa_pipeline.ingest.source import SourceFile, local_path, portable_location, readable_name
from qa_pipeline.ingest.transcript_file import TRANSCRIPT_SUFFIX

_EXTENSIONS = tuple(sorted({e for f in FORMATS for e in f.extensions}))
_AUDIO = tuple(sorted(AUDIO_EXTENSIONS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What was found, in a stable order: as named, folders sorted by path.

    `skipped_count` counts other visible files in folders, `older_count` those
    that `since` left out. `warnings` name folders that could not be listed.
    """

    found: tuple[SourceFile, ...]
    skipped_count: int = 0
    older_count: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class _Search:
    """What one call of `discover` gathers."""

    workspace: str | None
    since: datetime | None
    table: CallTable | None
    found: dict[str, SourceFile] = field(default_factory=dict)
    skipped: int = 0
    older: int = 0
    warnings: list[str] = field(default_factory=list)
    folders: dict[str, "_Folder"] = field(default_factory=dict)
    visited: set[tuple[int, int]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Folder:
    """The names in one folder by stem, so that audio and transcript find each other."""

    transcripts: Mapping[str, str]
    audio: Mapping[str, tuple[str, ...]]


def discover(
    paths: Sequence[str | Path],
    *,
    workspace: Path | None = None,
    since: datetime | None = None,
    table: CallTable | None = None,
) -> Discovery:
    """Find the recordings among files, folders (with all below) and `s3://` URLs.

    A file that was named is always tried. In folders only known extensions
    count; hidden files and `workspace` are passed over. `since` leaves out what
    began earlier (by `table`'s started_at, else by the file's time). Raises
    UsageError for a path that does not exist.
    """
    search = _Search(
        workspace=os.path.realpath(workspace) if workspace else None, since=since, table=table
    )
    for path in paths:
        text = str(path)
        if is_remote(text):
            _search_remote(search, text)
        elif os.path.isdir(local_path(text)):
            _search_folder(search, os.path.abspath(local_path(text)))
        elif os.path.lexists(local_path(text)):
            _add_named(search, os.path.abspath(local_path(text)))
        else:
            raise UsageError(f"{readable_name(text)}: there is no such file or folder")
    return Discovery(
        found=tuple(search.found.values()),
        skipped_count=search.skipped,
        older_count=search.older,
        warnings=tuple(search.warnings),
    )


def _search_folder(search: _Search, folder: str) -> None:
    """Add the recordings below a folder; a link back to a visited folder ends there."""
    if search.workspace is not None and os.path.realpath(folder) == search.workspace:
        return
    try:
        identity = os.stat(folder)
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        search.warnings.append(f"{readable_name(folder)}: cannot be listed: {error.strerror}")
        return
    if (identity.st_dev, identity.st_ino) in search.visited:
        return
    search.visited.add((identity.st_dev, identity.st_ino))
    visible = [entry for entry in entries if not entry.name.startswith(".")]
    names = _folder_of(entry.name for entry in visible)
    search.folders[folder] = names
    for entry in visible:
        if os.path.isdir(entry.path):  # unlike entry.is_dir(), False for a link to itself
            _search_folder(search, entry.path)
        elif os.path.isfile(entry.path):
            _add_listed(search, folder, entry.name, names)
        else:
            search.skipped += 1


def _add_listed(search: _Search, folder: str, name: str, names: _Folder) -> None:
    if not name.lower().endswith(_EXTENSIONS):
        search.skipped += 1
        return
    if _is_transcript(name) and stem_of(name) in names.audio:
        return  # it is part of the audio file's recording
    _add(search, _local_source(folder, name, names))


def _add_named(search: _Search, path: str) -> None:
    folder, name = os.path.split(path)
    if folder not in search.folders:
        try:
            search.folders[folder] = _folder_of(os.listdir(folder))
        except OSError:
            search.folders[folder] = _folder_of(())  # the file itself may still be readable
    names = search.folders[folder]
    partners = names.audio.get(stem_of(name), ()) if _is_transcript(name) else ()
    for each in partners or (name,):
        _add(search, _local_source(folder, each, names, is_named=True))


def _search_remote(search: _Search, url: str) -> None:
    for file in list_remote(url):
        folder, _, name = file.location.rpartition("/")
        if folder not in search.folders:
            search.folders[folder] = _folder_of(names_in_remote(folder))
        names = search.folders[folder]
        if not file.is_named and name.startswith("."):
            continue
        if not file.is_named and not name.lower().endswith(_EXTENSIONS):
            search.skipped += 1
        elif not (_is_transcript(name) and stem_of(name) in names.audio):
            _add(search, _remote_source(file, folder, name, names))
        elif file.is_named:
            for partner in names.audio[stem_of(name)]:
                _search_remote(search, f"{folder}/{partner}")


def _remote_source(file: RemoteFile, folder: str, name: str, names: _Folder) -> SourceFile:
    transcript = None if _is_transcript(name) else names.transcripts.get(stem_of(name))
    return SourceFile(
        location=file.location,
        name=name,
        modified_at=file.modified_at,
        size_bytes=file.size_bytes,
        transcript_location=f"{folder}/{transcript}" if transcript else None,
        is_named=file.is_named,
    )


def _local_source(folder: str, name: str, names: _Folder, *, is_named: bool = False) -> SourceFile:
    path = Path(folder, name)
    transcript = None if _is_transcript(name) else names.transcripts.get(stem_of(name))
    modified_at, size_bytes = None, None
    try:
        found = path.stat()
        size_bytes = found.st_size
        modified_at = datetime.fromtimestamp(found.st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        pass  # whoever reads the file says what is wrong with it
    return SourceFile(
        location=portable_location(path),
        name=readable_name(name),
        modified_at=modified_at,
        size_bytes=size_bytes,
        transcript_location=portable_location(Path(folder, transcript)) if transcript else None,
        is_named=is_named,
    )


def _add(search: _Search, source: SourceFile) -> None:
    if source.location in search.found:
        return
    if search.since is not None and not source.is_named:
        said = search.table.started_at(source.location, source.name) if search.table else None
        began_at = said or source.modified_at
        if began_at is not None and began_at < search.since:
            search.older += 1
            return
    search.found[source.location] = source


def _folder_of(names: Iterator[str] | Collection[str]) -> _Folder:
    transcripts: dict[str, str] = {}
    audio: dict[str, tuple[str, ...]] = {}
    for name in sorted(names):
        if _is_transcript(name):
            transcripts[stem_of(name)] = name
        elif name.lower().endswith(_AUDIO):
            audio[stem_of(name)] = (*audio.get(stem_of(name), ()), name)
    return _Folder(transcripts, audio)


def _is_transcript(name: str) -> bool:
    return name.lower().endswith(TRANSCRIPT_SUFFIX)
