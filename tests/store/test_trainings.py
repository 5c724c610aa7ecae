import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from qa_pipeline.domain.training import Training, names_of
from qa_pipeline.errors import NotFound
from qa_pipeline.store import DATABASE_NAME, CallStore
from tests.store.samples import NOON, save_calls


def a_training(**facts: object) -> Training:
    training = Training(
        training_id=0,
        held_on=date(2026, 3, 2),
        title="不与客户争辩",
        agents=("a1", "a2"),
        clauses=("behaviour:arguing",),
        trainer="李老师",
        note="",
        recorded_by="cli:me",
        recorded_at=NOON,
    )
    return replace(training, **facts)  # type: ignore[arg-type]  # any field


def test_trainings_come_back_latest_first(store: CallStore) -> None:
    late = store.add_training(a_training(held_on=date(2026, 4, 1)))
    early = store.add_training(a_training(agents=("坐席一",), clauses=("script:greeting",)))
    assert (late.training_id, early.training_id) == (1, 2)
    assert store.trainings() == (late, early)
    assert store.training(2) == early


def test_a_correction_counts_and_the_first_entry_stays(store: CallStore) -> None:
    first = store.add_training(a_training())
    second = store.correct_training(replace(first, agents=("a1",)), n_known=1)
    assert second == replace(first, agents=("a1",), entry=2)
    assert store.training_history(1) == (first, second)
    assert store.correct_training(replace(first, title="晚了一步"), n_known=1) is None
    withdrawn = store.correct_training(replace(first, is_withdrawn=True), n_known=2)
    assert store.trainings() == ()
    assert store.trainings(withdrawn=True) == (withdrawn,)


def test_an_unknown_training_is_named(store: CallStore) -> None:
    with pytest.raises(NotFound, match="training 7 is not in"):
        store.training(7)
    with pytest.raises(NotFound, match="training 7 is not in"):
        store.correct_training(a_training(training_id=7), n_known=1)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE training_entries SET title = 'x'",
        "DELETE FROM training_entries",
        "INSERT OR REPLACE INTO training_entries SELECT * FROM training_entries",
    ],
)
def test_the_database_refuses_to_change_entries(
    store: CallStore, tmp_path: Path, change: str
) -> None:
    store.add_training(a_training())
    with (
        closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as raw,
        pytest.raises(sqlite3.IntegrityError, match="appended, never changed"),
    ):
        raw.execute(change)


def test_the_agents_are_those_of_stored_calls(store: CallStore) -> None:
    save_calls(store, "c1", agent_id="a2")
    save_calls(store, "c2", agent_id="a1")
    save_calls(store, "c3", agent_id=None)
    assert store.agent_ids() == ("a1", "a2")
    assert names_of([" a2 ", "a1", "", "a2"]) == ("a1", "a2")
