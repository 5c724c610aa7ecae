"""Trainings and needs read from a real store."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from qa_pipeline.batch.reporting import report_period
from qa_pipeline.batch.training_needs import training_needs
from qa_pipeline.batch.trainings import correct_training, record_training, training_effect
from qa_pipeline.domain.training import Side, Verdict
from qa_pipeline.errors import UsageError
from qa_pipeline.report import ReportKind
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore, open_store
from tests.store.samples import a_case
from tests.trained_store import HELD_ON, OTHERS, TRAINED, a_training, fill_centre

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("centre")
    with open_store(folder) as store:
        fill_centre(store)
    return folder


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Iterator[CallStore]:
    """A copy of the filled centre, so that no test sees another's trainings."""
    (tmp_path / "qa.db").write_bytes((filled / "qa.db").read_bytes())
    with open_store(tmp_path) as opened:
        yield opened


def test_the_trained_stopped_and_the_others_went_on(store: CallStore) -> None:
    training = record_training(store, a_training())
    found = training_effect(store, training, ZONE, weeks=1)
    (effect,) = found.clauses
    assert [r.n_reviewed for r in effect.rates] == [35, 35, 35, 35]
    assert [r.n_agents for r in effect.rates] == [5, 5, 5, 5]
    assert effect.rate(Side.TRAINED_AFTER).share == 0.0
    assert effect.effect is not None
    assert effect.effect.value == pytest.approx(-2 / 3, abs=0.1)
    assert effect.verdict is Verdict.FELL
    assert effect.is_small_sample
    assert found.last_day == HELD_ON + timedelta(days=7)
    assert store.audit_log()[-1].action == "add training"


def test_who_was_trained_elsewhere_is_no_comparison(store: CallStore) -> None:
    training = record_training(store, a_training())
    record_training(store, a_training(agents=("o0",), held_on=HELD_ON - timedelta(days=90)))
    record_training(store, a_training(agents=("t0", "o1"), held_on=HELD_ON + timedelta(days=2)))
    record_training(store, a_training(agents=("o2",), clauses=("manual:greeting",)))
    found = training_effect(store, training, ZONE, weeks=1)
    (effect,) = found.clauses
    assert found.left_out == ("t0",)
    assert effect.rate(Side.TRAINED_BEFORE).n_agents == 4
    assert effect.rate(Side.OTHERS_BEFORE).n_agents == 3
    assert effect.verdict is Verdict.TOO_LITTLE
    assert effect.refused_because is not None
    assert "未参训坐席培训前只有 3 名坐席、21 通" in effect.refused_because


def test_a_withdrawn_training_spoils_nothing(store: CallStore) -> None:
    training = record_training(store, a_training())
    wrong = record_training(store, a_training(agents=("o0",)))
    correct_training(store, replace(wrong, is_withdrawn=True), n_known=1)
    (effect,) = training_effect(store, training, ZONE, weeks=1).clauses
    assert effect.rate(Side.OTHERS_AFTER).n_agents == 5
    with pytest.raises(UsageError, match="corrected by somebody else"):
        correct_training(store, wrong, n_known=1)


def test_unknown_agents_and_clauses_are_named(store: CallStore) -> None:
    with pytest.raises(UsageError, match="no agent zz: "):
        record_training(store, a_training(agents=("t0", "zz")))
    with pytest.raises(UsageError, match=r"no clause script:nothing: .*behaviour:arguing"):
        record_training(store, a_training(clauses=("script:nothing",)))
    with pytest.raises(UsageError, match="at least one agent"):
        record_training(store, a_training(agents=(" ",)))
    added = record_training(store, a_training(clauses=("greeting", " behaviour:arguing ")))
    assert added.clauses == ("behaviour:arguing", "manual:greeting")


def test_needs_name_who_lies_above_the_centre_with_cases(tmp_path: Path) -> None:
    loud = ("o1", "t0", "t1")
    with open_store(tmp_path) as store:
        fill_centre(store, loud=loud)
        store.save_candidates([a_case("case-1", "t0-0304")])
        found = training_needs(store, HELD_ON - timedelta(days=7), HELD_ON + timedelta(days=8))
    assert [c.clause_id for c in found.clauses] == ["behaviour:arguing"]
    assert found.agents == tuple(sorted((*TRAINED, *OTHERS)))
    assert {c.agent_id for c in found.cells if c.is_need} == set(loud)
    assert (found.n_tested, found.n_needs) == (10, 3)
    (group,) = found.groups
    assert (group.agents, group.clauses) == (loud, ("behaviour:arguing",))
    assert [c.case_id for c in group.cases] == ["case-1"]


def test_the_monthly_report_shows_the_trainings_of_its_month(
    store: CallStore, tmp_path: Path
) -> None:
    record_training(store, a_training())
    settings = Settings(workspace=tmp_path)
    month = report_period(store, settings, ReportKind.MONTHLY, HELD_ON, tmp_path / "m")
    html, table = (file.read_text("utf-8-sig") for file in month.files)
    assert "培训效果" in html
    assert "不与客户争辩" in html
    assert "training_effect" in table
    for kind, day in ((ReportKind.WEEKLY, HELD_ON), (ReportKind.MONTHLY, date(2026, 1, 5))):
        other = report_period(store, settings, kind, day, tmp_path / "o")
        assert "培训效果" not in other.files[0].read_text("utf-8")


def test_without_reviews_there_are_no_needs(store: CallStore) -> None:
    nothing = training_needs(store, date(2027, 1, 1), date(2027, 1, 31))
    assert (nothing.clauses, nothing.cells, nothing.groups) == ((), (), ())
