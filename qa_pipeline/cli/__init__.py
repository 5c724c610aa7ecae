"""The command line: thin shells over `batch` and `flows` (DESIGN section 10)."""

import sys

import typer

from qa_pipeline import __version__
from qa_pipeline.cli import (
    calls,
    cases,
    maintenance,
    night,
    queue,
    reports,
    rubrics,
    serve,
    trainings,
    users,
)
from qa_pipeline.cli.common import EXIT_BAD_USAGE, EXIT_DONE, run_guarded
from qa_pipeline.errors import UsageError

app = typer.Typer(
    name="qa-pipeline",
    help="Quality inspection of recorded calls: run it at night, hear what matters by day.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for part in (night, queue, calls, serve, reports, maintenance):
    part.register(app)
app.add_typer(rubrics.app, name="rubric")
app.add_typer(cases.app, name="cases")
app.add_typer(queue.review_app, name="review")
app.add_typer(trainings.app, name="training")
app.add_typer(users.app, name="user")
app.add_typer(maintenance.db_app, name="db")


@app.callback(invoke_without_command=True)
def _root(
    version: bool = typer.Option(False, "--version", help="Print the version and leave."),
) -> None:
    if version:
        typer.echo(f"qa-pipeline {__version__}")
        raise typer.Exit(EXIT_DONE)


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run_guarded(_run))


def _run() -> int:
    try:
        code = app(standalone_mode=False)
    except typer.Abort as abort:  # typer's word for Ctrl-C
        raise KeyboardInterrupt from abort
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            sys.stderr.write(f"{error.format_message()}\n")
            return EXIT_BAD_USAGE
        context = getattr(error, "ctx", None)
        advice = f"; see `{context.command_path} --help`" if context is not None else ""
        message = " ".join(error.format_message().split()).rstrip(".")
        raise UsageError(f"{message}{advice}") from error
    return code if isinstance(code, int) else EXIT_DONE
