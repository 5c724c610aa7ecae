"""A workspace with many generated calls for `benchmarks.web`, written as rows in bulk.

Nothing is judged: the rows look as judging would have left them. The newest tenth of
the calls has words (150 字 of shuffled turns of data_samples/scripts, one character in
five misheard), the criteria of the shipped inbound rubric and the benchmark's one wav.
"""

import math
import sqlite3
import wave
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.web_words import ENGINE, SAID_AT_MS, a_transcript
from qa_pipeline.batch.hiding import HIDING_VERSION, places_in
from qa_pipeline.domain.audio_quality import AudioQuality, QualityVerdict
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.call_search import SEARCHED_METRICS
from qa_pipeline.domain.detection import Evidence, Outcome
from qa_pipeline.domain.hidden import HiddenPlaces
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.metrics import ConversationMetrics
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import CriterionOutcome, Receipt
from qa_pipeline.domain.speakers import SpeakerSplit, SplitMethod
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.rubric_files import load_rubric
from qa_pipeline.store import DATABASE_NAME, open_store
from qa_pipeline.store.codec import encode
from qa_pipeline.store.search_index import INDEX_VERSION, first_moment
from qa_pipeline.store.spoken import PIECE_BITS, spoken_rows
from qa_pipeline.text.labels import BEHAVIOUR_TITLES
from qa_pipeline.text.lexicons import rubrics_dir
from qa_pipeline.text.normalize import han_count

N_AGENTS, N_TEAMS, N_QUEUES, N_INSPECTORS, TASKS_A_DAY = 500, 25, 8, 50, 50
DAYS, DAYS_PLANNED = 365, 60
N_TRANSCRIPTS, N_PHRASES = 2000, 2000
DURATION_MS = 180_000
FOUND_SHARE = 0.04
_PAGE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """What the visitors of the benchmark look for."""

    today: date
    agents: tuple[str, ...]
    teams: tuple[str, ...]
    phrases: tuple[str, ...]
    criteria: tuple[str, ...]
    n_calls: int
    n_with_words: int


def build_store(workspace: Path, n_calls: int) -> Centre:
    """Write the workspace; the same for the same number of calls on the same day."""
    rubric = load_rubric(rubrics_dir() / "inbound_service.yaml")
    wav = _write_wav(workspace)
    open_store(workspace).close()
    maker = _Maker(rubric, n_calls, wav)
    with closing(sqlite3.connect(workspace / DATABASE_NAME)) as database:
        for pragma in ("synchronous = OFF", "cache_size = -400000", "temp_store = MEMORY"):
            database.execute(f"PRAGMA {pragma}")
        with database:
            for table, rows in maker.tables():
                _insert(database, table, rows)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return maker.centre


def taken_as_it_is(workspace: Path, n_calls: int) -> Centre:
    """What `build_store` gave back; looked through anew where redaction has changed since."""
    maker = _Maker(load_rubric(rubrics_dir() / "inbound_service.yaml"), n_calls, Path())
    if (workspace / DATABASE_NAME).is_file():
        open_store(workspace).close()
        _hide_anew(workspace, maker)
    return maker.centre


def _hide_anew(workspace: Path, maker: "_Maker") -> None:
    with closing(sqlite3.connect(workspace / DATABASE_NAME)) as database, database:
        known = "SELECT count(*) FROM hidden_places WHERE analysis_id = ? AND version = ?"
        newest = (f"a{maker.n_calls - 1}", HIDING_VERSION)
        if not database.execute(known, newest).fetchone()[0]:
            database.execute("DELETE FROM hidden_places")
            _insert(database, "hidden_places", map(maker.hidden_row, range(maker.n_calls)))


