from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from qa_pipeline.domain.review import Inspector, ReviewTask
from qa_pipeline.errors import NotFound, StoreError
from qa_pipeline.store import CallStore
from qa_pipeline.store.tables import review_tasks
from tests.store.samples import DAY, a_review, a_task, any_value, save_calls

NEXT_DAY = DAY + timedelta(days=1)


def test_the_first_frame_of_a_day_stays(store: CallStore) -> None:
    save_calls(store, "c", "a", "b")
    assert store.frame_of(DAY) is None
    assert store.save_frame(DAY, ["b", "a", "b"]) == ("a", "b")
    assert store.save_frame(DAY, ["c"]) == ("a", "b")
    assert store.frame_of(DAY) == ("a", "b")
    assert store.framed_call_ids() == {"a", "b"}


def test_an_empty_frame_is_a_frame(store: CallStore) -> None:
    assert store.save_frame(DAY, ()) == ()
    assert store.frame_of(DAY) == ()
    assert store.days_planned() == (DAY,)


def test_a_call_stands_in_one_frame_only(store: CallStore) -> None:
    save_calls(store, "a", "b")
    store.save_frame(DAY, ["a"])
    for call_ids in (["a", "b"], ["nobody"]):
        with pytest.raises(StoreError, match=f"frame of {NEXT_DAY}.*plan the day again"):
            store.save_frame(NEXT_DAY, call_ids)
    assert store.frame_of(NEXT_DAY) is None
    assert store.framed_call_ids() == {"a"}


def test_a_new_plan_keeps_what_was_opened_or_reviewed(store: CallStore) -> None:
    save_calls(store, "opened", "reviewed", "waiting", "new")
    old = [a_task(c, position=i) for i, c in enumerate(("opened", "reviewed", "waiting"), start=1)]
    store.save_plan(DAY, old)
    assert store.started_tasks(DAY) == ()
    store.start_task(DAY, "me", "opened")
    store.start_task(DAY, "me", "opened")
    store.append_reviews([a_review("r1", "reviewed")])
    assert store.started_tasks(DAY) == tuple(old[:2])
    again = [replace(old[0], reason="another", position=9), a_task("new", position=3)]
    store.save_plan(DAY, again)
    assert store.tasks(DAY) == (*old[:2], again[1])


def test_a_review_by_another_inspector_starts_nothing(store: CallStore) -> None:
    save_calls(store, "a")
    store.save_plan(DAY, [a_task("a", "li"), a_task("a", "wang")])
    store.append_reviews([replace(a_review("r1", "a"), inspector_id="li")])
    assert store.started_tasks(DAY) == (a_task("a", "li"),)
    store.save_plan(DAY, [])
    assert store.tasks() == (a_task("a", "li"),)


def test_planning_one_day_leaves_the_others(store: CallStore) -> None:
    save_calls(store, "a", "b")
    store.save_plan(DAY, [a_task("a")])
    tomorrow = [a_task("b", "li", NEXT_DAY), a_task("a", "me", NEXT_DAY)]
    store.save_plan(NEXT_DAY, tomorrow)
    store.save_plan(DAY, [])
    assert store.tasks() == tuple(tomorrow)
    assert store.tasks(inspector_id="me") == (tomorrow[1],)
    assert store.days_planned() == (NEXT_DAY,)


def test_a_plan_that_cannot_be_is_refused_whole(store: CallStore) -> None:
    save_calls(store, "a")
    store.save_plan(DAY, [a_task("a")])
    with pytest.raises(NotFound, match="the first is nobody; nothing was saved"):
        store.save_plan(DAY, [a_task("nobody")])
    with pytest.raises(StoreError, match="task of another day"):
        store.save_plan(NEXT_DAY, [a_task("a")])
    with pytest.raises(StoreError, match=f"nothing of the plan of {DAY} was saved"):
        store.save_plan(DAY, [a_task("a"), a_task("a", position=2)])
    assert store.tasks() == (a_task("a"),)
    with pytest.raises(NotFound, match="li has no task for call a"):
        store.start_task(DAY, "li", "a")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(task=any_value(ReviewTask), seed=st.integers(0, 2**256))
def test_any_task_comes_back_equal(store: CallStore, task: ReviewTask, seed: int) -> None:
    save_calls(store, "a")
    task = replace(task, call_id="a", seed=seed)
    with store.database.write("a clean table") as connection:
        connection.execute(delete(review_tasks))
    store.save_plan(task.day, [task])
    assert store.tasks() == (task,)


def test_the_list_of_inspectors_is_replaced(store: CallStore) -> None:
    li = Inspector(inspector_id="li", name="李静", team="一组", leave=(date(2026, 10, 1),))
    wang = Inspector(inspector_id="wang", capacity_calls=45)
    store.save_inspectors([wang, li])
    assert store.inspectors() == (li, wang)
    store.save_inspectors([replace(li, capacity_minutes=100)])
    assert store.inspectors() == (replace(li, capacity_minutes=100),)
    with pytest.raises(StoreError, match="nothing of the inspectors was saved"):
        store.save_inspectors([wang, wang])
    assert len(store.inspectors()) == 1
    store.save_inspectors([])
    assert store.inspectors() == ()
