"""Wordings taught by examples, with small models made by hand."""

import base64
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.forbidden import detect_forbidden
from qa_pipeline.detect.scripts import detect_script
from qa_pipeline.detect.taught import taught_log_odds
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.embeddings import Embeddings
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Rubric, Section, Step
from qa_pipeline.domain.speakers import SplitMethod
from qa_pipeline.domain.taught import Taught, TaughtWeights
from qa_pipeline.text.stream import stream_of
from tests.builders import A, C, Line, a_transcript, an_analyzed_call

WAITS = {"shao deng": 9.0, "nai xin": -9.0}


def a_wording(
    grams: dict[str, float] = WAITS, name: str = "wait", intercept: float = -2.0
) -> Taught:
    weights = TaughtWeights(intercept=intercept, grams=tuple(grams.items()))
    return Taught(
        name=name,
        digest=repr(weights),
        embedder="none",
        with_meaning=weights,
        without_meaning=weights,
    )


def a_context(lines: Sequence[Line], criterion: Criterion) -> DetectionContext:
    section = Section(section_id="all", title="全部", criteria=(criterion,))
    rubric = Rubric(rubric_id="t", version=1, title="表", pass_percent=85, sections=(section,))
    return DetectionContext(call=an_analyzed_call(lines), rubric=rubric)


def a_script(*phrases: str, taught: Taught | None) -> Criterion:
    return Criterion(
        criterion_id="one", title="话术", points=5, kind=CriterionKind.SCRIPT,
        steps=(Step(any_of=phrases),), taught=taught,
    )  # fmt: skip


SAYS_IT = (A, 0, 3000, "那您稍等一会儿我去问问同事")
SAYS_OTHER = (A, 0, 3000, "您的快递明天就能到了")
SAYS_LATER = (A, 4000, 7000, "您的快递明天就能到了")


def test_a_run_counts_by_its_share_of_the_stretch() -> None:
    stream = stream_of(a_transcript([(A, 0, 900, "请稍等")]).utterances)
    found = taught_log_odds([a_wording()], stream, [(-1, 0, 3)], None)["wait"]
    assert found[0] == pytest.approx(-2.0 + 9.0 / 6**0.5)  # six runs in three syllables


def test_a_stretch_does_not_hear_its_neighbours() -> None:
    stream = stream_of(a_transcript([(A, 0, 900, "请稍等好的")]).utterances)
    found = taught_log_odds([a_wording()], stream, [(-1, 0, 2), (-1, 2, 5), (-1, 0, 5)], None)
    assert found["wait"][0] == found["wait"][1] == -2.0  # neither holds both syllables
    assert found["wait"][2] == pytest.approx(-2.0 + 9.0 / 12**0.5)


def test_several_wordings_are_told_apart() -> None:
    stream = stream_of(a_transcript([(A, 0, 900, "请稍等")]).utterances)
    bye = a_wording({"zai jian": 9.0}, name="bye", intercept=-1.0)
    found = taught_log_odds([a_wording(), bye, a_wording()], stream, [(-1, 0, 3)], None)
    assert found["bye"][0] == -1.0
    assert found["wait"][0] > 0


def test_the_vector_counts_where_its_model_is_the_same() -> None:
    stream = stream_of(a_transcript([(A, 0, 900, "请稍等")]).utterances)
    direction = base64.b64encode(np.array([100, 0], dtype=np.int8).tobytes()).decode()
    with_meaning = TaughtWeights(intercept=0.0, grams=(), embedding=direction, step=0.05)
    wording = replace(a_wording(), embedder="m", with_meaning=with_meaning)
    vectors = np.array([[30, 40], [127, 0]], dtype=np.int8).tobytes()
    embeddings = Embeddings(model_digest="m", dimensions=2, spans=(), vectors=vectors)
    places = [(0, 0, 3), (1, 0, 3)]
    found = taught_log_odds([wording], stream, places, embeddings)["wait"]
    assert found == pytest.approx([5.0 * 0.6, 5.0])  # cosine with the first axis
    other = replace(embeddings, model_digest="another")
    bare = taught_log_odds([wording], stream, places, other)["wait"]
    assert bare == pytest.approx([-2.0 + 9.0 / 6**0.5] * 2)


def test_a_script_in_other_words_is_found_and_shown() -> None:
    criterion = a_script("请不要挂机", taught=a_wording({"shao deng": 60.0}, intercept=-4.0))
    found = detect_script(criterion, a_context([SAYS_IT], criterion))
    assert found.outcome is Outcome.FOUND
    assert "稍等" in found.evidence[0].quote
    assert "意思接近" in found.evidence[0].reason
    untaught = replace(criterion, taught=None)
    assert detect_script(untaught, a_context([SAYS_IT], untaught)).outcome is Outcome.NOT_FOUND


