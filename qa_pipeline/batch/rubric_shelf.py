"""All versions of the centre's rubrics: the files, and those that stored scores cite."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.errors import NotFound, RubricError
from qa_pipeline.rubric_files import load_rubric
from qa_pipeline.store import CallStore
from qa_pipeline.text.lexicons import rubrics_dir

_TOP = re.compile(r"^(rubric|version|title):[ \t]*['\"]?(.*?)['\"]?[ \t]*(?:#.*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfEntry:
    """One version: in a file, cited by stored scores, or both.

    `file` is its name; `first_used_at` and `n_calls` (judged by it now) are of the
    store. What the file holds now may differ from what scored: `load` tells.
    """

    rubric_id: str
    version: int
    title: str
    file: str | None = None
    first_used_at: datetime | None = None
    n_calls: int = 0


def rubric_shelf(store: CallStore) -> tuple[tuple[ShelfEntry, ...], tuple[str, ...]]:
    """Every version by rubric_id, the newest first; and files whose heading cannot be read.

    Files are only glanced at: reading one takes seconds.
    """
    found = {
        (r.rubric_id, r.version): ShelfEntry(
            rubric_id=r.rubric_id,
            version=r.version,
            title=r.title,
            first_used_at=r.first_used_at,
            n_calls=r.n_calls,
        )
        for r in store.rubric_records()
    }
    unread = []
    for path in _files():
        heading = _heading(path)
        if heading is None:
            unread.append(path.name)
            continue
        rubric_id, version, title = heading
        stored = found.get((rubric_id, version))
        found[rubric_id, version] = ShelfEntry(
            rubric_id=rubric_id,
            version=version,
            title=title,
            file=path.name,
            first_used_at=stored.first_used_at if stored else None,
            n_calls=stored.n_calls if stored else 0,
        )
    ordered = sorted(found.values(), key=lambda e: (e.rubric_id, -e.version))
    return tuple(ordered), tuple(unread)


def shelved_rubric(store: CallStore, rubric_id: str, version: int) -> Rubric:
    """A version as it scored calls, else as its file says.

    Raises NotFound where neither has it, RubricError where the file is wrong.
    """
    digests = {(name, number): digest for name, number, digest in store.rubric_versions()}
    if digest := digests.get((rubric_id, version)):
        return _stored(store, rubric_id, version, digest)
    file = file_of(rubric_id, version)
    if file is None:
        raise NotFound(f"rubric {rubric_id} version {version} is neither stored nor in a file")
    return rubric_in(file)


def file_of(rubric_id: str, version: int) -> Path | None:
    """The file that carries this version now; found by what the files say, never by a path."""
    for path in _files():
        if (heading := _heading(path)) and heading[:2] == (rubric_id, version):
            return path
    return None


def rubric_in(file: Path) -> Rubric:
    """The file's rubric, read again only when a rule file has changed (raises RubricError)."""
    return _read(file, rules_stamp(file))


def _files() -> tuple[Path, ...]:
    folder = rubrics_dir()
    return tuple(sorted(p for p in folder.glob("*.y*ml") if p.suffix in {".yaml", ".yml"}))


def _heading(path: Path) -> tuple[str, int, str] | None:
    try:
        text = path.read_bytes()[:4000].decode("utf-8-sig", "replace")
    except OSError:
        return None
    top = dict(reversed(_TOP.findall(text)))
    if "rubric" not in top or not re.fullmatch(r"[0-9]{1,9}", top.get("version", "")):
        return None
    return top["rubric"], int(top["version"]), top.get("title") or top["rubric"]


def rules_stamp(file: Path) -> tuple[tuple[str, int, int], ...]:
    """What says that a rubric or one of the lists it may use was edited."""
    used = (file, *sorted(rubrics_dir().glob("phrases/*")), *sorted(rubrics_dir().glob("taught/*")))
    try:
        states = [(path.name, path.stat()) for path in used]
    except OSError as error:
        raise RubricError(f"{error.filename}: cannot be read; check the file") from error
    return tuple((name, state.st_mtime_ns, state.st_size) for name, state in states)


@lru_cache(maxsize=4)
def _read(file: Path, _state: tuple[tuple[str, int, int], ...]) -> Rubric:
    return load_rubric(file)


@lru_cache(maxsize=4)
def _stored(store: CallStore, rubric_id: str, version: int, _digest: str) -> Rubric:
    """Decoding one takes long, and a stored version never changes."""
    return store.rubric(rubric_id, version)
