"""The command line: thin shells over `batch` and `flows` (DESIGN section 10)."""

import gc
import sys

import typer

from qa_pipeline import __version__
from qa_pipeline.cli.common import EXIT_BAD_USAGE, EXIT_DONE, run_guarded
from qa_pipeline.cli.on_demand import CommandsOnDemand
from qa_pipeline.errors import UsageError

app = typer.Typer(
    name="qa-pipeline",
    cls=CommandsOnDemand,
    help="Quality inspection of recorded calls: run it at night, hear what matters by day.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _root(
    version: bool = typer.Option(False, "--version", help="Print the version and leave."),
) -> None:
    if version:
        typer.echo(f"qa-pipeline {__version__}")
        raise typer.Exit(EXIT_DONE)


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.set_threshold(50_000)  # what is imported and read stays: looking through it costs a tenth
    code = run_guarded(_run)
    gc.freeze()  # else the interpreter looks through a million objects once more as it ends
    sys.exit(code)


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
