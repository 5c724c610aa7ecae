"""How long it takes to plan a day, and how much memory: pure, and from the store.

    python -m benchmarks.planning [--calls N] [--inspectors N] [--agents N]

The calls are made up: lengths and risks are skewed, teams are shared out evenly.
The store is filled by bulk inserts, outside the time. Exits 3 when 30 s or 2 GB
are exceeded. Peak memory is that of the whole process, the filled lists included.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import Table, insert

from qa_pipeline.batch.queueing import plan_queue
from qa_pipeline.domain.review import Inspector, ReviewTask
from qa_pipeline.sample import SUMMARY_VERSION, QueueCandidate, plan_day
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore, open_store
from qa_pipeline.store.tables import (
    analyses,
    call_summaries,
    calls,
    judgements,
    recordings,
    rubrics,
)

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
MAX_SECONDS, MAX_GB = 30.0, 2.0
PAGE = 5000
N_TEAMS = 40


def main() -> int:
    """Print a line a measurement; 3 when a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--inspectors", type=int, default=200)
    parser.add_argument("--agents", type=int, default=1000)
    asked = parser.parse_args()
    pool = candidates(asked.calls, asked.agents)
    people = [
        Inspector(inspector_id=f"q{i:03d}", team=f"t{i % N_TEAMS}") for i in range(asked.inspectors)
    ]
    wall, used = time.perf_counter(), time.process_time()
    plan = plan_day(pool, people, Settings().queue, DAY)
    pure = _report("pure plan", wall, used, plan.tasks, plan.notes)
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder)) as store:
        fill(store, pool)
        store.save_inspectors(people)
        wall, used = time.perf_counter(), time.process_time()
        kept = plan_queue(store, Settings(), DAY)
        stored = _report("from the store", wall, used, kept.tasks, kept.notes)
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"peak memory {peak_gb:.2f} GB")
    return 3 if max(pure, stored) > MAX_SECONDS or peak_gb > MAX_GB else 0


def candidates(n: int, n_agents: int, seed: int = 1) -> list[QueueCandidate]:
    """Made-up calls of the day before; busy agents have more of them."""
    random = Random(seed)
    agents = [f"a{i:04d}" for i in range(n_agents)]
    busy = [random.paretovariate(2.0) for _ in agents]
    made = []
    for i, agent in enumerate(random.choices(range(n_agents), busy, k=n)):
        risk = random.betavariate(0.3, 3.0)
        made.append(
            QueueCandidate(
                call_id=f"c{i:06d}",
                agent_id=agents[agent],
                team=f"t{agent % N_TEAMS}",
                started_at=NOON,
                duration_ms=180_000,
                risk=risk,
                findings="争辩 p=0.86（3:12）" if risk > 0.3 else "",
                expected_review_ms=round(random.gammavariate(8.0, 22_000.0)),
            )
        )
    return made


def fill(store: CallStore, pool: list[QueueCandidate]) -> None:
    """Write the calls with just what a judged call's rows need."""
    with store.database.write("the benchmark's calls") as connection:
        connection.execute(
            insert(rubrics).values(
                rubric_id="r", version=1, digest="0", title="r", rubric_json="{}",
                source_text="", first_used_at=NOON,
            )
        )  # fmt: skip
        for start in range(0, len(pool), PAGE):
            page = list(enumerate(pool[start : start + PAGE], start=start + 1))
            for table, rows in _rows(page):
                connection.execute(insert(table), rows)


def _rows(
    page: list[tuple[int, QueueCandidate]],
) -> Iterator[tuple[Table, list[dict[str, object]]]]:
    yield recordings, [
        {"recording_id": c.call_id, "path": c.call_id, "name": c.call_id, "sample_rate_hz": 8000,
         "duration_ms": c.duration_ms, "audio_channels": 2} for _, c in page
    ]  # fmt: skip
    yield calls, [
        {"call_id": c.call_id, "recording_id": c.call_id, "agent_id": c.agent_id, "team": c.team,
         "holds_json": "[]", "extra_json": "{}", "effective_at": c.started_at,
         "received_at": NOON + timedelta(hours=8)} for _, c in page
    ]  # fmt: skip
    yield analyses, [
        {"analysis_id": c.call_id, "recording_id": c.call_id, "engine_digest": "e",
         "transcript_json": "{}", "prosody_json": "[]", "split_json": "{}", "metrics_json": "{}",
         "analyzed_at": NOON} for _, c in page
    ]  # fmt: skip
    yield judgements, [
        {"judgement_id": i, "call_id": c.call_id, "judgement_key": "k", "content_digest": "d",
         "analysis_id": c.call_id, "rubric_id": "r", "rubric_version": 1, "rubric_digest": "0",
         "judged_points": 100.0, "not_judged_points": 0.0, "routed_by_default": False,
         "section_percents_json": "[]", "auto_failed_by_json": "[]", "queries_json": "[]",
         "is_current": True, "judged_at": NOON} for i, c in page
    ]  # fmt: skip
    yield call_summaries, [
        {"judgement_id": i, "version": SUMMARY_VERSION, "risk": c.risk, "heard_ms": 60_000,
         "rest_ms": c.expected_review_ms, "n_spans": 3, "abstained": False,
         "findings": c.findings, "predicted_json": '{"behaviour:arguing":0.5}'} for i, c in page
    ]  # fmt: skip


def _report(
    what: str, wall: float, used: float, tasks: tuple[ReviewTask, ...], notes: tuple[str, ...]
) -> float:
    seconds, processor = time.perf_counter() - wall, time.process_time() - used
    loads = Counter[str]()
    for task in tasks:
        loads[task.inspector_id] += task.expected_review_ms
    mean = sum(loads.values()) / max(1, len(loads))
    worst = max((abs(ms / mean - 1) for ms in loads.values()), default=0.0)
    print(
        f"{what}: {seconds:.1f} s wall, {processor:.1f} s processor; {len(tasks)} tasks for"
        f" {len(loads)} inspectors, loads within {worst:.1%} of equal; notes {list(notes)}"
    )
    return seconds


if __name__ == "__main__":
    sys.exit(main())
