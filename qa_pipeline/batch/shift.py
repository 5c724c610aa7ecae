"""Everything that the work of one night shares."""

import os
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from re import Pattern

from qa_pipeline.batch.baselines import Baselines
from qa_pipeline.batch.in_memory import ReadEarly
from qa_pipeline.batch.meaning import Meaning
from qa_pipeline.batch.options import RunOptions
from qa_pipeline.batch.outcomes import RecordingOutcome
from qa_pipeline.batch.read_ahead import ReadAhead
from qa_pipeline.batch.stopping import StopSignal
from qa_pipeline.batch.stopwatch import Stopwatch
from qa_pipeline.batch.trust import Trust, read_trust
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.errors import RubricError, UsageError
from qa_pipeline.ingest import (
    CallTable,
    IngestOptions,
    compile_name_pattern,
    parse_raw_format,
    read_calls_csv,
)
from qa_pipeline.ingest.call_facts import zone_of
from qa_pipeline.ingest.remote import is_remote
from qa_pipeline.ingest.source import local_path, readable_name
from qa_pipeline.rubric_files import load_rubric, load_rubrics
from qa_pipeline.sample import read_inspectors
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore, open_store
from qa_pipeline.text.lexicons import domain_words, lexicon, lexicon_names, rubrics_dir
from qa_pipeline.transcribe import Recognizer, load_recognizer

AHEAD_BYTES = 192 * 1024**2
"""Decoded sound that may wait for its turn: eight two-channel calls of six minutes."""


@dataclass(slots=True)
class SharedRecognizer:
    """The speech model, loaded by the first who needs it and then shared.

    A night without new audio never loads it. What loading took is on the watch of the
    first who gets it, also when it was loaded before that.
    """

    model: str | None
    models_dir: Path
    _loaded: Recognizer | None = None
    _untold: Stopwatch = field(default_factory=Stopwatch)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def load(self) -> None:
        """Load it now, for whoever gets it next. Raises ModelError."""
        with self._lock:
            self._load()

    def get(self, watch: Stopwatch) -> Recognizer:
        with self._lock:
            recognizer = self._load()
            self._untold.hand_over(watch)
            return recognizer

    def _load(self) -> Recognizer:
        if self._loaded is None:
            with self._untold.stage("model_load"):
                self._loaded = load_recognizer(self.model, self.models_dir, words=domain_words())
        return self._loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What each task run gets: who judges by what, with which tools.

    `forced_rubric` judges every call whatever `applies_to` says. `warnings` are
    lines for people about the tables that were read. `finished` is what this shift
    has saved, by recording_id, so that a second attempt does not do it again. `promised`
    says which recording_id gets a call id that is not stored yet. `ahead` reads what
    comes next.
    """

    options: RunOptions
    settings: Settings
    store: CallStore
    rubrics: tuple[Rubric, ...]
    forced_rubric: Rubric | None
    table: CallTable | None
    name_pattern: Pattern[str] | None
    ingest: IngestOptions
    recognizer: SharedRecognizer
    meaning: Meaning
    baselines: Baselines
    trust: Trust
    stop: StopSignal
    started_at: datetime
    ahead: ReadAhead[ReadEarly]
    warnings: tuple[str, ...] = ()
    finished: dict[str, RecordingOutcome] = field(default_factory=dict)
    promised: dict[str, str] = field(default_factory=dict)


@contextmanager
def open_shift(
    options: RunOptions, settings: Settings, stop: StopSignal, started_at: datetime
) -> Iterator[Shift]:
    """Read rubrics and tables, open the store: whatever is wrong stops the start.

    Raises RubricError, MetadataError, UsageError or StoreError before any work.
    """
    if options.workers < 1:
        raise UsageError(f"--workers {options.workers}: at least 1 is needed")
    for path in options.paths:
        if not is_remote(path) and not os.path.lexists(local_path(path)):
            raise UsageError(f"{readable_name(path)}: there is no such file or folder")
    table = None
    if options.metadata is not None:
        table = read_calls_csv(options.metadata, settings.queue.centre_time_zone)
    forced = load_rubric(options.rubric) if options.rubric else None
    rubrics = () if forced else load_rubrics(rubrics_dir())
    for name in lexicon_names():
        lexicon(name)
    people = read_inspectors(options.inspectors) if options.inspectors else None
    pattern = compile_name_pattern(options.name_pattern) if options.name_pattern else None
    raw_format = parse_raw_format(options.raw_format) if options.raw_format else None
    ingest = IngestOptions(
        raw_format=raw_format,
        channel_map=options.channel_map,
        max_duration_ms=settings.run.max_duration_ms,
        centre_time_zone=settings.queue.centre_time_zone,
    )
    zone_of(settings.queue.centre_time_zone)
    with (
        open_store(options.workspace) as store,
        closing(ReadAhead[ReadEarly](AHEAD_BYTES)) as ahead,
    ):
        _check_versions(store, (forced,) if forced else rubrics)
        if people is not None:
            store.save_inspectors(people)
        yield Shift(
            options=options,
            settings=settings,
            store=store,
            rubrics=rubrics,
            forced_rubric=forced,
            table=table,
            name_pattern=pattern,
            ingest=ingest,
            recognizer=SharedRecognizer(options.model, options.workspace / "models"),
            meaning=Meaning(store=store),
            baselines=Baselines.of_night(store, settings.queue.centre_time_zone, started_at),
            trust=read_trust(store, settings),
            stop=stop,
            started_at=started_at,
            ahead=ahead,
            warnings=table.warnings if table else (),
        )


def _check_versions(store: CallStore, rubrics: tuple[Rubric, ...]) -> None:
    """A rubric that scored calls may not change under the same version: know it now."""
    scored = {(name, version): digest for name, version, digest in store.rubric_versions()}
    problems = [
        f"rubric {rubric.rubric_id}: version {rubric.version} has scored calls with another "
        "content; raise the version in its file and run again"
        for rubric in rubrics
        if scored.get((rubric.rubric_id, rubric.version), rubric.digest) != rubric.digest
    ]
    if problems:
        raise RubricError(problems)
