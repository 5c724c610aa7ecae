"""A report from the store to its files."""

from datetime import date
from pathlib import Path

from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.report import ReportKind, build_report, row_of, write_report
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore


def report_period(
    store: CallStore, settings: Settings, kind: ReportKind, day: date, folder: Path
) -> tuple[Path, Path]:
    """Write the report of the day, week or month of `day`; the HTML and the CSV."""
    times = store.effective_times()
    rubrics = stored_rubrics(store)
    rows = (
        row_of(
            judged,
            rubrics.get(judged.evaluation.scorecard.rubric_digest),
            file_time=times.get(judged.call_id),
        )
        for judged in store.judged_calls()
    )
    report = build_report(
        kind,
        day,
        rows,
        store.reviews(),
        store.tasks(),
        settings=settings,
        not_readable=len(store.quarantined()),
    )
    return write_report(report, folder)
