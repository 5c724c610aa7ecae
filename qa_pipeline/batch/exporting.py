"""What an export reads from the store."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.redact import mask_field, mask_file_name, mask_for, mask_text, mask_whole
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
Rows = Iterator[dict[str, Any]]


def export_rows(
    store: CallStore, what: ExportKind, *, redact: bool = False, all_versions: bool = False
) -> Rows:
    """The rows of one export, streamed.

    With `redact` every free text is masked, what is personal in a call also in the
    quotes, reasons and notes about it; so are customer_ref, fields of `extra` that
    speak of a person, and a telephone number in a file's name or call_id.
    """
    rows = _rows(store, what, redact=redact, all_versions=all_versions)
    return map(_without_identity, rows) if redact else rows


def _rows(store: CallStore, what: ExportKind, *, redact: bool, all_versions: bool) -> Rows:
    about = _masks_of(store) if redact else _raw_masks
    if what is ExportKind.QUEUE:
        return (row for t in store.tasks() for row in queue_rows([t], about(t.call_id)))
    if what is ExportKind.REVIEWS:
        return (row for r in store.reviews() for row in review_rows([r], about(r.call_id)))
    if what is ExportKind.CASES:
        return (row for c in store.cases() for row in case_rows([c], about(c.call_id)))
    rubrics = stored_rubrics(store) if what is ExportKind.SCORES else {}

    def rows() -> Rows:
        for item in store.judged_calls(all_versions=all_versions):
            mask = mask_for(item.analyzed.transcript) if redact else _as_it_is
            if what is ExportKind.CALLS:
                yield from call_rows([item], mask)
            elif what is ExportKind.TRANSCRIPTS:
                yield from transcript_rows([item], mask)
            elif what is ExportKind.SCORES:
                yield from score_rows([item], rubrics, mask)
            else:
                yield from detection_rows([item], mask)

    return rows()


def _masks_of(store: CallStore) -> Callable[[str], Mask]:
    """For each call its own mask; a call that is gone has the general one."""
    known = frozenset(store.call_ids())

    @lru_cache(maxsize=16)
    def about(call_id: str) -> Mask:
        if call_id not in known:
            return mask_text
        return mask_for(store.judged_call(call_id).analyzed.transcript)

    return about


def _without_identity(row: dict[str, Any]) -> dict[str, Any]:
    """The row without what names the customer outside of speech."""
    hidden = dict(row)
    for key in ("recording", "call_id"):
        if row.get(key):
            hidden[key] = mask_file_name(row[key])
    if row.get("customer_ref"):
        hidden["customer_ref"] = mask_whole(row["customer_ref"])
    if row.get("extra"):
        hidden["extra"] = {key: mask_field(key, value) for key, value in row["extra"].items()}
    return hidden


def _raw_masks(_call_id: str) -> Mask:
    return _as_it_is


def _as_it_is(text: str) -> str:
    return text
