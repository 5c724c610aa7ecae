"""Who is told how far the night is."""

import sys
from typing import Protocol

from qa_pipeline.batch.outcomes import GroupResult, OutcomeKind
from qa_pipeline.batch.work import WorkList


class Progress(Protocol):
    """Told at the start what there is to do, and after every group what was done."""

    def begin(self, work: WorkList) -> None: ...

    def advance(self, done: GroupResult) -> None: ...

    def end(self) -> None: ...


class PlainLines:
    """One line to stderr for each recording: for logs, pipes and schedulers."""

    def __init__(self) -> None:
        self.total = 0
        self.finished = 0

    def begin(self, work: WorkList) -> None:
        self.total = work.to_do
        if self.total:
            _say(f"{self.total} recordings to evaluate")

    def advance(self, done: GroupResult) -> None:
        for outcome in done.outcomes:
            self.finished += 1
            said = outcome.reason if outcome.kind is OutcomeKind.NOT_READABLE else outcome.call_id
            _say(f"[{self.finished}/{self.total}] {outcome.recording}: {outcome.kind} {said or ''}")

    def end(self) -> None:
        pass


def _say(line: str) -> None:
    sys.stderr.write(line.rstrip() + "\n")
    sys.stderr.flush()
