"""What the behaviours' scores are made of, with the installed sentence embedder."""

import json
import math
import random
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.behaviour_data import AGAINST, MODULES, Dialogue, Said, analyzed
from qa_pipeline.detect import BEHAVIOURS, arguing, detectors_digest
from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.conversation import Conversation, conversation_of
from qa_pipeline.detect.fitted import FILE, Fitted, fitted_model, model_version
from qa_pipeline.detect.meanings import examples, meanings_of
from qa_pipeline.detect.parts import parts_of, probability_of
from qa_pipeline.detect.signs import Sign, share_of
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.embed import embed_utterances, load_embedder
from qa_pipeline.text.mishearing import mishear
from tests.builders import a_transcript
from tests.detect.dialogues import a_rubric, timed

POLITE_DENIAL = (
    "a: 您好，请问有什么可以帮您",
    "c: 我的快递显示签收了，可是我根本没有收到",
    "a: 系统里记录得很清楚的，您这边是已经签收过的呢",
    "c: 我没有签收，我一整天都在家",
    "a: 那可能是您自己没有留意到，这个情况不是我们造成的哦",
    "c: 你们连问都不问就说是我的错",
    "a: 先生，记录上是这样，那就是这样的，别的客户都没有问题",
    "c: 我说不过你",
)


def context_of(*lines: str, with_meaning: bool = True) -> DetectionContext:
    said = tuple(Said(role=r, start_ms=a, end_ms=b, text=t) for r, a, b, t in timed(lines))
    dialogue = Dialogue(name="call", scenario="call", said=said)
    call = analyzed(dialogue, is_timed=True, with_meaning=with_meaning)
    return DetectionContext(call=call, rubric=a_rubric())


def values(module: str, talk: Conversation) -> dict[str, float]:
    return {sign.key: sign.value for sign in MODULES[module].signs(talk)}


def test_an_argument_without_a_rude_word_is_seen_by_its_meaning() -> None:
    seen = arguing.detect(context_of(*POLITE_DENIAL))
    assert seen.outcome is Outcome.FOUND
    assert any(e.role is Role.AGENT and e.quote for e in seen.evidence)
    meant = values("arguing", conversation_of(context_of(*POLITE_DENIAL)))
    assert meant["contest_meaning"] > 0.3
    blind = values("arguing", conversation_of(context_of(*POLITE_DENIAL, with_meaning=False)))
    assert blind["contest_meaning"] == 0


def test_meanings_tell_a_refusal_by_the_book_from_help() -> None:
    talk = conversation_of(
        context_of(
            "c: 我爱人住院了，我替她来取钱行不行",
            "a: 须由持卡人本人携带有效证件前往柜台，不得代办",
            "c: 那怎么办",
            "a: 您别着急，我现在就帮您申请上门办理",
        )
    )
    assert talk.meanings is not None
    by_the_book, help_given = talk.agent.utterances
    recites = [talk.meanings.of(u.utterance_id, "recite") for u in (by_the_book, help_given)]
    helps = [talk.meanings.of(u.utterance_id, "help") for u in (by_the_book, help_given)]
    assert recites[0] > 0 > recites[1]
    assert helps[1] > helps[0]


def test_embeddings_of_another_model_have_no_meanings() -> None:
    context = context_of(*POLITE_DENIAL)
    assert context.call.embeddings is not None
    object.__setattr__(context.call.embeddings, "model_digest", "another model")
    assert conversation_of(context).meanings is None
    assert arguing.detect(context).outcome is not Outcome.CANNOT_TELL


def test_every_example_sentence_has_one_meaning() -> None:
    texts = [t for meanings in examples().values() for listed in meanings.values() for t in listed]
    assert len(set(texts)) == len(texts)
    assert set(examples()) == {Role.AGENT, Role.CUSTOMER}


def test_example_sentences_have_their_meaning_misheard_too() -> None:
    embedder = load_embedder()
    assert embedder is not None
    for role, meanings in examples().items():
        said = [(meaning, text) for meaning, texts in meanings.items() for text in texts]
        noise = random.Random(9)
        for rate, least in ((0.0, 0.9), (0.2, 0.6)):
            lines = [
                (role, i * 1000, i * 1000 + 900, mishear(text, rate, noise))
                for i, (_, text) in enumerate(said)
            ]
            utterances = a_transcript(lines).utterances
            found = meanings_of(utterances, embed_utterances(embedder, utterances))
            assert found is not None
            right = [
                max(meanings, key=partial(found.of, u.utterance_id)) == meaning
                for u, (meaning, _) in zip(utterances, said, strict=True)
            ]
            assert sum(right) >= least * len(right)


def test_no_weight_contradicts_the_definition() -> None:
    for kinds in json.loads(FILE.read_text("utf-8"))["models"].values():
        for model in kinds.values():
            wrong = {k for k, w in model["weights"].items() if w and (w > 0) == (k in AGAINST)}
            assert not wrong
            assert model["bias"] < 0
            assert 0.3 <= model["cut"] <= 0.9


@pytest.mark.parametrize("name", MODULES)
def test_all_weights_belong_to_signs_that_exist(name: str) -> None:
    pitch = "我们这个套餐每个月包含三十个G的流量和五百分钟的通话还送您一年的视频会员" * 6
    made = MODULES[name].signs(conversation_of(context_of("c: 你好", "a: " + pitch, "c: 哦")))
    keys = [sign.key for sign in made]
    assert len(set(keys)) == len(keys)
    assert set(fitted_model(name, is_timed=True, has_meaning=True).weights) <= set(keys)
    assert all(0 <= sign.value <= 1 for sign in made)


def test_the_note_adds_up_to_the_probability() -> None:
    context = context_of(*POLITE_DENIAL)
    model = fitted_model("arguing", is_timed=True, has_meaning=True)
    parts = parts_of(model, arguing.signs(conversation_of(context)))
    seen = arguing.detect(context)
    assert seen.probability == probability_of(model.bias, parts)
    assert all(f"{p.name} {p.weight:+.2f}" in (seen.note or "") for p in parts if p.weight > 0.1)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.floats(-6, 0))
def test_more_of_a_sign_never_lowers_the_probability(shares: list[float], bias: float) -> None:
    model = Fitted(bias=bias, cut=0.5, weights={"x": 3.0})
    found = [
        probability_of(bias, parts_of(model, [Sign(key="x", name="x", value=share)]))
        for share in sorted(shares)
    ]
    assert found == sorted(found)


@given(st.floats(-100, 100), st.floats(0.1, 100))
def test_a_share_lies_between_nothing_and_all(count: float, full: float) -> None:
    assert 0 <= share_of(count, full) <= 1
    assert math.isclose(share_of(full, full), 1)


def test_new_weights_are_a_new_version_of_every_judgement() -> None:
    assert model_version() in detectors_digest()
    seen = BEHAVIOURS[0].detect(context_of(*POLITE_DENIAL))
    assert model_version() in seen.version