def test_what_was_not_taught_is_not_found() -> None:
    criterion = a_script("请不要挂机", taught=a_wording())
    for lines in ([SAYS_OTHER], [(C, 0, 3000, "那您稍等一会儿")], []):
        outcome = detect_script(criterion, a_context(lines, criterion)).outcome
        assert outcome is not Outcome.FOUND


def test_a_taught_false_friend_outweighs_the_words() -> None:
    friend = [(A, 0, 3000, "请您耐心稍等处理结果")]
    words = a_script("稍等", taught=None)
    knows_it = a_wording({"shao deng": 20.0, "nai xin": -60.0}, intercept=-4.0)
    taught = a_script("稍等", taught=knows_it)
    assert detect_script(words, a_context(friend, words)).outcome is Outcome.FOUND
    assert detect_script(taught, a_context(friend, taught)).outcome is not Outcome.FOUND


def test_a_phrase_that_the_wording_does_not_know_counts_as_it_is_written() -> None:
    other = a_wording({"nai xin": -60.0}, intercept=-4.0)
    lines = [(A, 0, 3000, "好的女士您在线守候我片刻"), (A, 4000, 7000, "请您耐心一点")]
    added = a_script("在线守候我片刻", "稍等", taught=other)
    found = detect_script(added, a_context(lines, added))
    assert found.outcome is Outcome.FOUND
    assert "在线守候我片刻" in found.evidence[0].reason
    without = a_script("稍等", taught=other)
    assert detect_script(without, a_context(lines, without)).outcome is Outcome.NOT_FOUND
    excepted = replace(added, unless=("您在线守候",))
    assert detect_script(excepted, a_context(lines, excepted)).outcome is Outcome.NOT_FOUND


def test_a_phrase_known_by_half_counts_unless_its_context_speaks_against_it() -> None:
    by_half = a_wording({"shao deng": 8.0, "nai xin": -30.0}, intercept=-2.0)
    criterion = a_script("请您稍等", taught=by_half)
    alone = [(A, 0, 2000, "请您稍等")]
    friend = [(A, 0, 3000, "耐心等处理请您稍等")]
    assert detect_script(criterion, a_context(alone, criterion)).outcome is Outcome.FOUND
    assert detect_script(criterion, a_context(friend, criterion)).outcome is not Outcome.FOUND


def test_a_forbidden_phrase_that_the_wording_does_not_know_accuses_where_it_was_said() -> None:
    criterion = Criterion(
        criterion_id="one", title="忌语", points=5, kind=CriterionKind.FORBIDDEN,
        any_of=("爱投诉就投诉",), taught=a_wording({"shao deng": 60.0}, intercept=-8.0),
    )  # fmt: skip
    lines = [(A, 0, 3000, "那你爱投诉就投诉吧"), (A, 4000, 7000, "您的快递明天就能到了")]
    found = detect_forbidden(criterion, a_context(lines, criterion))
    assert found.outcome is Outcome.FOUND
    assert [e.quote for e in found.evidence] == ["爱投诉就投诉"]
    denied = [(A, 0, 3000, "我没说你爱投诉就投诉")]
    assert detect_forbidden(criterion, a_context(denied, criterion)).outcome is not Outcome.FOUND


def test_a_forbidden_wording_that_was_taught_accuses() -> None:
    criterion = Criterion(
        criterion_id="one", title="忌语", points=5, kind=CriterionKind.FORBIDDEN,
        any_of=("爱投诉就投诉",), taught=a_wording({"shao deng": 60.0}, intercept=-4.0),
    )  # fmt: skip
    found = detect_forbidden(criterion, a_context([SAYS_IT], criterion))
    assert found.outcome is Outcome.FOUND
    assert found.evidence[0].quote
    said_nothing = detect_forbidden(criterion, a_context([SAYS_OTHER], criterion))
    assert said_nothing.outcome is Outcome.NOT_FOUND


def test_a_taught_script_heard_on_the_other_side_of_a_mono_call_is_doubtful() -> None:
    criterion = a_script("请不要挂机", taught=a_wording({"shao deng": 60.0}, intercept=-4.0))
    context = a_context([(C, 0, 3000, "那您稍等一会儿我去问问同事"), SAYS_LATER], criterion)
    assert detect_script(criterion, context).outcome is Outcome.NOT_FOUND
    split = replace(context.call.split, method=SplitMethod.DIARIZED)
    mono = a_context([(C, 0, 3000, "那您稍等一会儿我去问问同事"), SAYS_LATER], criterion)
    mono = replace(mono, call=replace(mono.call, split=split))
    assert detect_script(criterion, mono).outcome is Outcome.CANNOT_TELL
