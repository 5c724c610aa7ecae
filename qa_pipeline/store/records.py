"""What the store itself has to tell: quarantine, runs, audit, purge."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedRecording:
    """A recording that could not be read; `recording_id` is None where it had no bytes."""

    path: str
    name: str
    reason: str
    recording_id: str | None
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One finished run: `counts` by outcome, `stage_seconds` by stage."""

    run_id: int
    started_at: datetime
    finished_at: datetime
    counts: Mapping[str, int]
    stage_seconds: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what to which subject; appended, never deleted."""

    entry_id: int
    at: datetime
    who: str
    action: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeCounts:
    """How many rows a purge removed; `clip_paths` are files the caller deletes now.

    `cases_retired` counts cases that were not retired before.
    """

    calls: int
    judgements: int
    detections: int
    tasks: int
    reviews: int
    cases_retired: int
    clips: int
    quarantined: int
    clip_paths: tuple[str, ...]
