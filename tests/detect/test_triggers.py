from dataclasses import replace

from qa_pipeline.detect.triggers import fired_triggers, trigger_hits
from qa_pipeline.domain.rubric import Trigger
from qa_pipeline.domain.taught import Taught, TaughtWeights
from tests.builders import A, C, Line, an_analyzed_call
from tests.detect.phrase_rubrics import a_context

COMPLAINS = Trigger(
    name="complains", role=C, any_of=("投诉", "我要投诉", "找你们领导"), unless=("投诉电话",)
)

CALL: list[Line] = [
    (C, 0, 2000, "你们投诉电话是多少"),
    (A, 2500, 4000, "您要投诉吗"),
    (C, 4500, 6000, "我不是要投诉"),
    (C, 9000, 11_000, "我要投诉你们"),
    (C, 12_000, 14_000, "找你们令导"),
]


def test_one_hit_a_place_in_time_order() -> None:
    hits = trigger_hits(COMPLAINS, a_context(CALL))
    assert [h.first_utterance_id for h in hits] == ["u0004", "u0005"]
    assert hits[1].wanted == "找你们领导"


def test_fired_triggers() -> None:
    silent = Trigger(name="cancels", role=C, any_of=("我要退订",))
    assert fired_triggers(a_context(CALL, COMPLAINS, silent)) == {"complains"}


def test_unreliable_roles_fire_nothing() -> None:
    call = an_analyzed_call(CALL)
    mono = replace(call, split=replace(call.split, role_confidence=0.2))
    assert trigger_hits(COMPLAINS, a_context(mono)) == ()


def test_streams_and_searches_are_made_once() -> None:
    context = a_context(CALL, COMPLAINS)
    assert context.stream(C) is context.stream(C)
    assert context.find(("我要投诉",), C, 0.6) is context.find(("我要投诉",), C, 0.6)


def test_what_was_taught_hits_where_no_phrase_was_heard() -> None:
    weights = TaughtWeights(intercept=-4.0, grams=(("tou su", 30.0),))
    wording = Taught(
        name="own", digest="own", embedder="none", with_meaning=weights, without_meaning=weights
    )
    taught = Trigger(
        name="complains", role=C, any_of=("找你们领导",), unless=("投诉电话",), taught=wording
    )
    hits = trigger_hits(taught, a_context(CALL, taught))
    assert [h.quote for h in hits] == ["我不是要投诉", "我要投诉你们", "找你们令导"]
    assert [h.first_utterance_id for h in hits][-2:] == ["u0004", "u0005"]
    bare = replace(taught, taught=None)
    assert [h.first_utterance_id for h in trigger_hits(bare, a_context(CALL, bare))] == ["u0005"]
