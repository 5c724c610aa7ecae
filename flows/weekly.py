"""The week: the report and estimates of the week that has ended, and a backup."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from qa_pipeline.batch.reporting import report_period
from qa_pipeline.report import ReportKind, markdown_of_estimates
from qa_pipeline.settings import Settings
from qa_pipeline.store import open_store


@task(name="write weekly report", cache_policy=NO_CACHE, persist_result=False)
def write_weekly_report(workspace: Path, day: date, output: Path) -> tuple[tuple[str, ...], str]:
    """The files that were written, and the centre's estimated rates as Markdown."""
    settings = Settings()
    with open_store(workspace, create=False) as store:
        written = report_period(store, settings, ReportKind.WEEKLY, day, output)
    return tuple(map(str, written.files)), markdown_of_estimates(written.estimates)


@task(name="back up the database", cache_policy=NO_CACHE, persist_result=False)
def back_up(workspace: Path) -> str:
    """The file that was written; or who else backs up, where the database is on a server."""
    with open_store(workspace, create=False) as store:
        if store.is_on_server:
            return "the database: backed up by its server (pg_dump), not by this flow"
        folder = workspace / "backups"
        folder.mkdir(exist_ok=True)
        return str(store.backup(folder))


@flow(name="weekly", persist_result=False)
def weekly(workspace: str = "workspace", day: str | None = None) -> tuple[str, ...]:
    """Report the week of `day` (default: yesterday's) into `exports/`, and back up."""
    place = Path(workspace)
    chosen = date.fromisoformat(day) if day else _yesterday()
    files, estimates = write_weekly_report(place, chosen, place / "exports")
    backup = back_up(place)
    listed = "\n".join(f"- {f}" for f in (*files, backup))
    create_markdown_artifact(key="weekly-report", markdown=f"{estimates}\n\n{listed}\n")
    return files


def _yesterday() -> date:
    zone = ZoneInfo(Settings().queue.centre_time_zone)
    return datetime.now(zone).date() - timedelta(days=1)
