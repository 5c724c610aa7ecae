"""What was said in other words, with a small embedder that counts characters."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.forbidden import detect_forbidden
from qa_pipeline.detect.meaning import as_said, rubric_meaning
from qa_pipeline.detect.phrase_model import PlaceFeatures, coefficients, probability_of
from qa_pipeline.detect.scripts import detect_script
from qa_pipeline.domain.detection import Abstention, Outcome
from qa_pipeline.domain.embeddings import TextVectors
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Rubric, Section, Step, Window
from qa_pipeline.embed import embed_utterances
from tests.builders import A, C, Line, an_analyzed_call, meaning_of
from tests.embed.words import CountingEmbedder

WANTED = "还有其他需要咨询的事情吗"
SAID = "别的事情您需要咨询吗"


def a_criterion(
    *phrases: str,
    kind: CriterionKind = CriterionKind.SCRIPT,
    said: tuple[str, ...] = (),
    not_said: tuple[str, ...] = (),
    unless: tuple[str, ...] = (),
    where: Window | None = None,
) -> Criterion:
    is_script = kind is CriterionKind.SCRIPT
    return Criterion(
        criterion_id="one",
        title="话术",
        points=5,
        kind=kind,
        steps=(Step(any_of=phrases),) if is_script else (),
        any_of=() if is_script else phrases,
        said=said,
        not_said=not_said,
        unless=unless,
        where=where,
    )


def a_context(lines: Sequence[Line], criterion: Criterion) -> DetectionContext:
    """The call with its embeddings, under a rubric of one criterion and its prototypes."""
    rubric = Rubric(
        rubric_id="test",
        version=1,
        title="测试",
        pass_percent=85,
        sections=(Section(section_id="all", title="全部", criteria=(criterion,)),),
    )
    embedder = CountingEmbedder(dimensions=512)
    call = an_analyzed_call(lines)
    made = embed_utterances(embedder, call.transcript.utterances)
    return DetectionContext(
        call=replace(call, embeddings=made),
        rubric=rubric,
        meaning=meaning_of(rubric, embedder),
    )


def test_other_words_of_the_same_meaning_are_found_and_quoted() -> None:
    criterion = a_criterion("有啥要帮忙", said=(WANTED,))
    context = a_context([(A, 0, 900, "好的"), (A, 1000, 3000, SAID)], criterion)
    found = detect_script(criterion, context)
    assert found.outcome is Outcome.FOUND
    (evidence,) = found.evidence
    assert evidence.quote == SAID
    assert evidence.reason.startswith(f"意思接近标准说法“{WANTED}”（p=")
    without = DetectionContext(call=context.call, rubric=context.rubric)
    assert detect_script(criterion, without).outcome is Outcome.NOT_FOUND


def test_the_customer_cannot_say_it_for_the_agent() -> None:
    criterion = a_criterion("有啥要帮忙", said=(WANTED,))
    context = a_context([(A, 0, 900, "好的没有问题"), (C, 1000, 3000, SAID)], criterion)
    assert detect_script(criterion, context).outcome is Outcome.NOT_FOUND


def test_what_is_nearer_to_a_not_said_example_is_not_found() -> None:
    criterion = a_criterion("有啥要帮忙", said=(WANTED,), not_said=(SAID,))
    context = a_context([(A, 1000, 3000, SAID)], criterion)
    assert detect_script(criterion, context).outcome is not Outcome.FOUND


def test_meaning_too_has_to_stand_in_the_window() -> None:
    where = Window(within_first_ms=10_000)
    criterion = a_criterion("有啥要帮忙", said=(WANTED,), where=where)
    lines = [(A, 0, 2000, "好的没有问题"), (A, 30_000, 33_000, SAID)]
    assert detect_script(criterion, a_context(lines, criterion)).outcome is Outcome.NOT_FOUND


def test_an_exception_takes_a_meant_span_away() -> None:
    criterion = a_criterion("有啥要帮忙", said=(WANTED,), unless=("您需要咨询",))
    context = a_context([(A, 1000, 3000, SAID)], criterion)
    assert detect_script(criterion, context).outcome is Outcome.NOT_FOUND


def test_a_forbidden_meaning_alone_is_for_a_human() -> None:
    criterion = a_criterion("百分百能赚钱", kind=CriterionKind.FORBIDDEN, said=(WANTED,))
    context = a_context([(A, 1000, 3000, WANTED)], criterion)
    found = detect_forbidden(criterion, context)
    assert found.outcome is Outcome.CANNOT_TELL
    assert found.abstention is Abstention.DOUBTFUL
    assert "意思接近" in found.evidence[0].reason


@pytest.mark.parametrize(
    ("text", "outcome"),
    [("三天之内肯定给您回复", Outcome.FOUND), ("之内肯定给您回复", Outcome.NOT_FOUND)],
)
def test_a_promised_time_needs_a_time(text: str, outcome: Outcome) -> None:
    criterion = a_criterion("最晚{time}联系您", said=("两天之内肯定给您回复",))
    context = a_context([(A, 1000, 3000, text)], criterion)
    assert detect_script(criterion, context).outcome is outcome


def test_vectors_of_another_model_switch_the_layer_off() -> None:
    criterion = a_criterion("有啥要帮忙", said=(WANTED,))
    context = a_context([(A, 1000, 3000, SAID)], criterion)
    other = meaning_of(context.rubric, CountingEmbedder(model_digest="other", dimensions=512))
    mixed = DetectionContext(call=context.call, rubric=context.rubric, meaning=other)
    assert detect_script(criterion, mixed).outcome is Outcome.NOT_FOUND


def test_a_missing_vector_switches_the_layer_off() -> None:
    rubric = a_context([(A, 0, 900, "好的")], a_criterion("有啥要帮忙")).rubric
    vectors = TextVectors(model_digest="x", dimensions=4, vectors={})
    assert rubric_meaning(rubric, vectors) is None


def test_patterns_are_read_as_somebody_would_say_them() -> None:
    assert as_said("{time}{0-2}内{0-10}给您回") == "二十四小时内给您回"
    assert as_said("工号{0-2}{digits:3-6}") == "工号八零一六"
    assert as_said("我姓{name}") == "我姓李"


def test_by_words_alone_the_match_keeps_its_probability() -> None:
    assert probability_of(PlaceFeatures()) == 0.0
    for p in (0.2, 0.5, 0.83, 0.99):
        assert probability_of(PlaceFeatures(match=p)) == pytest.approx(p, abs=1e-4)
        assert probability_of(PlaceFeatures(match=p, forbidden=True)) < p


def test_every_layer_that_agrees_raises_the_probability() -> None:
    def place(near: float, lead: float, lean: float, forced: float = 0.0) -> PlaceFeatures:
        return PlaceFeatures(
            match=0.5, coverage=0.8, length=5, at_lead=lead, at_lean=lean,
            best_near=near, best_lead=lead, best_lean=lean, best_length=6, forced=forced,
        )  # fmt: skip

    far, close = place(0.6, 0.1, -0.2), place(0.8, 0.3, 0.6)
    assert probability_of(close) > probability_of(far)
    assert probability_of(place(0.6, 0.1, -0.2, forced=1.0)) > probability_of(far)
    assert set(coefficients()["with_meaning"]) <= set(far.values())


def test_a_phrase_heard_letter_by_letter_stays_found_whatever_it_is_near() -> None:
    away = PlaceFeatures(
        match=0.99, coverage=1.0, length=5, at_lead=-0.1, at_lean=-0.8,
        best_near=0.5, best_lead=-0.1, best_lean=-0.8, best_length=5,
    )  # fmt: skip
    assert probability_of(away) >= 0.6
