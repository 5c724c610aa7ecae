"""Commands that are imported when they are asked for: nobody should wait for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup


@dataclass(frozen=True, slots=True)
class Home:
    """Where a command lives: a module of this package with a `register`, and what it does."""

    module: str
    summary: str


COMMANDS: Mapping[str, Home] = {
    "run": Home("night", "Judge all new recordings, plan today's queue and mine cases."),
    "show": Home("calls", "Transcript, evidence and receipts of one call."),
    "export": Home(
        "calls", "Write calls, transcripts, detections, scores, queue, reviews or cases to a file."
    ),
    "verify": Home(
        "calls", "Run the detectors again from stored inputs and compare byte for byte."
    ),
    "rejudge": Home(
        "calls", "Judge stored calls again under today's rubrics, without transcribing again."
    ),
    "serve": Home(
        "serve", "Open the review desk, on this machine only unless --host says otherwise."
    ),
    "report": Home(
        "reports",
        "Write the report of the day, week or month as HTML and CSV; print the estimated rates.",
    ),
    "doctor": Home("maintenance", "Say what works on this machine and what does not."),
    "purge": Home(
        "maintenance",
        "Remove everything of calls older than so many days; their cases are retired.",
    ),
    "calibrate": Home(
        "maintenance",
        "Compare the machine with its reviewers and these with each other; let it learn from them.",
    ),
    "queue": Home("queue", "Today's reviews and why each was chosen."),
    "rubric": Home("rubrics", "Check, test and preview a rubric file."),
    "cases": Home("cases", "The case library."),
    "review": Home("queue", "Reviews that inspectors made elsewhere."),
    "training": Home("trainings", "Trainings: what was held, what it changed, who needs one."),
    "user": Home("users", "Who may log in to the review desk."),
    "db": Home("maintenance", "The workspace's database."),
}
"""In the order of the help; each summary is the first line of the command's own help."""


class CommandsOnDemand(TyperGroup):
    """The commands of `COMMANDS`; the list of them imports none."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            self.commands[cmd_name] = imported(cmd_name)
        return self.commands.get(cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, home.summary) for name, home in COMMANDS.items()])


def imported(name: str) -> Any:
    """The command itself, its module imported now."""
    part = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    import_module(f"qa_pipeline.cli.{COMMANDS[name].module}").register(part)
    return typer.main.get_group(part).commands[name]
