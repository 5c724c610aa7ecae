"""Summaries, agents' records, logged times and gold calls."""

from dataclasses import replace
from datetime import timedelta

import pytest

from qa_pipeline.domain.review import CriterionAnswer, GoldCall
from qa_pipeline.domain.sampling import CallSummary, ReviewLoad, Unfit
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.errors import NotFound, StoreError
from qa_pipeline.store import CallStore
from tests.store.samples import (
    DAY,
    NOON,
    a_review,
    a_rubric,
    a_task,
    an_arguing_call,
    judged_again,
    save_calls,
)

LOAD = ReviewLoad(heard_ms=40_000, rest_ms=90_000, n_spans=3)
MIDNIGHT = NOON + timedelta(hours=4)


def a_summary(call_id: str, version: str = "1") -> CallSummary:
    return CallSummary(
        call_id=call_id,
        version=version,
        risk=0.25,
        findings="争辩 p=0.86（3:12）",
        load=LOAD,
        unfit=Unfit.AUDIO,
        abstained=False,
        predicted={"behaviour:arguing": 0.86},
    )


def a_gold(call_id: str, outcome: CriterionOutcome = CriterionOutcome.PASS) -> GoldCall:
    return GoldCall(
        call_id=call_id,
        marked_by="boss",
        marked_at=NOON,
        answers=(CriterionAnswer(criterion_id="greeting", outcome=outcome),),
    )


def test_a_summary_is_kept_with_its_judgement_and_missed_for_a_new_one(store: CallStore) -> None:
    judged = an_arguing_call("a", agent_id="li", team="east", business_type="投诉处理")
    store.save_judged(judged, a_rubric(), summary=a_summary("a"))
    save_calls(store, "b")
    assert store.calls_to_summarize("1") == ("b",)
    (call,) = store.summarized_calls(None, ("投诉",))
    assert (call.agent_id, call.team, call.is_complaint) == ("li", "east", True)
    assert (call.load, call.unfit, call.risk) == (LOAD, Unfit.AUDIO, 0.25)
    store.save_judged(judged_again(judged, "again"), a_rubric())
    assert store.calls_to_summarize("1") == ("a", "b")
    store.save_judged(judged, a_rubric())
    assert store.calls_to_summarize("1") == ("b",)


def test_newer_code_summarizes_again_what_no_day_was_drawn_from(store: CallStore) -> None:
    save_calls(store, "a", "b")
    store.save_summaries([a_summary("a"), a_summary("b")])
    store.save_frame(DAY, ["a"])
    assert store.calls_to_summarize("2") == ("b",)
    assert [c.call_id for c in store.summarized_calls(None)] == ["b"]
    assert [c.call_id for c in store.summarized_calls(DAY)] == ["a"]
    assert store.n_framed_calls() == 1


def test_what_an_agent_did_before_the_day_is_counted(store: CallStore) -> None:
    save_calls(store, "old", agent_id="li", started_at=NOON - timedelta(days=40))
    save_calls(store, "new", agent_id="li", queue="投诉专线", started_at=NOON)
    save_calls(store, "gold", agent_id="wu", started_at=NOON)
    store.mark_gold(a_gold("gold"))
    store.append_reviews(
        [
            a_review("r1", "old", NOON - timedelta(days=30)),
            a_review("r2", "new", NOON),
            a_review("r3", "new", NOON + timedelta(days=2)),
            a_review("r4", "gold", NOON),
        ]
    )
    store.save_plan(DAY - timedelta(days=1), [a_task("new", day=DAY - timedelta(days=1))])
    store.save_plan(DAY, [a_task("old", "other")])
    records = store.agent_records(
        DAY, MIDNIGHT, NOON - timedelta(hours=1), NOON - timedelta(days=6), ("投诉",)
    )
    li = records["li"]
    assert li.first_call_at == NOON - timedelta(days=40) == store.first_call_at()
    assert (li.last_heard_at, li.heard_this_month, li.complaints) == (NOON, 1, 1)
    assert dict(li.heard_by) == {"me": 1}
    assert records["wu"].heard_this_month == 0


def test_logged_times_come_newest_first_with_what_there_was_to_hear(store: CallStore) -> None:
    save_calls(store, "a")
    store.save_summaries([a_summary("a")])
    for day, spent in ((3, 100_000), (2, None), (1, 200_000), (0, 300_000)):
        review = a_review(f"r{day}", "a", NOON - timedelta(days=day))
        store.append_reviews([replace(review, spent_ms=spent)])
    logged = store.logged_reviews(NOON, 10)
    assert [(r.spent_ms, r.load) for r in logged] == [(200_000, LOAD), (100_000, LOAD)]
    assert len(store.logged_reviews(NOON, 1)) == 1


def test_the_newest_mark_of_a_gold_call_counts_and_none_is_changed(store: CallStore) -> None:
    save_calls(store, "a")
    with pytest.raises(NotFound):
        store.mark_gold(a_gold("nobody"))
    store.mark_gold(a_gold("a"))
    store.mark_gold(a_gold("a", CriterionOutcome.FAIL))
    assert store.gold_calls() == (a_gold("a", CriterionOutcome.FAIL),)
    with (
        pytest.raises(StoreError, match="gold_calls: rows are appended"),
        store.database.write("a mark") as connection,
    ):
        connection.exec_driver_sql("DELETE FROM gold_calls")
    assert store.check() == ()


def test_a_purge_takes_summaries_and_gold_marks(store: CallStore) -> None:
    save_calls(store, "a", started_at=NOON)
    store.save_summaries([a_summary("a")])
    store.mark_gold(a_gold("a"))
    store.purge(NOON + timedelta(days=1))
    assert store.gold_calls() == ()
    assert store.summarized_by_id(["a"]) == ()
    assert store.check() == ()


def test_a_plan_writes_the_frames_probabilities_and_a_new_draw_those_of_started_tasks(
    store: CallStore,
) -> None:
    save_calls(store, "a", "b")
    store.save_frame(DAY, ["a", "b"])
    assert store.frame_probabilities(DAY) == {}
    store.save_plan(DAY, [a_task("a")], {"a": 0.25, "b": 0.75})
    store.start_task(DAY, "me", "a")
    anew = replace(a_task("a"), inclusion_probability=1.0, seed=7, reason="another")
    store.save_plan(DAY, [anew], {"a": 1.0, "b": 0.5})
    (task,) = store.tasks(DAY)
    assert (task.inclusion_probability, task.seed, task.reason) == (1.0, 7, "随机")
    assert store.frame_probabilities(DAY) == {"a": 1.0, "b": 0.5}
