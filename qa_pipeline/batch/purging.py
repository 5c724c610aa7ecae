"""Forget calls that are older than the centre may keep them."""

import dataclasses
from datetime import datetime
from pathlib import Path

from qa_pipeline.batch.drafts import drafts_of_call
from qa_pipeline.store import CallStore


def purge_before(store: CallStore, workspace: Path, before: datetime) -> dict[str, int]:
    """Remove the calls that took place before a moment, and the sound and drafts kept of them.

    The recordings themselves are the centre's and stay where they are.
    """
    gone = [
        (judged.call_id, judged.analyzed.call.recording.recording_id)
        for judged in store.judged_calls(until=before)
    ]
    counts = store.purge(before)
    recordings = {recording_id for _, recording_id in gone}
    kept = (workspace / "clips" / "playback").glob("*")
    playback = [path for path in kept if path.name.partition(".")[0] in recordings]
    drafts = [path for call_id, _ in gone for path in drafts_of_call(workspace, call_id)]
    for path in (*map(Path, counts.clip_paths), *playback, *drafts):
        path.unlink(missing_ok=True)
    return {
        field.name: getattr(counts, field.name)
        for field in dataclasses.fields(counts)
        if field.name != "clip_paths"
    }
