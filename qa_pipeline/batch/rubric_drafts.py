"""Drafts of rubrics that somebody wants to try: kept beside the store, never in effect."""

import hashlib
import re
from pathlib import Path

from qa_pipeline.atomic_file import replacing
from qa_pipeline.errors import NotFound

MOST_DRAFTS = 20
_ID = re.compile(r"[0-9a-f]{32}")


def keep_rubric_draft(workspace: Path, content: bytes) -> str:
    """Keep a draft under the digest of its content and return that; old ones go (OutputError)."""
    draft_id = hashlib.sha256(content).hexdigest()[:32]
    file = _folder(workspace) / f"{draft_id}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as temporary:
        temporary.write_bytes(content)
    kept = sorted(file.parent.glob("*.yaml"), key=lambda p: p.stat().st_mtime_ns, reverse=True)
    for old in kept[MOST_DRAFTS:]:
        old.unlink(missing_ok=True)
    return draft_id


def rubric_draft_file(workspace: Path, draft_id: str) -> Path:
    """Where a draft lies; NotFound for anything that is not the id of a kept one."""
    file = _folder(workspace) / f"{draft_id}.yaml"
    if not _ID.fullmatch(draft_id) or not file.is_file():
        raise NotFound(f"draft {draft_id[:40]!r} is not kept (any more): upload the file again")
    return file


def _folder(workspace: Path) -> Path:
    return workspace / "rubric_drafts"
