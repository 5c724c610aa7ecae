"""A folder or zip that is there whole or not at all, with a manifest of what it holds."""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from qa_pipeline.atomic_file import replacing
from qa_pipeline.errors import OutputError, UsageError

MANIFEST = "manifest.json"
FORMAT = "qa-pipeline training pack"


@contextmanager
def pack_folder(out: Path) -> Iterator[Path]:
    """Yield an empty folder that becomes `out` when the block ends well: a .zip, else a folder.

    Until then `out` stays as it was; whatever goes wrong, nothing half-made is left. A
    folder is replaced only where it is empty or an older pack: UsageError otherwise. An
    OSError (full disk, read-only folder) becomes an OutputError that names `out`.
    """
    if out.suffix.lower() != ".zip":
        _check_replaceable(out)
    made: Path | None = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.stem}-"))
        yield made
        if out.suffix.lower() == ".zip":
            with replacing(out) as temporary:
                _zip(made, temporary)
        else:
            _put(made, out)
    except OutputError as error:  # of a file inside, which nobody knows by that name
        raise OutputError(str(error).replace(str(made), str(out))) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{out}: the pack cannot be written: {reason}") from error
    finally:
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)


def write_manifest(folder: Path, facts: Mapping[str, object]) -> None:
    """Write manifest.json: the facts, and each file with its size and SHA-256."""
    files = [
        {
            "path": path.relative_to(folder).as_posix(),
            "bytes": path.stat().st_size,
            "sha256": _digest(path),
        }
        for path in sorted(p for p in folder.rglob("*") if p.is_file())
    ]
    document = {"format": FORMAT, "format_version": 1, **facts, "files": files}
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def _check_replaceable(out: Path) -> None:
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    try:
        document = json.loads((out / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        document = None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UsageError(
            f"{out} is there already and is no training pack; name another folder or a .zip with -o"
        )


def _zip(folder: Path, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(file, file.relative_to(folder).as_posix())


def _put(made: Path, out: Path) -> None:
    """Let `out` be the new folder; an older one goes only when that is so."""
    made.chmod(0o777 & ~_umask())
    if not out.exists():
        made.rename(out)
        return
    older = made.with_name(f"{made.name}-old")
    out.rename(older)
    try:
        made.rename(out)
    except OSError:
        older.rename(out)
        raise
    shutil.rmtree(older, ignore_errors=True)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
