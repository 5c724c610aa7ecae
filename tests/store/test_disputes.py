import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from qa_pipeline.domain.dispute import Dispute, Ruling, Verdict, numbered
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.errors import NotFound
from qa_pipeline.store import DATABASE_NAME, CallStore
from tests.builders import a_criterion_score, a_judged_call
from tests.store.samples import NOON, a_rubric, any_value, save_calls

PASS, FAIL, PARTIAL = CriterionOutcome.PASS, CriterionOutcome.FAIL, CriterionOutcome.PARTIAL


def a_dispute(call_id: str = "a", criterion_id: str = "greeting", **facts: object) -> Dispute:
    dispute = Dispute(
        dispute_id="",
        call_id=call_id,
        agent_id="A7",
        rubric_id="inbound_service",
        criterion_id=criterion_id,
        detector_id=f"script:{criterion_id}",
        machine_outcome=FAIL,
        stood=FAIL,
        proposed=PASS,
        reason="我说了您好",
        quote="",
        interval=None,
        opened_by="agent",
        opened_at=NOON,
    )
    return numbered(replace(dispute, **facts))  # type: ignore[arg-type]  # any field


def a_ruling(dispute: Dispute, verdict: Verdict = Verdict.ACCEPT, **facts: object) -> Ruling:
    ruling = Ruling(
        dispute_id=dispute.dispute_id,
        verdict=verdict,
        outcome=dispute.proposed,
        reason="听到了",
        example="您好",
        decided_by="boss",
        decided_at=NOON + timedelta(hours=1),
    )
    return replace(ruling, **facts)  # type: ignore[arg-type]  # any field


def test_a_line_has_one_open_dispute(store: CallStore) -> None:
    save_calls(store, "a", "b")
    first = a_dispute()
    assert store.open_dispute(first)
    assert not store.open_dispute(first), "sent twice"
    assert not store.open_dispute(a_dispute(reason="再说一次"))
    assert store.open_dispute(a_dispute(criterion_id="closing"))
    assert store.open_dispute(a_dispute("b", agent_id="A8"))
    assert len(store.disputes()) == 3
    assert len(store.disputes(agent_id="A7")) == 2
    assert [d.agent_id for d in store.disputes(call_id="b")] == ["A8"]
    store.rule(a_ruling(first, Verdict.KEEP, outcome=FAIL), n_known=0)
    assert store.open_dispute(a_dispute(reason="再说一次"))
    assert store.disputes(call_id="nobody") == ()


def test_rulings_are_appended_and_the_newest_stands(store: CallStore) -> None:
    save_calls(store, "a")
    dispute = a_dispute()
    store.open_dispute(dispute)
    first = a_ruling(dispute)
    assert store.rule(first, n_known=0)
    assert not store.rule(first, n_known=0), "sent twice, or somebody was faster"
    second = a_ruling(dispute, Verdict.OTHER, outcome=PARTIAL)
    assert store.rule(second, n_known=1)
    (found,) = store.disputes()
    assert found == replace(dispute, rulings=(first, second)) == store.dispute(found.dispute_id)
    assert found.ruling == second


def test_unknown_calls_and_disputes_are_refused(store: CallStore) -> None:
    with pytest.raises(NotFound, match="the first is a"):
        store.open_dispute(a_dispute())
    with pytest.raises(NotFound, match="is not in"):
        store.rule(a_ruling(a_dispute()), n_known=0)
    with pytest.raises(NotFound, match="is not in"):
        store.dispute("nobody")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(dispute=any_value(Dispute))
def test_any_dispute_comes_back_equal(store: CallStore, dispute: Dispute) -> None:
    save_calls(store, "a")
    n = len(store.disputes())
    dispute = replace(dispute, call_id="a", dispute_id=f"d{n}", criterion_id=f"c{n}", rulings=())
    assert store.open_dispute(dispute)
    assert store.dispute(f"d{n}") == dispute


@pytest.mark.sqlite_only
@pytest.mark.parametrize("table", ["disputes", "dispute_rulings"])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {table} SET rowid = rowid + 1",
        "DELETE FROM {table}",
        "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    ],
)
def test_no_program_can_change_what_was_said(
    store: CallStore, tmp_path: Path, table: str, change: str
) -> None:
    save_calls(store, "a")
    dispute = a_dispute()
    store.open_dispute(dispute)
    store.rule(a_ruling(dispute), n_known=0)
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as plain:
        before = plain.execute(f"SELECT * FROM {table}").fetchall()
        assert len(before) == 1
        with pytest.raises(sqlite3.IntegrityError, match="rows are appended, never changed"):
            plain.execute(change.format(table=table))
        plain.rollback()
        assert plain.execute(f"SELECT * FROM {table}").fetchall() == before


def test_a_purge_takes_disputes_with_their_call(store: CallStore) -> None:
    save_calls(store, "old", "new")
    for call_id in ("old", "new"):
        dispute = a_dispute(call_id)
        store.open_dispute(dispute)
        store.rule(a_ruling(dispute), n_known=0)
    with store.database.write("an old date") as connection:
        connection.exec_driver_sql(
            "UPDATE calls SET effective_at = '2020-01-01 00:00:00' WHERE call_id = 'old'"
        )
    store.purge(NOON.replace(year=2021))
    assert [d.call_id for d in store.disputes()] == ["new"]


def test_a_line_knows_what_was_said_of_it_before(store: CallStore) -> None:
    for key, outcome in (("k1", PASS), ("k2", FAIL)):
        judged = a_judged_call("a", scores=(a_criterion_score("greeting", outcome, 5),))
        store.save_judged(replace(judged, judgement_key=key), a_rubric())
    (history,) = store.line_histories("a").values()
    assert [outcome for _, outcome in history] == [PASS, FAIL]
    assert history[0][0] <= history[1][0]
    assert store.line_histories("nobody") == {}
