"""`report daily|weekly|monthly`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from qa_pipeline.batch.reporting import report_period
from qa_pipeline.cli.common import (
    EXIT_DONE,
    DayOption,
    JsonOption,
    WorkspaceOption,
    day_or,
    existing_store,
    print_json,
    settings_for,
    stdout,
)
from qa_pipeline.report import ReportKind, estimate_document, print_estimates


def register(app: typer.Typer) -> None:
    app.command("report")(report)


def report(
    kind: Annotated[ReportKind, typer.Argument(help="daily, weekly or monthly.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write.")],
    day: DayOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Write the report of the day, week or month as HTML and CSV; print the estimated rates."""
    settings = settings_for(workspace)
    today = datetime.now(ZoneInfo(settings.queue.centre_time_zone)).date()
    with existing_store(settings) as store:
        written = report_period(store, settings, kind, day_or(day, today), output)
    if as_json:
        estimates = estimate_document(written.estimates)
        print_json({"files": list(written.files), "estimates": estimates})
    else:
        print_estimates(stdout, written.estimates)
        for path in written.files:
            stdout.print(str(path), markup=False, soft_wrap=True)
    return EXIT_DONE
