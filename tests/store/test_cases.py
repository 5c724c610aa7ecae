from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from qa_pipeline.domain.case import Case, CaseKind, CaseStatus
from qa_pipeline.errors import NotFound
from qa_pipeline.store import CallStore
from tests.store.samples import a_case, any_value, save_calls


def test_mining_again_refreshes_candidates_only(store: CallStore) -> None:
    save_calls(store, "a")
    mined = [a_case("c1", "a"), a_case("c2", "a", 0.4), a_case("c3", "a", 0.3)]
    assert store.save_candidates(mined) == 3
    store.set_case_status("c1", CaseStatus.APPROVED, who="trainer", note="典型")
    store.set_case_status("c2", CaseStatus.RETIRED)
    again = [replace(case, why="newer", score=0.9) for case in mined]
    assert store.save_candidates(again) == 0
    assert store.case("c1") == replace(mined[0], status=CaseStatus.APPROVED)
    assert store.case("c2") == replace(mined[1], status=CaseStatus.RETIRED)
    assert store.case("c3") == again[2]


def test_cases_are_listed_best_first_and_filtered(store: CallStore) -> None:
    save_calls(store, "a")
    bad, worse = a_case("c1", "a", 0.5), a_case("c2", "a", 0.7)
    good = replace(a_case("c3", "a"), kind=CaseKind.GOOD)
    other = replace(a_case("c4", "a"), subject="script:greeting")
    store.save_candidates([bad, worse, good, other])
    assert store.cases() == (worse, bad, good, other)
    assert store.cases(subject="behaviour:arguing", kind=CaseKind.BAD) == (worse, bad)
    store.set_case_status("c2", CaseStatus.APPROVED)
    assert [c.case_id for c in store.cases(status=CaseStatus.APPROVED)] == ["c2"]
    assert [c.case_id for c in store.cases(CaseStatus.CANDIDATE)] == ["c1", "c3", "c4"]
    store.set_case_status("c2", CaseStatus.CANDIDATE)
    assert store.cases(status=CaseStatus.APPROVED) == ()


def test_an_unknown_case_or_call_is_named(store: CallStore) -> None:
    with pytest.raises(NotFound, match="case c9 is not in"):
        store.case("c9")
    with pytest.raises(NotFound, match="case c9 is not in"):
        store.set_case_status("c9", CaseStatus.APPROVED)
    with pytest.raises(NotFound, match="case c9 is not in"):
        store.save_clip("c9", "clips/c9.wav")
    with pytest.raises(NotFound, match="the first is nobody"):
        store.save_candidates([a_case("c1", "nobody")])
    assert store.cases() == ()


def test_clips_are_noted_once(store: CallStore) -> None:
    save_calls(store, "a")
    store.save_candidates([a_case("c1", "a"), a_case("c2", "a")])
    store.save_clip("c1", "clips/c1.wav")
    store.save_clip("c1", "clips/c1.wav")
    store.save_clip("c2", "clips/c2.wav")
    assert store.clip_paths() == ("clips/c1.wav", "clips/c2.wav")
    assert store.clip_paths("c2") == ("clips/c2.wav",)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(case=any_value(Case))
def test_any_case_comes_back_equal(store: CallStore, case: Case) -> None:
    save_calls(store, "a")
    case = replace(case, call_id="a", status=CaseStatus.CANDIDATE)
    store.save_candidates([case])
    assert store.case(case.case_id) == case
