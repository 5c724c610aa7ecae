"""Estimates read from a real store: frame, plan, summaries, reviews, gold and doubles."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from qa_pipeline.batch.estimating import estimate_period
from qa_pipeline.domain.estimate import ANY_BEHAVIOUR, EstimateLine, Item, Level
from qa_pipeline.domain.review import CriterionAnswer, Decision, EvidenceDecision, Review
from qa_pipeline.domain.sampling import CallSummary, ReviewLoad
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.store import CallStore, open_store
from tests.store.samples import DAY, a_task, save_calls

ARGUING = Item("", "behaviour:arguing")
CALLS = tuple(f"call-{i}" for i in range(8))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CallStore]:
    """Eight calls in which the machine found arguing; four of them drawn."""
    with open_store(tmp_path) as opened:
        save_calls(opened, *CALLS, agent_id="a1", team="t1", queue="q1")
        opened.save_summaries(
            CallSummary(
                call_id=c, version="1", risk=0.5, findings="", unfit=None, abstained=False,
                load=ReviewLoad(heard_ms=0, rest_ms=0, n_spans=0),
                predicted={"behaviour:arguing": 0.9},
            )
            for c in CALLS
        )  # fmt: skip
        opened.save_frame(DAY, CALLS)
        plan(opened, *CALLS[:4])
        yield opened


def plan(
    store: CallStore, *drawn: str, gold: tuple[str, ...] = (), twice: tuple[str, ...] = ()
) -> None:
    tasks = [replace(a_task(c, position=i), inclusion_probability=0.5) for i, c in enumerate(drawn)]
    tasks += [replace(a_task(c), inclusion_probability=None) for c in gold]
    tasks += [replace(a_task(c, "i2"), inclusion_probability=0.5) for c in twice]
    store.save_plan(DAY, tasks, dict.fromkeys(CALLS, 0.5))


def review(store: CallStore, call_id: str, decision: Decision, inspector_id: str = "me") -> None:
    store.append_reviews(
        [
            Review(
                review_id=f"{call_id}-{inspector_id}-{decision}",
                call_id=call_id,
                inspector_id=inspector_id,
                reviewed_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
                decisions=(EvidenceDecision(detector_id="behaviour:arguing", decision=decision),),
                answers=(CriterionAnswer(criterion_id="greeting", outcome=CriterionOutcome.PASS),),
            )
        ]
    )


def line_of(store: CallStore, item: Item = ARGUING, level: Level = Level.CENTRE) -> EstimateLine:
    lines = estimate_period(store, DAY, DAY).lines
    return next(x for x in lines if (x.item, x.level) == (item, level))


def test_reviews_of_drawn_calls_speak_for_the_frame(store: CallStore) -> None:
    review(store, "call-0", Decision.CONFIRMED)
    review(store, "call-1", Decision.REJECTED)
    review(store, "call-7", Decision.CONFIRMED)  # opened by somebody, never drawn
    found = estimate_period(store, DAY, DAY)
    assert (found.planned, found.reviewed) == (4, 2)
    estimate = line_of(store).estimate
    assert (estimate.n_calls, estimate.n_reviewed, estimate.share) == (8, 2, pytest.approx(0.5))
    assert line_of(store, ANY_BEHAVIOUR, Level.AGENT).name == "a1"


def test_gold_calls_are_outside_and_doubles_count_once(store: CallStore) -> None:
    plan(store, "call-0", "call-1", gold=("call-5",), twice=("call-0",))
    review(store, "call-0", Decision.CONFIRMED)
    review(store, "call-0", Decision.REJECTED, "i2")
    review(store, "call-1", Decision.REJECTED)
    review(store, "call-5", Decision.CONFIRMED)
    estimate = line_of(store).estimate
    assert (estimate.n_reviewed, estimate.n_found) == (2, 0.5)
    assert estimate.share == pytest.approx(0.25)


def test_a_week_without_a_plan_has_no_estimates(store: CallStore) -> None:
    found = estimate_period(store, date(2026, 4, 6), date(2026, 4, 12))
    assert (found.lines, found.planned) == ((), 0)
    nobody_heard = estimate_period(store, DAY, DAY)
    assert (nobody_heard.silent_days, nobody_heard.reviewed) == ((DAY,), 0)
    assert line_of(store).estimate.share is None
