"""A good and a bad handling of the same situation."""

from dataclasses import replace

import numpy as np

from qa_pipeline.cases.pairs import neighbours_of, situation_meaning
from qa_pipeline.domain.case import Case, CaseKind, CaseStatus
from qa_pipeline.domain.embeddings import EmbeddedSpan, Embeddings
from tests.builders import A, C, an_analyzed_call
from tests.store.samples import a_case


def case(name: str, kind: CaseKind, situation: str) -> Case:
    return replace(a_case(name, f"call-{name}"), kind=kind, situation=situation)


BAD = case("b", CaseKind.BAD, "快递一直没有送到")
NEAR = case("g1", CaseKind.GOOD, "我的快递还没有送到")
FAR = case("g2", CaseKind.GOOD, "发票金额开错了")


def test_the_nearest_of_the_other_kind_comes_first() -> None:
    found = neighbours_of([FAR, BAD, NEAR], {})
    assert [n.partner_id for n in found if n.case_id == "b"] == ["g1", "g2"]
    assert {n.method for n in found} == {"words"}
    assert [n.partner_id for n in found if n.case_id == "g1"] == ["b"]


def test_meaning_is_compared_where_both_have_it() -> None:
    one, other = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    meanings = {"b": ("m", one), "g1": ("m", other), "g2": ("m", one)}
    found = neighbours_of([BAD, NEAR, FAR], meanings)
    first = next(n for n in found if n.case_id == "b")
    assert (first.partner_id, first.similarity, first.method) == ("g2", 1.0, "meaning")
    mixed = neighbours_of([BAD, NEAR, FAR], meanings | {"g2": ("other model", one)})
    assert {n.partner_id: n.method for n in mixed if n.case_id == "b"} == {
        "g1": "meaning",
        "g2": "words",
    }


def test_retired_cases_other_subjects_and_the_same_call_make_no_pair() -> None:
    retired = replace(NEAR, status=CaseStatus.RETIRED)
    elsewhere = replace(FAR, subject="script:greeting")
    same_call = replace(NEAR, case_id="g3", call_id=BAD.call_id)
    assert neighbours_of([BAD, retired, elsewhere, same_call], {}) == ()


def test_a_situation_means_what_the_customers_turn_before_meant() -> None:
    call = an_analyzed_call([(C, 0, 1500, "快递没到"), (A, 2000, 3000, "不关我们的事")])
    customer, agent = call.transcript.utterances
    spans = tuple(
        EmbeddedSpan(utterance_id=u.utterance_id, start=0, end=4, row=row)
        for row, u in enumerate((customer, agent))
    )
    vectors = np.array([[3, 4], [100, 0]], dtype=np.int8).tobytes()
    stored = Embeddings(model_digest="m", dimensions=2, spans=spans, vectors=vectors)
    meaning = situation_meaning(BAD, replace(call, embeddings=stored))
    assert meaning is not None
    assert meaning[0] == "m"
    assert np.allclose(meaning[1], [0.6, 0.8])
    assert situation_meaning(BAD, call) is None
