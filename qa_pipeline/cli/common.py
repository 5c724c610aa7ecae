"""What every command shares: options, the settings, JSON, and how errors end."""

import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from qa_pipeline.errors import (
    ConfigurationError,
    NotFound,
    OutputError,
    QaPipelineError,
    StoreError,
    UsageError,
)
from qa_pipeline.settings import Settings, has_database

if TYPE_CHECKING:
    from qa_pipeline.store import CallStore

EXIT_DONE = 0
EXIT_SOME_UNREADABLE = 1
EXIT_BAD_USAGE = 2
EXIT_FOUND_SOMETHING = 3
EXIT_INTERRUPTED = 130

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        help="Folder that holds everything a run leaves.",
        show_default="workspace",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document to stdout and nothing else there.")
]
DayOption = Annotated[
    str | None, typer.Option("--date", "-d", help="Day as YYYY-MM-DD.", show_default="today")
]

stderr = Console(stderr=True, highlight=False)
stdout = Console(highlight=False)


def settings_for(workspace: Path | None) -> Settings:
    """The settings from the environment, with the workspace that was asked for."""
    try:
        settings = Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()
        )
        raise ConfigurationError(
            f"environment QA_PIPELINE_*: {problems}; correct or unset the variable"
        ) from error
    return settings if workspace is None else settings.model_copy(update={"workspace": workspace})


@contextmanager
def existing_store(settings: Settings) -> Iterator["CallStore"]:
    """The store of a workspace that a run has made before."""
    if not has_database(settings.workspace):
        raise UsageError(
            f"{settings.workspace}: no qa.db in this workspace; "
            "run `qa-pipeline run PATH` first or name another with --workspace"
        )
    # The database's libraries take half a second that `--help` should not pay.
    from qa_pipeline.store import open_store

    with open_store(settings.workspace, create=False) as store:
        yield store


def cli_user() -> str:
    """Who runs the command, for the audit log: `cli:` and the operating system's name."""
    try:
        return f"cli:{getpass.getuser()}"
    except (OSError, KeyError, ImportError):  # a user id without a name, as in containers
        return f"cli:uid {os.getuid()}" if hasattr(os, "getuid") else "cli:unknown"


def day_or(text: str | None, default: date) -> date:
    """The day that was given, else the default."""
    return default if text is None else parse_day(text)


def parse_day(text: str) -> date:
    """A day from YYYY-MM-DD; anything else is a UsageError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is not a day; write it as YYYY-MM-DD") from error


def print_json(document: Any) -> None:
    """Print one JSON document to stdout; dates as ISO 8601, Chinese as it is where it can be."""
    escape = "utf" not in (sys.stdout.encoding or "").lower()
    sys.stdout.write(json.dumps(document, ensure_ascii=escape, indent=2, default=_plain) + "\n")


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def exit_code_of(error: QaPipelineError) -> int:
    """Bad usage, configuration and ids are 2; so is a store or disk that refuses."""
    known = (UsageError, ConfigurationError, NotFound, StoreError, OutputError)
    return EXIT_BAD_USAGE if isinstance(error, known) else EXIT_SOME_UNREADABLE


def run_guarded(body: Callable[[], int]) -> int:
    """Run a whole command line: our errors become one clear line and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal without Chinese or a file name in another encoding is no reason to end.
            stream.reconfigure(errors="replace")
    try:
        return body()
    except QaPipelineError as error:
        for line in str(error).splitlines():
            sys.stderr.write(f"error: {line}\n")
        return exit_code_of(error)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # `qa-pipeline show … | head` closed our stdout: that is the reader's choice, no error.
        sys.stderr.close()
        return EXIT_DONE
