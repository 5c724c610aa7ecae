"""What people write on cards is appended, and nobody overwrites anybody."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from qa_pipeline.domain.case import CaseStatus
from qa_pipeline.domain.case_card import CardText, Difficulty, Neighbour, Redaction
from qa_pipeline.domain.clause import clause_digest_of, clause_of
from qa_pipeline.domain.interval import Interval
from qa_pipeline.errors import NotFound, StoreError
from qa_pipeline.store import CallStore
from qa_pipeline.store.tables import case_edits
from tests.store.samples import NOON, a_case, a_rubric, an_arguing_call, save_calls

TEXT = CardText(
    situation="客户要退货",
    model_answer="我马上为您登记",
    difficulty=Difficulty.HARD,
    tags=("退货", "安抚"),
    masks=("张三丰",),
)


@pytest.fixture
def library(store: CallStore) -> CallStore:
    save_calls(store, "a")
    store.save_candidates([a_case("c1", "a"), a_case("c2", "a"), a_case("c3", "a")])
    return store


def test_edits_are_appended_and_the_second_of_two_editors_is_told(library: CallStore) -> None:
    assert library.edit_card("c1", TEXT, who="li", seen_version=0)
    later = replace(TEXT, tags=())
    assert not library.edit_card("c1", later, who="wang", seen_version=0)
    assert library.edit_card("c1", later, who="wang", seen_version=1)
    first, second = library.card_edits("c1")
    assert (first.version, first.who, first.text) == (1, "li", TEXT)
    assert (second.version, second.who, second.text) == (2, "wang", later)
    assert library.card_texts() == {"c1": later}
    with pytest.raises(NotFound, match="case c9"):
        library.edit_card("c9", TEXT, who="li", seen_version=0)


def test_nobody_changes_an_edit(library: CallStore) -> None:
    library.edit_card("c1", TEXT, who="li", seen_version=0)
    for change in (update(case_edits).values(who="x"), delete(case_edits)):
        with (
            pytest.raises(StoreError, match="appended, never changed"),
            library.database.write("a slip") as connection,
        ):
            connection.execute(change)


def test_the_newest_choice_of_a_partner_counts_on_both_sides(library: CallStore) -> None:
    near = (
        Neighbour(case_id="c1", partner_id="c3", similarity=0.5, method="words"),
        Neighbour(case_id="c1", partner_id="c2", similarity=0.9, method="meaning"),
    )
    library.save_neighbours(near)
    assert library.neighbours("c1") == (near[1], near[0])
    assert library.pair_choice("c1") is None
    library.choose_partner("c1", "c2", accepted=True, who="li")
    turned = library.pair_choice("c2")
    assert turned is not None
    assert (turned.case_id, turned.partner_id, turned.accepted) == ("c2", "c1", True)
    library.choose_partner("c1", "c3", accepted=False, who="li")
    assert library.pair_choice("c2") is None, "c1 has turned to another"
    library.save_neighbours(())
    newest = library.pair_choice("c1")
    assert newest is not None
    assert (newest.partner_id, newest.accepted) == ("c3", False)


def test_a_redaction_is_replaced(library: CallStore) -> None:
    assert library.redaction("c1") is None
    for key in ("k1", "k2"):
        made = Redaction(key=key, beeps=(Interval(100, 200),))
        library.save_redaction("c1", made)
        assert library.redaction("c1") == made


def test_collections_are_named_and_ordered(library: CallStore) -> None:
    assert library.add_collection("新人班", who="li")
    assert not library.add_collection("新人班", who="wang")
    library.arrange_collection("新人班", ["c2", "c1", "c2"])
    assert library.collection("新人班").case_ids == ("c2", "c1")
    with pytest.raises(NotFound, match="case c9"):
        library.arrange_collection("新人班", ["c9"])
    assert library.collection("新人班").case_ids == ("c2", "c1"), "all or nothing"
    with pytest.raises(NotFound, match="no collection 'x'"):
        library.collection("x")
    library.drop_collection("新人班")
    assert library.collections() == ()


def test_a_new_version_flags_the_cases_of_the_clauses_it_changes(store: CallStore) -> None:
    rubric = a_rubric()
    judged = an_arguing_call("a")
    store.save_judged(judged, rubric)
    stored = store.rubric(rubric.rubric_id, rubric.version)
    clause = stored.criteria[0]
    subject = clause.detector_id or f"manual:{clause.criterion_id}"
    assert clause_of(stored, subject) == clause
    case = replace(
        a_case("c1", "a"),
        subject=subject,
        rubric_id=rubric.rubric_id,
        rubric_version=rubric.version,
        clause_digest=clause_digest_of(clause),
    )
    store.save_candidates([case])
    store.set_case_status("c1", CaseStatus.APPROVED)

    def save_version(version: int, title: str) -> None:
        sections = tuple(
            replace(
                s,
                criteria=tuple(
                    replace(c, title=title) if c.criterion_id == clause.criterion_id else c
                    for c in s.criteria
                ),
            )
            for s in rubric.sections
        )
        newer = replace(rubric, version=version, digest=f"{version}" * 64, sections=sections)
        card = replace(
            judged.evaluation.scorecard, rubric_version=version, rubric_digest=newer.digest
        )
        evaluation = replace(judged.evaluation, scorecard=card)
        store.save_judged(
            replace(judged, evaluation=evaluation, judgement_key=f"v{version}"), newer
        )

    save_version(7, clause.title)
    assert store.case("c1").stale_because is None
    save_version(8, "另一个说法")
    reason = store.case("c1").stale_because
    assert reason is not None
    assert "第 8 版改过" in reason
    assert store.case("c1").status is CaseStatus.APPROVED
    store.save_candidates([replace(case, case_id="c2")])
    assert store.case("c2").stale_because == reason, "chosen after the clause had changed"
    save_version(9, clause.title)
    assert store.case("c1").stale_because is None
    assert store.case("c2").stale_because is None


def test_a_purge_forgets_what_was_written_on_the_cards(store: CallStore) -> None:
    save_calls(store, "old", started_at=NOON - timedelta(days=2))
    save_calls(store, "new", started_at=NOON)
    store.save_candidates([a_case("c1", "old"), a_case("c2", "new")])
    for case_id, other in (("c1", "c2"), ("c2", "c1")):
        store.edit_card(case_id, TEXT, who="li", seen_version=0)
        store.choose_partner(case_id, other, accepted=True, who="li")
        store.save_redaction(case_id, Redaction(key="k", beeps=()))
    store.save_neighbours(
        [Neighbour(case_id="c2", partner_id="c1", similarity=0.9, method="words")]
    )
    store.add_collection("班", who="li")
    store.arrange_collection("班", ["c1", "c2"])
    store.purge(NOON)
    assert store.card_edits("c1") == ()
    assert store.redaction("c1") is None
    assert store.neighbours("c2") == ()
    assert len(store.card_edits("c2")) == 1
    assert store.collection("班").case_ids == ("c2",)
    assert store.check() == ()
