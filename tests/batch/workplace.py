"""A night's workplace in a temporary folder: real files, real store, no recognizer."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qa_pipeline.batch.evaluate_group import evaluate_group
from qa_pipeline.batch.night import NightResult, finish_night
from qa_pipeline.batch.options import RunOptions
from qa_pipeline.batch.prepare import find_work
from qa_pipeline.batch.shift import Shift, open_shift
from qa_pipeline.batch.stopping import StopSignal
from qa_pipeline.batch.work import WorkList
from qa_pipeline.settings import RunSettings, Settings
from qa_pipeline.store import CallStore, open_store

RUBRICS = Path(__file__).parents[2] / "rubrics"
TODAY = datetime(2026, 3, 2, 4, tzinfo=UTC)

LINES: tuple[tuple[str, str], ...] = (
    ("agent", "您好，欢迎致电草源果素，工号八零一六，请问有什么可以帮您？"),
    ("customer", "我要投诉，你们的水果都烂了。"),
    ("agent", "这不是我们的问题，是你自己没放好。"),
    ("customer", "你这什么态度，明明收到就是坏的。"),
    ("agent", "我们发货的时候都是好的，你别乱说。"),
    ("customer", "那我要退货。"),
    ("agent", "再见。"),
)


def write_transcript(path: Path, lines: tuple[tuple[str, str], ...] = LINES, **facts: Any) -> Path:
    """A ready transcript with times, 5 s a line; `facts` are calls.csv columns."""
    utterances = [
        {"role": role, "text": text, "start_ms": 5000 * i, "end_ms": 5000 * i + 4500}
        for i, (role, text) in enumerate(lines)
    ]
    started = {"started_at": "2026-03-01T09:00:00+08:00", "direction": "inbound"}
    document = started | facts | {"utterances": utterances}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def write_calls(folder: Path, *names: str, **facts: Any) -> None:
    """A ready transcript for each name; the contents differ, so that they are two calls."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        write_transcript(folder / f"{name}.transcript.json", agent_name=name, **facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """Where recordings lie, where the workspace is, and how it is run."""

    root: Path
    settings: Settings = field(default_factory=Settings)

    @property
    def recordings(self) -> Path:
        return self.root / "recordings"

    @property
    def workspace(self) -> Path:
        return self.root / "workspace"

    @contextmanager
    def shift(self, stop: StopSignal | None = None, **asked: Any) -> Iterator[Shift]:
        paths = asked.pop("paths", (str(self.recordings),))
        options = RunOptions(paths=paths, workspace=self.workspace, **asked)
        with open_shift(options, self.settings, stop or StopSignal(), TODAY) as shift:
            yield shift

    def find(self, **asked: Any) -> WorkList:
        with self.shift(**asked) as shift:
            return find_work(shift)

    def run(self, **asked: Any) -> NightResult:
        """The night without Prefect around it."""
        with self.shift(**asked) as shift:
            work = find_work(shift)
            results = tuple(evaluate_group(shift, group) for group in work.groups)
            return finish_night(shift, work, results)

    @contextmanager
    def store(self) -> Iterator[CallStore]:
        with open_store(self.workspace, create=False) as store:
            yield store


def copy_rubrics(root: Path) -> Path:
    """The shipped inbound rubric as a folder that the test may change; `root` has to be cwd."""
    shutil.copytree(RUBRICS, root / "rubrics", ignore=shutil.ignore_patterns("outbound_*"))
    return root / "rubrics"


def settings_of_run(**changed: Any) -> Settings:
    return Settings(run=RunSettings(**changed))


def raised(text: str, by: int = 1) -> str:
    """The rubric's text under a later version."""
    found = re.search(r"^version: (\d+)$", text, re.MULTILINE)
    assert found is not None
    return text.replace(found[0], f"version: {int(found[1]) + by}", 1)
