"""Cases that happened much alike."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.cases.likeness import best_of, call_figures
from qa_pipeline.cases.mine import CALL_OPENS
from qa_pipeline.cases.similar import features_of, meaning_of, similar_cases
from qa_pipeline.domain.case import Case, CaseKind, CaseStatus
from qa_pipeline.domain.case_shelf import CaseFeatures
from qa_pipeline.domain.embeddings import EmbeddedSpan, Embeddings
from qa_pipeline.domain.metrics import ConversationMetrics
from tests.builders import A, C, an_analyzed_call
from tests.store.samples import a_case


def case(name: str, situation: str, **changes: object) -> Case:
    return replace(a_case(name, f"call-{name}"), situation=situation, **changes)  # type: ignore[arg-type]  # any field


HERE = case("here", "我的快递一直没有送到")
NEAR = case("near", "快递没有送到我家", kind=CaseKind.GOOD, subject="script:apology")
FAR = case("far", "发票抬头开错了")


def likest(*cases: Case, features: dict[str, CaseFeatures] | None = None) -> list[str]:
    found = similar_cases(cases, features or {})
    return [one.other_id for one in found if one.case_id == "here"]


def test_what_a_case_shows_makes_no_difference_but_its_situation_does() -> None:
    assert likest(HERE, NEAR, FAR) == ["near"]


def test_retired_ones_and_the_same_call_are_left_out() -> None:
    assert likest(HERE, replace(NEAR, status=CaseStatus.RETIRED)) == []
    assert likest(HERE, replace(NEAR, call_id=HERE.call_id)) == []


def test_of_the_same_words_the_call_that_went_alike_comes_first() -> None:
    twin = replace(HERE, case_id="twin", call_id="other")
    unlike = replace(HERE, case_id="a-first-by-name", call_id="third")

    def figures(name: str, *values: float | None) -> CaseFeatures:
        return CaseFeatures(case_id=name, model_digest="", vector=b"", figures=values)

    features = {
        "here": figures("here", 0.9, None, 0.2),
        "twin": figures("twin", 0.8, 0.5, None),
        "a-first-by-name": figures("a-first-by-name", 0.1, 0.5, 0.9),
    }
    assert likest(HERE, twin, unlike, features=features) == ["twin", "a-first-by-name"]
    found = similar_cases([HERE, twin], features)
    assert found[0].likeness == round(0.8 + 0.2 * 0.9, 4), "one figure is known of both"


def test_where_the_call_had_only_opened_the_agents_words_are_compared() -> None:
    greeting = case("here", CALL_OPENS, quote="您好很高兴为您服务")
    same = case("same", CALL_OPENS, quote="您好高兴为您服务")
    other = case("other", CALL_OPENS, quote="喂哪位说话")
    assert likest(greeting, same, other) == ["same"]


def test_meaning_survives_being_kept() -> None:
    call = an_analyzed_call([(C, 0, 1500, "快递没到"), (A, 2000, 3000, "不关我们的事")])
    customer, _ = call.transcript.utterances
    span = EmbeddedSpan(utterance_id=customer.utterance_id, start=0, end=4, row=0)
    vectors = np.array([[30, 40, -1]], dtype=np.int8).tobytes()
    stored = Embeddings(model_digest="m", dimensions=3, spans=(span,), vectors=vectors)
    kept = features_of(a_case("c", "call"), replace(call, embeddings=stored))
    meaning = meaning_of(kept)
    assert meaning is not None
    assert meaning[0] == "m"
    assert np.allclose(meaning[1], np.array([30, 40, -1]) / np.linalg.norm([30, 40, -1]), atol=0.01)
    assert meaning_of(features_of(a_case("c", "call"), call)) is None


def test_figures_are_shares_and_unknown_ones_stay_unknown() -> None:
    metrics = ConversationMetrics(
        duration_ms=1, no_conversation=False, agent_talk_ratio=0.4, dead_air_ms=600_000
    )
    figures = call_figures(metrics)
    assert figures.count(None) == len(figures) - 2
    assert {0.4, 1.0} < set(figures)


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=40), st.integers(1, 6))
def test_the_best_are_those_of_a_stable_sort(values: list[float], wanted: int) -> None:
    likeness = np.array(values, dtype=np.float32)
    allowed = np.array([i % 3 != 0 for i in range(len(values))])
    ranked = sorted((i for i in range(len(values)) if allowed[i]), key=lambda i: (-values[i], i))
    assert list(best_of(likeness, allowed, wanted)) == ranked[:wanted]
