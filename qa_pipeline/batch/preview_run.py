"""`run --dry-run`: what a run would do, without doing it."""

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qa_pipeline.batch.options import RunOptions
from qa_pipeline.batch.outcomes import OutcomeKind, of_kind
from qa_pipeline.batch.prepare import find_work
from qa_pipeline.batch.shift import open_shift
from qa_pipeline.batch.stopping import StopSignal
from qa_pipeline.sample import read_inspectors
from qa_pipeline.settings import Settings, has_database


def what_would_be_done(options: RunOptions, settings: Settings) -> dict[str, Any]:
    """The recordings that a run would judge, and why others would not be.

    A workspace that does not exist is not made: the work is counted against an
    empty one. Files that turn out unreadable only when decoded are not known yet.
    """
    if options.inspectors is not None:
        read_inspectors(options.inspectors)
    with tempfile.TemporaryDirectory() as empty:
        exists = has_database(options.workspace)
        asked = options if exists else replace(options, workspace=Path(empty))
        asked = replace(asked, inspectors=None)
        with open_shift(asked, settings, StopSignal(), datetime.now(UTC)) as shift:
            work = find_work(shift)
    return {
        "to_evaluate": [item.source.name for group in work.groups for item in group],
        "already_done": len(of_kind(work.outcomes, OutcomeKind.ALREADY_DONE)),
        "not_readable": [
            {"recording": o.recording, "reason": o.reason}
            for o in of_kind(work.outcomes, OutcomeKind.NOT_READABLE)
        ],
        "skipped_files": work.skipped_count,
        "warnings": list(work.warnings),
    }
