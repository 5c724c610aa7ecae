from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.call import Call, Role
from qa_pipeline.domain.case import Case
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.phrase_query import PhraseAnswer
from qa_pipeline.domain.prosody import AgentBaseline
from qa_pipeline.domain.review import Inspector, Review, ReviewTask
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import Evaluation
from qa_pipeline.domain.speakers import SpeakerSplit, SplitMethod
from qa_pipeline.errors import StoreError
from qa_pipeline.store.codec import decode, digest, encode
from tests.builders import an_evidence
from tests.store.samples import any_value

KINDS = (
    AgentBaseline,
    AnalyzedCall,
    Call,
    Case,
    Evaluation,
    Inspector,
    PhraseAnswer,
    Review,
    ReviewTask,
    Rubric,
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=15, deadline=None, phases=(Phase.reuse, Phase.generate))
@given(data=st.data())
def test_every_domain_type_comes_back_equal_and_as_the_same_bytes(
    kind: Any, data: st.DataObject
) -> None:
    value = data.draw(any_value(kind))
    text = encode(kind, value)
    back = decode(kind, text)
    assert back == value
    assert encode(kind, back) == text


def test_the_order_of_a_mapping_does_not_show() -> None:
    a, b = (Interval(0, 1),), (Interval(2, 3),)
    one = {Role.AGENT: a, Role.CUSTOMER: b}
    other = {Role.CUSTOMER: b, Role.AGENT: a}
    texts = {
        encode(
            SpeakerSplit,
            SpeakerSplit(method=SplitMethod.CHANNELS, role_confidence=1.0, speech=speech),
        )
        for speech in (one, other)
    }
    assert len(texts) == 1


def test_minus_zero_is_zero() -> None:
    assert encode(float, -0.0) == encode(float, 0.0)


def test_chinese_stays_readable() -> None:
    assert "请您稍等" in encode(type(an_evidence(0, 1)), an_evidence(0, 1, "请您稍等"))


@pytest.mark.parametrize("weight", [float("nan"), float("inf")])
def test_a_number_that_json_lacks_is_refused_before_it_is_lost(weight: float) -> None:
    evidence = replace(an_evidence(0, 1), weight=weight)
    with pytest.raises(StoreError, match="Evidence cannot be saved"):
        encode(type(evidence), evidence)


def test_a_value_that_would_not_come_back_equal_is_refused() -> None:
    no_text: Any = 7
    evidence = replace(an_evidence(0, 1), quote=no_text)
    with pytest.raises(StoreError, match="Evidence cannot be saved"):
        encode(type(evidence), evidence)


def test_a_stored_text_of_another_type_is_refused() -> None:
    with pytest.raises(StoreError, match=r"Interval cannot be read.*db check"):
        decode(Interval, '{"start_ms": "soon"}')


def test_a_digest_tells_its_parts_apart() -> None:
    assert digest("ab", "c") != digest("a", "bc")
