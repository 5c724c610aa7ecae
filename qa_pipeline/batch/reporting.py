"""A report from the store to its files."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from qa_pipeline.batch.estimating import estimate_period
from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.batch.trainings import effects_in
from qa_pipeline.domain.estimate import Estimates
from qa_pipeline.domain.training import TrainingEffect
from qa_pipeline.report import Period, ReportKind, build_report, period_of, row_of, write_report
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenReport:
    """The files of a report, HTML and CSV, and the estimates that stand in them."""

    files: tuple[Path, Path]
    estimates: Estimates


def report_period(
    store: CallStore, settings: Settings, kind: ReportKind, day: date, folder: Path
) -> WrittenReport:
    """Write the report of the day, week or month of `day`.

    Its estimates speak of the calls that could be drawn on the period's days.
    """
    period = period_of(kind, day)
    estimates = estimate_period(store, period.first, period.last)
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
        estimates=estimates,
        trainings=_trainings(store, settings, period),
    )
    return WrittenReport(files=write_report(report, folder), estimates=estimates)


def _trainings(store: CallStore, settings: Settings, period: Period) -> tuple[TrainingEffect, ...]:
    """In the monthly report only: a day or a week says nothing of a training."""
    if period.kind is not ReportKind.MONTHLY:
        return ()
    zone = ZoneInfo(settings.queue.centre_time_zone)
    return effects_in(store, period.first, period.last, zone)
