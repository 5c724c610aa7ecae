"""A progress bar for a terminal."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from qa_pipeline.batch.outcomes import GroupResult, OutcomeKind
from qa_pipeline.batch.work import WorkList


class ProgressBar:
    """Counts recordings; those that cannot be read are named above the bar."""

    def __init__(self, console: Console) -> None:
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )

    def begin(self, work: WorkList) -> None:
        if work.to_do:
            self.bar.start()
            self.task = self.bar.add_task("evaluating", total=work.to_do)

    def advance(self, done: GroupResult) -> None:
        for outcome in done.outcomes:
            if outcome.kind is OutcomeKind.NOT_READABLE:
                self.bar.console.print(
                    f"{outcome.recording}: {outcome.reason}", markup=False, soft_wrap=True
                )
            self.bar.advance(self.task)

    def end(self) -> None:
        self.bar.stop()
