"""What the library's list reads."""

from dataclasses import replace
from datetime import timedelta

import pytest

from qa_pipeline.domain.case import CaseStatus
from qa_pipeline.domain.case_card import CardText, Difficulty
from qa_pipeline.domain.case_shelf import CaseFeatures, CaseLine, SimilarCase
from qa_pipeline.domain.review import Review
from qa_pipeline.store import CallStore
from tests.store.samples import DAY, NOON, a_case, a_task, save_calls


def a_line(case_id: str, words: str = "", made_of: str = "1:a:0") -> CaseLine:
    return CaseLine(
        case_id=case_id,
        made_of=made_of,
        title="争辩",
        situation="客户要退货",
        quote="不关我们的事",
        tags=("退货", "安抚 话术"),
        difficulty=Difficulty.HARD,
        words=words,
    )


@pytest.fixture
def library(store: CallStore) -> CallStore:
    save_calls(store, "a", team="一组", agent_name="孙浩")
    save_calls(store, "b")
    store.save_candidates([a_case("c1", "a"), a_case("c2", "b"), a_case("c3", "b")])
    return store


def test_an_entry_says_what_facets_count(library: CallStore) -> None:
    library.save_lines([a_line("c1")])
    library.edit_card("c1", CardText(), who="li", seen_version=0)
    for status in (CaseStatus.APPROVED, CaseStatus.RETIRED):
        library.set_case_status("c1", status)
    first, *others = library.case_entries()
    assert (first.case_id, first.status, first.team) == ("c1", CaseStatus.RETIRED, "一组")
    assert (first.tags, first.difficulty) == (("退货", "安抚 话术"), Difficulty.HARD)
    assert (first.made_of, first.card_version) == ("1:a:0", 1)
    assert first.analysis_id
    assert [(e.made_of, e.status, e.card_version) for e in others] == [
        (None, CaseStatus.CANDIDATE, 0),
        (None, CaseStatus.CANDIDATE, 0),
    ]
    assert library.case_agents(["c1", "c9"]) == {"c1": "孙浩"}
    assert set(library.cases_by_id(["c3", "c9"])) == {"c3"}


def test_the_newest_come_first_where_asked(library: CallStore) -> None:
    library.save_candidates([a_case("c0", "a")])
    assert [e.case_id for e in library.case_entries()] == ["c0", "c1", "c2", "c3"]
    assert library.case_entries(newest_first=True)[0].case_id == "c0"
    library.save_candidates([replace(a_case("c9", "a"), subject="script:zzz")])
    assert library.case_entries(newest_first=True)[0].case_id == "c9"


def test_lines_are_replaced_and_searched_for_all_words(library: CallStore) -> None:
    library.save_lines([a_line("c1", "old"), a_line("c2", "快递没到我要退货")])
    library.save_lines([a_line("c1", "100%快递")])
    assert library.case_lines(["c1", "c3"]) == {"c1": a_line("c1", "100%快递")}
    assert library.cases_holding(["快递"]) == {"c1", "c2"}
    assert library.cases_holding(["退货", "快递"]) == {"c2"}
    assert library.cases_holding(["0%"]) == {"c1"}
    assert library.cases_holding(["%"]) == {"c1"}, "a per cent sign is itself"
    assert library.cases_holding(["old"]) == frozenset()


def test_features_and_likeness_are_replaced(library: CallStore) -> None:
    made = CaseFeatures(case_id="c1", model_digest="m", vector=b"\x01\xff", figures=(0.5, None))
    library.save_features([made])
    assert library.case_features() == {"c1": made}
    near = SimilarCase(case_id="c1", other_id="c2", likeness=0.4, method="words")
    nearer = SimilarCase(case_id="c1", other_id="c3", likeness=0.9, method="meaning")
    library.save_similar([near, nearer])
    assert library.similar_cases("c1") == (nearer, near)
    library.save_similar([near])
    assert library.similar_cases("c1") == (near,)
    assert library.similar_cases("c2") == ()


def test_a_purge_takes_words_and_vectors_along(store: CallStore) -> None:
    save_calls(store, "old", started_at=NOON - timedelta(days=2))
    save_calls(store, "new", started_at=NOON)
    store.save_candidates([a_case("c1", "old"), a_case("c2", "new")])
    store.save_lines([a_line("c1"), a_line("c2")])
    store.save_features(
        CaseFeatures(case_id=c, model_digest="", vector=b"", figures=()) for c in ("c1", "c2")
    )
    store.save_similar(
        SimilarCase(case_id=one, other_id=other, likeness=1.0, method="words")
        for one, other in (("c1", "c2"), ("c2", "c1"))
    )
    store.purge(NOON - timedelta(days=1))
    assert set(store.case_lines(["c1", "c2"])) == {"c2"}
    assert set(store.case_features()) == {"c2"}
    assert store.similar_cases("c1") == store.similar_cases("c2") == ()
    gone = next(e for e in store.case_entries() if e.case_id == "c1")
    assert (gone.status, gone.analysis_id) == (CaseStatus.RETIRED, None)
    assert store.check() == ()


def test_a_blind_review_that_is_owed_is_known_until_it_is_written(library: CallStore) -> None:
    blind = replace(a_task("a", "me"), blind=True)
    library.save_plan(DAY, (blind, a_task("a", "you"), a_task("b", "you")))
    assert library.blind_case_tasks() == {"a": (("me", True), ("you", False))}
    library.append_reviews(
        [Review(review_id="r", call_id="a", inspector_id="me", reviewed_at=NOON)]
    )
    assert library.blind_case_tasks() == {}
