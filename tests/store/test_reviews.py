import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from qa_pipeline.domain.case import CaseStatus
from qa_pipeline.domain.review import Review
from qa_pipeline.errors import NotFound
from qa_pipeline.store import DATABASE_NAME, CallStore
from tests.store.samples import DAY, NOON, a_case, a_review, a_task, any_value, save_calls


def test_importing_the_same_reviews_twice_adds_nothing(store: CallStore) -> None:
    save_calls(store, "a", "b")
    first, second = a_review("r1", "a"), a_review("r2", "b", NOON + timedelta(hours=1))
    assert store.append_reviews([first, first]) == 1
    assert store.append_reviews([second, first]) == 1
    assert store.append_reviews([]) == 0
    assert store.reviews() == (first, second)
    assert store.reviews(call_id="b") == (second,)
    assert store.reviews(since=NOON, until=NOON + timedelta(hours=1)) == (first,)
    assert store.reviews(since=NOON + timedelta(seconds=1)) == (second,)
    assert store.reviewed_call_ids() == {"a", "b"}


def test_reviews_of_unknown_calls_are_refused_with_their_neighbours(store: CallStore) -> None:
    save_calls(store, "a")
    with pytest.raises(NotFound, match="1 calls are not in the workspace, the first is nobody"):
        store.append_reviews([a_review("r1", "a"), a_review("r2", "nobody")])
    assert store.reviews() == ()


def test_what_a_page_sends_twice_is_stored_once(store: CallStore) -> None:
    save_calls(store, "a")
    first, again = a_review("r1", "a"), a_review("r2", "a", NOON + timedelta(seconds=5))
    assert store.append_sent(first, "s1")
    assert not store.append_sent(again, "s1")
    assert not store.append_sent(first, None), "known by its id"
    assert store.append_sent(again, "s2")
    assert store.reviews() == (first, again)
    with pytest.raises(NotFound):
        store.append_sent(a_review("r3", "nobody"), "s3")


def test_of_many_sendings_at_once_one_is_stored(store: CallStore) -> None:
    save_calls(store, "a")
    reviews = [a_review(f"r{n}", "a", NOON + timedelta(seconds=n)) for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        stored = list(pool.map(lambda r: store.append_sent(r, "s1"), reviews))
    assert sum(stored) == len(store.reviews()) == 1


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(review=any_value(Review))
def test_any_review_comes_back_equal(store: CallStore, review: Review) -> None:
    save_calls(store, "a")
    known = {r.review_id for r in store.reviews()}
    review = replace(review, call_id="a", review_id=f"r{len(known)}")
    assert store.append_reviews([review]) == 1
    assert review in store.reviews()


HUMAN_ROWS = ("reviews", "task_starts", "case_verdicts", "audit")


@pytest.mark.sqlite_only
@pytest.mark.parametrize("table", HUMAN_ROWS)
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {table} SET rowid = rowid + 1",
        "DELETE FROM {table}",
        "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    ],
)
def test_no_program_can_change_what_humans_said(
    store: CallStore, tmp_path: Path, table: str, change: str
) -> None:
    save_calls(store, "a")
    store.save_plan(DAY, [a_task("a")])
    store.start_task(DAY, "me", "a")
    store.append_reviews([a_review("r1", "a")])
    store.save_candidates([a_case("c1", "a")])
    store.set_case_status("c1", CaseStatus.APPROVED, who="trainer")
    store.audit("me", "export", "reviews")
    # A plain connection, without the settings of our own.
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as plain:
        before = plain.execute(f"SELECT * FROM {table}").fetchall()
        assert len(before) == 1
        with pytest.raises(sqlite3.IntegrityError, match="rows are appended, never changed"):
            plain.execute(change.format(table=table))
        plain.rollback()
        assert plain.execute(f"SELECT * FROM {table}").fetchall() == before
