"""`run`: the night, on Prefect's temporary local API."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa_pipeline.batch.options import RunOptions
from qa_pipeline.batch.stopping import Stopped, StopSignal
from qa_pipeline.cli.common import (
    EXIT_DONE,
    EXIT_INTERRUPTED,
    EXIT_SOME_UNREADABLE,
    JsonOption,
    WorkspaceOption,
    parse_day,
    print_json,
    settings_for,
    stderr,
    stdout,
)
from qa_pipeline.errors import UsageError
from qa_pipeline.settings import Settings

if TYPE_CHECKING:
    from qa_pipeline.batch.night import NightResult
    from qa_pipeline.batch.progress import Progress

# Whatever works is imported within the functions here: Prefect's server comes first, and
# comes up while the rest is imported.

_CHANNELS = {"left": 0, "right": 1, "0": 0, "1": 1}


def register(app: typer.Typer) -> None:
    app.command("run")(run)


def run(
    paths: Annotated[list[str], typer.Argument(help="Recordings: files, folders, s3:// URLs.")],
    metadata: Annotated[Path | None, typer.Option(help="calls.csv: one row a recording.")] = None,
    rubric: Annotated[
        Path | None, typer.Option(help="Judge every call by this file, whatever applies.")
    ] = None,
    inspectors: Annotated[
        Path | None, typer.Option(help="inspectors.csv: who hears, and how much.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="A model folder or a faster-whisper name.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Task runs at the same time.")] = 1,
    since: Annotated[
        str | None, typer.Option(help="Leave out what started before this day.")
    ] = None,
    retranscribe: Annotated[
        bool, typer.Option("--retranscribe", help="Listen again to what is known.")
    ] = False,
    agent_channel: Annotated[
        str | None, typer.Option(help="left or right: where the agent is in stereo.")
    ] = None,
    channel_map: Annotated[
        str | None, typer.Option(help="AGENT,CUSTOMER of more than two channels, such as 2,0.")
    ] = None,
    name_pattern: Annotated[
        str | None, typer.Option(help="Regular expression with named groups over file names.")
    ] = None,
    raw_format: Annotated[
        str | None, typer.Option(help="Headerless audio, e.g. ulaw:8000:1.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Judge all new recordings, plan today's queue and mine cases."""
    settings = settings_for(workspace)
    options = RunOptions(
        paths=tuple(paths),
        workspace=settings.workspace,
        metadata=metadata,
        rubric=rubric,
        inspectors=inspectors,
        model=model,
        workers=workers,
        since=parse_day(since) if since else None,
        retranscribe=retranscribe,
        agent_channel=_channel(agent_channel),
        channel_map=_channel_map(channel_map),
        name_pattern=name_pattern,
        raw_format=raw_format,
    )
    if dry_run:
        return _say_plan(options, settings, as_json)
    stop = StopSignal()
    try:
        with _asked_to_stop(stop):
            night = _on_temporary_server(options, settings, stop, as_json)
    except Stopped:
        _say("interrupted: what was finished is saved; run again to go on from there")
        return EXIT_INTERRUPTED
    if as_json:
        print_json(run_document(night))
    else:
        from qa_pipeline.cli.summary import print_summary

        print_summary(night, settings, stdout)
    return EXIT_SOME_UNREADABLE if night.not_readable else EXIT_DONE


def run_document(night: "NightResult") -> dict[str, Any]:
    """The JSON document of `run --json`."""
    return {
        "evaluated": len(night.evaluated),
        "already_done": len(night.already_done),
        "not_readable": [
            {"recording": o.recording, "reason": o.reason} for o in night.not_readable
        ],
        "stage_seconds": dict(night.stage_seconds),
        "day": night.day,
        "queued": len(night.tasks),
        "new_cases": len(night.new_cases),
        "skipped_files": night.skipped_count,
        "warnings": [*night.warnings, *night.notes],
    }


def _on_temporary_server(
    options: RunOptions, settings: Settings, stop: StopSignal, as_json: bool
) -> "NightResult":
    from flows.temporary_server import temporary_server

    # The server takes seconds to come up. Meanwhile the rest is imported, rubrics and tables
    # are read, and the night begins as far as it can.
    with temporary_server(options.workspace) as server:
        from qa_pipeline.batch.head_start import HeadStart
        from qa_pipeline.batch.one_at_a_time import turn
        from qa_pipeline.batch.shift import open_shift

        with (
            open_shift(options, settings, stop, datetime.now(UTC)) as shift,
            turn(options.workspace, stop.check, _say),
            closing(HeadStart(shift)) as begun,
        ):
            from flows.nightly import run_night

            progress = _progress(as_json)
            server.wait(stop.check)
            try:
                return run_night(shift, begun, progress)
            finally:
                progress.end()


@contextmanager
def _asked_to_stop(stop: StopSignal) -> Iterator[None]:
    """Ctrl-C and SIGTERM set the signal; whoever works looks at it between two pieces of work.

    Nothing is torn out of anybody's hands the first time. Who asks twice does not
    want to wait: every save is one transaction, so that is safe as well.
    """

    def request(_signum: int, _frame: object) -> None:
        if stop.requested:
            os._exit(EXIT_INTERRUPTED)
        stop.request()

    before = {s: signal.signal(s, request) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)


def _say(line: str) -> None:
    stderr.print(line, markup=False, soft_wrap=True)


def _progress(as_json: bool) -> "Progress":
    from qa_pipeline.batch.progress import PlainLines
    from qa_pipeline.cli.progress_bar import ProgressBar

    if sys.stderr.isatty() and not as_json:
        return ProgressBar(stderr)
    return PlainLines()


def _channel(text: str | None) -> int | None:
    if text is None:
        return None
    if text.lower() not in _CHANNELS:
        raise UsageError(f"--agent-channel {text}: say left or right")
    return _CHANNELS[text.lower()]


def _channel_map(text: str | None) -> tuple[int, int] | None:
    if not text:
        return None
    from qa_pipeline.ingest import parse_channel_map

    return parse_channel_map(text)


def _say_plan(options: RunOptions, settings: Settings, as_json: bool) -> int:
    from qa_pipeline.batch.preview_run import what_would_be_done

    plan = what_would_be_done(options, settings)
    if as_json:
        print_json(plan)
    else:
        for recording in plan["to_evaluate"]:
            stdout.print(recording, markup=False, soft_wrap=True)
        stdout.print(
            f"{len(plan['to_evaluate'])} recordings to evaluate, {plan['already_done']} already "
            f"done, {len(plan['not_readable'])} not readable (dry run: nothing was done)",
            soft_wrap=True,
        )
    return EXIT_DONE
