"""Planning from the store: summaries, re-plans, leave, gold, and who is asked for."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from qa_pipeline.batch.gold import agree_on_gold
from qa_pipeline.batch.queueing import check_inspector, plan_queue
from qa_pipeline.domain.review import CriterionAnswer, Inspector
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.errors import UsageError
from qa_pipeline.sample import SUMMARY_VERSION
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore, open_store
from tests.store.samples import DAY, NOON, a_review, save_calls

SETTINGS = Settings()
PEOPLE = tuple(Inspector(inspector_id=i, capacity_calls=10) for i in ("li", "ma", "wu"))
PASS, FAIL = CriterionOutcome.PASS, CriterionOutcome.FAIL


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CallStore]:
    with open_store(tmp_path) as opened:
        yield opened


def fill(store: CallStore, n: int = 60) -> None:
    for i in range(n):
        save_calls(store, f"c{i:02d}", agent_id=f"a{i % 30}", team="east", started_at=NOON)
    store.save_inspectors(PEOPLE)


def answer(outcome: CriterionOutcome) -> tuple[CriterionAnswer, ...]:
    return (CriterionAnswer(criterion_id="greeting", outcome=outcome),)


def test_the_whole_frame_keeps_its_probabilities(store: CallStore) -> None:
    fill(store)
    plan = plan_queue(store, SETTINGS, DAY)
    assert store.calls_to_summarize(SUMMARY_VERSION) == ()
    framed = list(store.frame_calls(DAY, DAY + timedelta(days=1)))
    chances = {c.call_id: c.inclusion_probability for c in framed}
    assert len(framed) == 60
    drawn = {t.call_id for t in plan.tasks}
    assert round(sum(c or 0 for c in chances.values()), 6) == len(drawn)
    assert all(chances[t.call_id] == t.inclusion_probability for t in plan.tasks)
    assert {c.design_id for c in framed} == {plan.tasks[0].design_id}
    assert framed[0].predicted["behaviour:arguing"] == 0.9


def test_a_plan_with_a_started_task_is_planned_again_as_it_was(store: CallStore) -> None:
    fill(store)
    first = plan_queue(store, SETTINGS, DAY)
    one = first.tasks[4]
    store.start_task(DAY, one.inspector_id, one.call_id)
    assert plan_queue(store, SETTINGS, DAY).tasks == first.tasks
    assert set(plan_queue(store, SETTINGS, DAY, again=True).tasks) == set(first.tasks)


def test_leave_after_planning_keeps_what_was_started_and_draws_the_rest_anew(
    store: CallStore,
) -> None:
    fill(store)
    first = plan_queue(store, SETTINGS, DAY)
    begun = [t for t in first.tasks if t.inspector_id == "li"][:2]
    for task in begun:
        store.start_task(DAY, "li", task.call_id)
    store.save_inspectors((replace(PEOPLE[0], leave=(DAY,)), *PEOPLE[1:]))
    again = plan_queue(store, SETTINGS, DAY, again=True)
    assert Counter(t.inspector_id for t in again.tasks) == {"li": 2, "ma": 10, "wu": 10}
    assert again.tasks == store.tasks(DAY)
    kept = [t for t in again.tasks if t.inspector_id == "li"]
    assert {t.call_id for t in kept} == {t.call_id for t in begun}
    assert all(t.inclusion_probability == 1.0 for t in kept)
    chances = store.frame_probabilities(DAY)
    drawn = {t.call_id for t in again.tasks}
    assert round(sum(chances.values()), 6) == len(drawn)


def test_gold_calls_go_blind_to_whoever_does_not_know_them(store: CallStore) -> None:
    save_calls(store, "gold", agent_id="a1", started_at=NOON - timedelta(days=9))
    for who in ("li", "ma"):
        review = a_review(f"r-{who}", "gold", NOON - timedelta(days=3))
        store.append_reviews([replace(review, inspector_id=who, answers=answer(PASS))])
    marked = agree_on_gold(store, "gold", "boss", (), NOON)
    assert marked.answers == answer(PASS)
    assert store.gold_calls() == (marked,)
    fill(store)
    golden = [t for t in plan_queue(store, SETTINGS, DAY).tasks if t.call_id == "gold"]
    (task,) = golden
    assert (task.inspector_id, task.blind, task.inclusion_probability) == ("wu", True, None)
    assert task.reason == "盲评"
    assert "gold" not in (store.frame_of(DAY) or ())


def test_gold_needs_two_reviews_and_a_word_where_they_differ(store: CallStore) -> None:
    save_calls(store, "c")
    store.append_reviews([replace(a_review("r1", "c"), inspector_id="li", answers=answer(PASS))])
    with pytest.raises(UsageError, match="1 inspectors have answered"):
        agree_on_gold(store, "c", "boss", (), NOON)
    store.append_reviews([replace(a_review("r2", "c"), inspector_id="ma", answers=answer(FAIL))])
    with pytest.raises(UsageError, match="differ on greeting"):
        agree_on_gold(store, "c", "boss", (), NOON)
    with pytest.raises(UsageError, match="criterion=OUTCOME"):
        agree_on_gold(store, "c", "boss", ("greeting=YES",), NOON)
    marked = agree_on_gold(store, "c", "boss", ("greeting=FAIL",), NOON)
    assert marked.answers == answer(FAIL)


def test_an_inspector_nobody_knows_is_an_error(store: CallStore) -> None:
    check_inspector(store, SETTINGS, "me")
    store.save_inspectors(PEOPLE)
    check_inspector(store, SETTINGS, "li")
    with pytest.raises(UsageError, match=r"nobody has that id.*known: li, ma, wu"):
        check_inspector(store, SETTINGS, "nobody")


def test_the_plan_names_who_cannot_log_in_once_somebody_can(store: CallStore) -> None:
    fill(store)
    assert not any("账号" in note for note in plan_queue(store, SETTINGS, DAY).notes)
    store.add_account("李", AccountRole.INSPECTOR, "hash", inspector_id="li")
    (note,) = (n for n in plan_queue(store, SETTINGS, DAY, again=True).notes if "账号" in n)
    assert note.startswith("2 名质检员没有登录账号：ma、wu；")
