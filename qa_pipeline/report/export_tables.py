"""Export lines made flat, for CSV and Excel."""

import json
from collections.abc import Iterable, Iterator, Mapping

from qa_pipeline.domain.metrics import METRIC_NAMES
from qa_pipeline.report.export_rows import ExportKind, Row
from qa_pipeline.report.review_words import DONE


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TABLE_COLUMNS: Mapping[ExportKind, tuple[str, ...]] = {
    ExportKind.CALLS: (
        *_names("call_id recording recording_id agent_id agent_name team queue direction"),
        *_names("started_at duration_ms audio_channels customer_ref business_type rating"),
        *_names("rubric rubric_version routed_by_default percent raw_percent critical_percent"),
        *_names("passed auto_failed_by judged_points not_judged_points method role_confidence"),
        *_names("quality no_conversation"),
        *(name for name in METRIC_NAMES if name != "duration_ms"),
        *_names("hang_up_by unmeasured extra"),
    ),
    ExportKind.TRANSCRIPTS: _names(
        "call_id recording method role_confidence role start_ms end_ms text confidence "
        "quarantined_because"
    ),
    ExportKind.DETECTIONS: _names(
        "call_id recording detector_id version outcome probability abstained_because evidence"
    ),
    ExportKind.SCORES: _names(
        "call_id recording rubric rubric_version criterion title detector_id outcome "
        "points_awarded points_possible points_lost abstained_because hint receipts"
    ),
    ExportKind.QUEUE: _names(
        "call_id inspector_id day reason inclusion_probability expected_review_ms position "
        "design_id seed"
    ),
    ExportKind.REVIEWS: _names(
        "review_id call_id inspector_id reviewed_at spent_ms detector_id decision start_ms "
        "end_ms criterion answer points_awarded note"
    ),
    ExportKind.CASES: _names(
        "case_id call_id subject kind status clip_start_ms clip_end_ms start_ms end_ms "
        "situation quote why score stale_because"
    ),
}
"""Columns of the table forms, in order; an export without lines has them too."""


def flattened(kind: ExportKind, rows: Iterable[Row]) -> Iterator[Row]:
    """One line an utterance for transcripts, one a decision or answer for reviews.

    Elsewhere a line stays a line and what is nested in it becomes JSON.
    """
    for row in rows:
        if kind is ExportKind.TRANSCRIPTS:
            yield from _one_per_utterance(row)
        elif kind is ExportKind.REVIEWS:
            yield from one_per_decision(row)
        else:
            yield {key: _as_cell(value) for key, value in row.items()}


def _one_per_utterance(row: Row) -> Iterator[Row]:
    call = {key: value for key, value in row.items() if key != "utterances"}
    for utterance in row["utterances"]:
        yield {**call, **utterance}


def one_per_decision(row: Row) -> Iterator[Row]:
    """A review line as lines of the review table, the last one closing it."""
    keys = ("review_id", "call_id", "inspector_id", "reviewed_at", "spent_ms")
    review = {key: row[key] for key in keys}
    for decision in row["decisions"]:
        yield {**review, **decision}
    for answer in row["answers"]:
        yield {
            **review,
            "criterion": answer["criterion"],
            "answer": answer["outcome"],
            "points_awarded": answer["points_awarded"],
            "note": answer["note"],
        }
    yield {**review, "decision": DONE, "note": row["note"]}


def _as_cell(value: object) -> object:
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return value
