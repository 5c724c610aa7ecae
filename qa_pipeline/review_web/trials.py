"""Checks and previews of drafts that run in the background, one of each at a time."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Lock, Thread
from time import monotonic

from qa_pipeline.batch.previewing import Preview, preview_rubric
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.errors import QaPipelineError, UsageError
from qa_pipeline.rubric_files import LintProblem, lint
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore

MOST_CALLS = 1000
LONGEST_S = 300.0
LONGEST_CHECK_S = 900.0
MOST_KEPT = 20


class TrialKind(StrEnum):
    CHECK = "check"
    PREVIEW = "preview"


@dataclass(slots=True, kw_only=True)
class Trial:
    """One run: `done` of `total` calls while it lasts, then what it found or why it failed."""

    days: tuple[date | None, date | None] = (None, None)
    is_running: bool = True
    done: int = 0
    total: int = 0
    problems: tuple[LintProblem, ...] = ()
    preview: Preview | None = None
    failed: str = ""


@dataclass(slots=True)
class Trials:
    """The runs of this process; they are forgotten when it ends."""

    store: CallStore
    settings: Settings
    _runs: dict[tuple[TrialKind, str], Trial] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, kind: TrialKind, draft_id: str) -> Trial | None:
        """The run as it is now; what it found is there when it says that it has ended."""
        run = self._runs.get((kind, draft_id))
        return replace(run) if run else None

    def check(self, draft_id: str, draft: Rubric) -> bool:
        """Start the check of a draft unless it was made; False where another one runs."""
        found = self.of(TrialKind.CHECK, draft_id)
        if found is not None and not found.failed:
            return True

        def work(trial: Trial) -> None:
            trial.problems = _linted(draft)

        return self._start(TrialKind.CHECK, draft_id, Trial(), work)

    def preview(self, draft_id: str, draft: Rubric, days: tuple[date | None, date | None]) -> bool:
        """Start scoring stored calls with a draft; False where another preview runs."""
        ends = monotonic() + LONGEST_S

        def work(trial: Trial) -> None:
            def goes_on(done: int, total: int) -> bool:
                trial.done, trial.total = done, total
                return monotonic() < ends

            trial.preview = preview_rubric(
                self.store, self.settings, draft, days, at_most=MOST_CALLS, goes_on=goes_on
            )

        return self._start(TrialKind.PREVIEW, draft_id, Trial(days=days), work)

    def _start(
        self, kind: TrialKind, draft_id: str, trial: Trial, work: Callable[[Trial], None]
    ) -> bool:
        with self._lock:
            if any(run.is_running for (k, _), run in self._runs.items() if k is kind):
                return False
            self._runs.pop((kind, draft_id), None)
            while len(self._runs) >= MOST_KEPT:
                self._runs.pop(next(k for k, run in self._runs.items() if not run.is_running))
            self._runs[kind, draft_id] = trial
        Thread(target=_run, args=(trial, work), daemon=True).start()
        return True


def _linted(draft: Rubric) -> tuple[LintProblem, ...]:
    """In a process of its own: minutes of work that must not slow the pages down."""
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_lint_into, args=(theirs, draft), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(LONGEST_CHECK_S):
            raise UsageError(f"the check took longer than {LONGEST_CHECK_S:.0f} s and was ended")
        found: tuple[LintProblem, ...] = ours.recv()
    except EOFError as error:
        raise UsageError("the check's process ended without an answer; try again") from error
    finally:
        process.terminate()
        process.join()
    return found


def _lint_into(answer: Connection, draft: Rubric) -> None:
    if sys.platform != "win32":
        os.nice(10)
    answer.send(lint(draft))


def _run(trial: Trial, work: Callable[[Trial], None]) -> None:
    trial.failed = "stopped before its end"
    try:
        work(trial)
        trial.failed = ""
    except QaPipelineError as error:
        trial.failed = str(error)
    finally:
        trial.is_running = False
