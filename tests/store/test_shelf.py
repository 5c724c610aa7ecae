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


def test_the_shelf_has_a_column_a_facet(library: CallStore) -> None:
    library.save_lines([a_line("c1")])
    for status in (CaseStatus.APPROVED, CaseStatus.RETIRED):
        library.set_case_status("c1", status)
    shelf = library.shelf()
    assert shelf.case_ids == ("c1", "c2", "c3")
    assert shelf.call_ids == ("a", "b", "b")
    assert shelf.statuses == ("retired", "candidate", "candidate")
    assert (shelf.teams, shelf.queues) == (("一组", "", ""), ("", "", ""))
    assert (shelf.tags, shelf.difficulties) == (("退货\n安抚 话术", "", ""), ("hard", "", ""))
    assert shelf.is_stale == (False, False, False)
    assert (shelf.titles, shelf.n_unread) == ({"behaviour:arguing": "争辩"}, 2)
    assert library.case_agents(["c1", "c9"]) == {"c1": "孙浩"}
    assert set(library.cases_by_id(["c3", "c9"])) == {"c3"}


def test_an_origin_says_what_a_line_is_made_of(library: CallStore) -> None:
    library.save_lines([a_line("c1")])
    library.edit_card("c1", CardText(), who="li", seen_version=0)
    first, second, _ = library.case_origins()
    assert (first.case_id, first.made_of, first.card_version) == ("c1", "1:a:0", 1)
    assert first.analysis_id
    assert (second.made_of, second.card_version) == (None, 0)
    assert library.case_origins(["c2", "c9"]) == (second,)


def test_an_empty_library_is_an_empty_shelf(store: CallStore) -> None:
    assert store.shelf().case_ids == ()
    assert store.case_origins([]) == ()


def test_the_newest_come_first_where_asked(library: CallStore) -> None:
    library.save_candidates([replace(a_case("c9", "a"), subject="script:zzz")])
    assert library.shelf().case_ids == ("c1", "c2", "c3", "c9")
    assert library.shelf(newest_first=True).case_ids[0] == "c9"


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
    assert store.shelf().statuses == ("retired", "candidate")
    assert store.shelf().n_unread == 0
    assert store.case_origins(["c1"])[0].analysis_id is None
    assert store.check() == ()


def test_a_blind_review_that_is_owed_is_known_until_it_is_written(library: CallStore) -> None:
    blind = replace(a_task("a", "me"), blind=True)
    library.save_plan(DAY, (blind, a_task("a", "you"), a_task("b", "you")))
    assert library.blind_case_tasks() == {"a": (("me", True), ("you", False))}
    library.append_reviews(
        [Review(review_id="r", call_id="a", inspector_id="me", reviewed_at=NOON)]
    )
    assert library.blind_case_tasks() == {}