class _Maker:
    """Rows, table by table; call i is the (n - i)-th newest."""

    def __init__(self, rubric: Rubric, n_calls: int, wav: Path) -> None:
        self.rubric, self.n_calls, self.wav = rubric, n_calls, wav
        self.n_with_words = max(1, n_calls // 10)
        self.end = datetime.now(UTC).replace(microsecond=0)
        self.spoken = [a_transcript(Random(seed)) for seed in range(N_TRANSCRIPTS)]
        self.packed = [zlib.compress(encode(Transcript, t).encode()) for t in self.spoken]
        silent = Transcript(recording_id="", language="zh", utterances=(), engine=ENGINE)
        self.silent = zlib.compress(encode(Transcript, silent).encode())
        self.nothing_hidden = encode(HiddenPlaces, places_in(silent))
        self.pieces = [list(spoken_rows(0, t)) for t in self.spoken]
        self.hidden = [encode(HiddenPlaces, places_in(t)) for t in self.spoken]

    @property
    def centre(self) -> Centre:
        random = Random(7)
        texts = [clause for t in self.spoken for u in t.utterances for clause in u.text.split("，")
                 if len(clause) == han_count(clause) >= 7]  # fmt: skip
        return Centre(
            today=self.end.date(),
            agents=tuple(f"A{i:03d}" for i in range(N_AGENTS)),
            teams=tuple(f"{i + 1}组" for i in range(N_TEAMS)),
            phrases=tuple(random.sample(sorted({t[1:7] for t in texts}), N_PHRASES)),
            criteria=tuple(c.criterion_id for c in self.rubric.criteria),
            n_calls=self.n_calls,
            n_with_words=self.n_with_words,
        )

    def tables(self) -> Iterator[tuple[str, Iterable[Mapping[str, Any]]]]:
        yield "rubrics", (self._rubric(),)
        for table, row in (
            ("recordings", self._recording),
            ("calls", self._call),
            ("analyses", self._analysis),
            ("hidden_places", self.hidden_row),
            ("judgements", self._judgement),
            ("call_summaries", self._summary),
            ("call_search", self._search),
        ):
            yield table, map(row, range(self.n_calls))
        yield "detections", (r for i in range(self.n_calls) for r in self._detections(i))
        with_words = range(self.n_calls - self.n_with_words, self.n_calls)
        yield "criterion_scores", (r for i in with_words for r in self._scores(i))
        yield (
            "call_findings",
            sorted(
                (r for i in range(self.n_calls) for r in self._findings(i)),
                key=lambda r: (r["subject"], r["moment_id"]),
            ),
        )
        yield "spoken", (r for i in with_words for r in self._pieces(i))
        yield from self._plans(with_words)

    def _at(self, i: int) -> datetime:
        return self.end - timedelta(days=DAYS) * ((self.n_calls - i) / self.n_calls)

    def _moment(self, i: int) -> int:
        return first_moment(self._at(i)) + i % (1 << 17)

    def _has_words(self, i: int) -> bool:
        return i >= self.n_calls - self.n_with_words

    def _facts(self, i: int) -> dict[str, Any]:
        agent = i * 7919 % N_AGENTS
        return {
            "agent_id": f"A{agent:03d}",
            "agent_name": f"坐席{agent:03d}",
            "team": f"{agent % N_TEAMS + 1}组",
            "queue": f"队列{i * 31 % N_QUEUES + 1}",
        }

    def _is_found(self, i: int, number: int) -> bool:
        return ((i * 5 + number) * 2_654_435_761 >> 7) % 1000 < 1000 * FOUND_SHARE

    def _percent(self, i: int) -> float:
        return 100.0 - 11.0 * sum(self._is_found(i, n) for n in range(5)) - i % 8

    def _rubric(self) -> dict[str, Any]:
        rubric = self.rubric
        return {
            "rubric_id": rubric.rubric_id, "version": rubric.version, "digest": rubric.digest,
            "title": rubric.title, "rubric_json": encode(Rubric, rubric),
            "source_text": rubric.source_text, "first_used_at": _stamp(self.end),
        }  # fmt: skip

    def _recording(self, i: int) -> dict[str, Any]:
        return {
            "recording_id": f"{i:064d}", "path": str(self.wav), "name": f"call-{i:07d}.wav",
            "sample_rate_hz": 8000, "duration_ms": DURATION_MS, "audio_channels": 2,
        }  # fmt: skip

    def _call(self, i: int) -> dict[str, Any]:
        at = _stamp(self._at(i))
        return self._facts(i) | {
            "call_id": f"call-{i:07d}", "recording_id": f"{i:064d}", "direction": "inbound",
            "started_at": at, "holds_json": "[]", "extra_json": "{}", "effective_at": at,
            "received_at": at,
        }  # fmt: skip

    def _analysis(self, i: int) -> dict[str, Any]:
        words = self.packed[i % N_TRANSCRIPTS] if self._has_words(i) else self.silent
        return {
            "analysis_id": f"a{i}", "recording_id": f"{i:064d}", "engine_digest": ENGINE.digest,
            "transcript_json": words, "prosody_json": _NO_PROSODY, "split_json": _SPLIT,
            "quality_json": _QUALITY, "metrics_json": _metrics_json(i % 100),
            "analyzed_at": _stamp(self.end),
        }  # fmt: skip

    def hidden_row(self, i: int) -> dict[str, Any]:
        kept = self.hidden[i % N_TRANSCRIPTS] if self._has_words(i) else self.nothing_hidden
        return {"analysis_id": f"a{i}", "version": HIDING_VERSION, "places_json": kept}

    def _judgement(self, i: int) -> dict[str, Any]:
        percent, rubric = self._percent(i), self.rubric
        return {
            "judgement_id": i + 1, "call_id": f"call-{i:07d}", "judgement_key": f"k{i}",
            "content_digest": "", "analysis_id": f"a{i}", "rubric_id": rubric.rubric_id,
            "rubric_version": rubric.version, "rubric_digest": rubric.digest,
            "percent": percent, "raw_percent": percent, "judged_points": 90.0,
            "not_judged_points": 10.0, "passed": percent >= 85, "routed_by_default": False,
            "section_percents_json": "[]", "auto_failed_by_json": "[]", "queries_json": "[]",
            "is_current": True, "judged_at": _stamp(self.end),
        }  # fmt: skip

    def _summary(self, i: int) -> dict[str, Any]:
        found = [title for n, title in enumerate(BEHAVIOUR_TITLES.values()) if self._is_found(i, n)]
        return {
            "judgement_id": i + 1, "version": "1", "risk": 0.1, "heard_ms": 20_000,
            "rest_ms": 100_000, "n_spans": len(found), "abstained": False,
            "findings": "；".join(f"{t} p=0.91（0:30）" for t in found),
            "predicted_json": _NOTHING_PREDICTED,
        }  # fmt: skip

    def _search(self, i: int) -> dict[str, Any]:
        metrics, percent = _metrics(i % 100), self._percent(i)
        figures = {name: getattr(metrics, name) for name in SEARCHED_METRICS}
        return self._facts(i) | figures | {
            "moment_id": self._moment(i), "call_id": f"call-{i:07d}", "version": INDEX_VERSION,
            "judgement_id": i + 1, "analysis_id": f"a{i}", "effective_at": _stamp(self._at(i)),
            "percent": percent, "passed": percent >= 85,
        }  # fmt: skip

    def _detections(self, i: int) -> Iterator[dict[str, Any]]:
        for number, name in enumerate(BEHAVIOUR_TITLES):
            found = self._is_found(i, number)
            outcome = Outcome.FOUND if found else Outcome.NOT_FOUND
            yield {
                "judgement_id": i + 1, "position": number, "detector_id": f"behaviour:{name}",
                "version": "1", "outcome": outcome.value,
                "probability": 0.91 if found else 0.04,
                "evidence_json": _EVIDENCE_JSON if found else "[]", "provoked_by_json": "[]",
            }  # fmt: skip

    def _scores(self, i: int) -> Iterator[dict[str, Any]]:
        for number, criterion in enumerate(self.rubric.criteria):
            failed = self._is_found(i, number % 5)
            outcome = CriterionOutcome.FAIL if failed else CriterionOutcome.PASS
            points = float(criterion.points)
            yield {
                "judgement_id": i + 1, "position": number,
                "criterion_id": criterion.criterion_id, "outcome": outcome.value,
                "points_awarded": 0.0 if failed else points, "points_possible": points,
                "hint": False, "receipts_json": _RECEIPTS_JSON if failed else "[]",
            }  # fmt: skip

    def _findings(self, i: int) -> Iterator[dict[str, Any]]:
        for number, name in enumerate(BEHAVIOUR_TITLES):
            if self._is_found(i, number):
                yield {"subject": f"behaviour:{name}", "moment_id": self._moment(i)}
        for number, criterion in enumerate(self.rubric.criteria[:5]):
            if self._is_found(i, number):
                subject = f"criterion:{criterion.criterion_id}"
                yield {"subject": subject, "moment_id": self._moment(i)}

    def _pieces(self, i: int) -> Iterator[Mapping[str, Any]]:
        base = self._moment(i) << PIECE_BITS
        for row in self.pieces[i % N_TRANSCRIPTS]:
            yield {**row, "rowid": base + row["rowid"]}

    def _plans(self, with_words: range) -> Iterator[tuple[str, Iterable[Mapping[str, Any]]]]:
        yield "inspectors", [
            {"inspector_id": f"Q{q:02d}", "name": f"质检{q:02d}", "capacity_calls": 50,
             "capacity_minutes": 336, "leave_json": "[]"}
            for q in range(N_INSPECTORS)
        ]  # fmt: skip
        tasks = list(self._tasks(with_words))
        days = sorted({task["day"] for task in tasks})
        yield "frames", ({"day": day, "fixed_at": _stamp(self.end)} for day in days)
        yield "review_tasks", tasks
        done = [t for t in tasks if t["day"] < self.end.date().isoformat()]
        starts = ("day", "inspector_id", "call_id")
        yield (
            "task_starts",
            ({name: t[name] for name in starts} | {"started_at": _stamp(self.end)} for t in done),
        )
        yield "reviews", (
            {"review_id": f"r{n}", "call_id": t["call_id"], "inspector_id": t["inspector_id"],
             "reviewed_at": _stamp(self.end), "spent_ms": 170_000, "note": "",
             "decisions_json": "[]", "answers_json": "[]", "saved_at": _stamp(self.end)}
            for n, t in enumerate(done)
        )  # fmt: skip

    def _tasks(self, with_words: range) -> Iterator[dict[str, Any]]:
        """The newest calls with words are today's; every tenth task is blind."""
        newest = iter(reversed(with_words))
        for back in range(DAYS_PLANNED + 1):
            day = (self.end.date() - timedelta(days=back)).isoformat()
            for n, i in enumerate(islice(newest, N_INSPECTORS * TASKS_A_DAY)):
                yield {
                    "day": day, "inspector_id": f"Q{n % N_INSPECTORS:02d}",
                    "call_id": f"call-{i:07d}", "position": n // N_INSPECTORS + 1,
                    "reason": "争辩 p=0.91（0:30）", "inclusion_probability": 0.05,
                    "design_id": "mix-1", "seed": "1", "expected_review_ms": 180_000,
                    "blind": n % 10 == 0,
                }  # fmt: skip


def _insert(database: sqlite3.Connection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    rest = iter(rows)
    while page := list(islice(rest, _PAGE)):
        names = tuple(page[0])
        marks = ", ".join("?" * len(names))
        database.executemany(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",
            (tuple(row[name] for name in names) for row in page),
        )


def _metrics(number: int) -> ConversationMetrics:
    """One of a hundred sets of figures."""
    return ConversationMetrics(
        duration_ms=DURATION_MS, no_conversation=False, agent_talk_ratio=0.3 + number / 200,
        dead_air_ms=number * 300, hold_ms=number * 100, agent_interruptions=number % 7,
        longest_monologue_ms=10_000 + number * 500, response_latency_median_ms=500 + number * 10,
        speech_rate_cpm=200.0 + number,
    )  # fmt: skip


def _metrics_json(number: int) -> str:
    if number not in _METRICS:
        _METRICS[number] = encode(ConversationMetrics, _metrics(number))
    return _METRICS[number]


def _write_wav(workspace: Path) -> Path:
    """Three minutes of two-channel 8 kHz sound."""
    workspace.mkdir(parents=True, exist_ok=True)
    second = array("h")
    for i in range(8000):
        second.extend([int(800 * math.sin(2 * math.pi * 220 * i / 8000))] * 2)
    path = workspace / "benchmark.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(second.tobytes() * (DURATION_MS // 1000))
    return path


def _stamp(at: datetime) -> str:
    """A time as the store writes it."""
    return f"{at:%Y-%m-%d %H:%M:%S.%f}"


_METRICS: dict[int, str] = {}
_SPEECH = {Role.AGENT: (Interval(SAID_AT_MS, 60_000),), Role.CUSTOMER: (Interval(0, 20_000),)}
_SPLIT = encode(
    SpeakerSplit, SpeakerSplit(method=SplitMethod.CHANNELS, role_confidence=1.0, speech=_SPEECH)
)
_QUALITY = encode(AudioQuality, AudioQuality(channels=(), verdict=QualityVerdict.MEASURABLE))
_EVIDENCE = Evidence(
    interval=Interval(SAID_AT_MS, SAID_AT_MS + 3000), role=Role.AGENT, quote="是您自己填错了",
    reason="归咎客户",
)  # fmt: skip
_EVIDENCE_JSON = encode(tuple[Evidence, ...], (_EVIDENCE,))
_RECEIPTS_JSON = encode(
    tuple[Receipt, ...],
    (
        Receipt(
            points=-2.0, reason="归咎客户", detector_id="behaviour:arguing",
            detector_version="1", probability=0.91, evidence=_EVIDENCE, engine_digest="",
        ),
    ),
)  # fmt: skip
_NO_PROSODY, _NOTHING_PREDICTED = zlib.compress(b"[]"), zlib.compress(b"{}")
