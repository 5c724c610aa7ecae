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
from qa_pipeline.report import ReportKind


def register(app: typer.Typer) -> None:
    app.command("report")(report)


def report(
    kind: Annotated[ReportKind, typer.Argument(help="daily, weekly or monthly.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write.")],
    day: DayOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Write the report of the day, week or month as HTML and CSV."""
    settings = settings_for(workspace)
    today = datetime.now(ZoneInfo(settings.queue.centre_time_zone)).date()
    with existing_store(settings) as store:
        written = report_period(store, settings, kind, day_or(day, today), output)
    if as_json:
        print_json({"files": list(written)})
    else:
        for path in written:
            stdout.print(str(path), markup=False, soft_wrap=True)
    return EXIT_DONE
