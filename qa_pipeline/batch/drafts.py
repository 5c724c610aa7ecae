"""What an inspector has filled in and not handed in: a small file in the workspace.

The browser keeps the same; the file is for another browser, or one that lost it.
"""

import hashlib
import json
from pathlib import Path

from qa_pipeline.atomic_file import replacing

MAX_DRAFT_BYTES = 64 * 1024


def save_draft(workspace: Path, call_id: str, inspector_id: str, draft: str) -> bool:
    """Keep the newest draft; False where it is no JSON object or too long."""
    if len(draft.encode()) > MAX_DRAFT_BYTES or not _is_object(draft):
        return False
    path = _path(workspace, call_id, inspector_id)
    with replacing(path) as temporary:
        temporary.write_text(draft, "utf-8")
    return True


def draft_of(workspace: Path, call_id: str, inspector_id: str) -> str | None:
    """The kept draft as JSON, None where there is none."""
    try:
        return _path(workspace, call_id, inspector_id).read_text("utf-8")
    except FileNotFoundError:
        return None


def forget_draft(workspace: Path, call_id: str, inspector_id: str) -> None:
    """The review was handed in."""
    _path(workspace, call_id, inspector_id).unlink(missing_ok=True)


def drafts_of_call(workspace: Path, call_id: str) -> tuple[Path, ...]:
    """The files of every inspector's draft of one call, for a purge."""
    return tuple((workspace / "drafts").glob(f"{_digest(call_id)}-*.json"))


def _path(workspace: Path, call_id: str, inspector_id: str) -> Path:
    """By digests: an id may hold any character, and a purge finds a call's drafts."""
    name = f"{_digest(call_id)}-{_digest(inspector_id)}.json"
    return workspace / "drafts" / name


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
