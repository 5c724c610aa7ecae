"""What an export reads from the store."""

from collections.abc import Callable, Iterator
from typing import Any

from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.report import (
    ExportKind,
    call_rows,
    case_rows,
    detection_rows,
    queue_rows,
    review_rows,
    score_rows,
    transcript_rows,
)
from qa_pipeline.store import CallStore

Mask = Callable[[str], str]


def export_rows(
    store: CallStore, what: ExportKind, mask: Mask | None = None, *, all_versions: bool = False
) -> Iterator[dict[str, Any]]:
    """The rows of one export, streamed; `mask` goes over every free text."""
    hide = mask or _as_it_is
    if what is ExportKind.QUEUE:
        return queue_rows(store.tasks(), hide)
    if what is ExportKind.REVIEWS:
        return review_rows(store.reviews(), hide)
    if what is ExportKind.CASES:
        return case_rows(store.cases(), hide)
    judged = store.judged_calls(all_versions=all_versions)
    if what is ExportKind.CALLS:
        return call_rows(judged, hide)
    if what is ExportKind.TRANSCRIPTS:
        return transcript_rows(judged, hide)
    if what is ExportKind.SCORES:
        return score_rows(judged, stored_rubrics(store), hide)
    return detection_rows(judged, hide)


def _as_it_is(text: str) -> str:
    return text
