"""Forget calls that are older than the centre may keep them."""

import dataclasses
from datetime import datetime
from pathlib import Path

from qa_pipeline.store import CallStore


def purge_before(store: CallStore, workspace: Path, before: datetime) -> dict[str, int]:
    """Remove the calls that took place before a moment, and the sound kept of them.

    The recordings themselves are the centre's and stay where they are.
    """
    gone = [
        judged.analyzed.call.recording.recording_id for judged in store.judged_calls(until=before)
    ]
    counts = store.purge(before)
    playback = [workspace / "clips" / "playback" / f"{r}.wav" for r in gone]
    for path in (*map(Path, counts.clip_paths), *playback):
        path.unlink(missing_ok=True)
    return {
        field.name: getattr(counts, field.name)
        for field in dataclasses.fields(counts)
        if field.name != "clip_paths"
    }
