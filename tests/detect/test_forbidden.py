from dataclasses import replace

import pytest

from qa_pipeline.detect.forbidden import detect_forbidden
from qa_pipeline.domain.detection import Abstention, Outcome
from qa_pipeline.domain.rubric import Strictness, Window
from tests.builders import A, C, Line, an_analyzed_call
from tests.detect.phrase_rubrics import a_context, a_taboo

TABOOS = a_taboo("随便你", "你急什么", "听不懂吗", "投诉到哪都没用", "这不归我们管", "骗子")


def judged(*texts: str) -> Outcome:
    lines: list[Line] = [(A, i * 3000, i * 3000 + 2000, t) for i, t in enumerate(texts)]
    return detect_forbidden(TABOOS, a_context(lines)).outcome


@pytest.mark.parametrize(
    "text",
    [
        "那随便你",
        "你急什么呀",
        "我说了这么多你听不懂吗",
        "投诉到哪都没有用",
        "投诉到那都没用",
        "这不归我们管的",
        "你就是骗子",
    ],
)
def test_said(text: str) -> None:
    assert judged("您好", text) is Outcome.FOUND


@pytest.mark.parametrize(
    "text",
    [
        "您随时可以投诉",
        "我听懂了您的意思",
        "您别着急慢慢说",
        "我不是说这不归我们管",
        "我没有说你急什么",
        "您看这样方便吗",
        "这个归我们管的",
        "不归您承担",
        "片子",
    ],
)
def test_innocent(text: str) -> None:
    assert judged("您好", text) is not Outcome.FOUND


def test_every_place_is_evidence() -> None:
    lines: list[Line] = [
        (A, 0, 2000, "随便你"),
        (A, 5000, 7000, "你急什么"),
        (C, 8000, 9000, "骗子"),
    ]
    detection = detect_forbidden(TABOOS, a_context(lines))
    assert [e.quote for e in detection.evidence] == ["随便你", "你急什么"]
    assert all("禁用语" in e.reason for e in detection.evidence)
    assert detection.detector_id == "forbidden:taboo"


def test_one_place_counts_once() -> None:
    taboo = a_taboo("你急什么", "急什么")
    detection = detect_forbidden(taboo, a_context([(A, 0, 2000, "你急什么")]))
    assert len(detection.evidence) == 1


def test_unless() -> None:
    taboo = a_taboo("没有办法", unless=("没有办法给您保证",))
    innocent = detect_forbidden(taboo, a_context([(A, 0, 3000, "我们没有办法给您保证时间")]))
    guilty = detect_forbidden(taboo, a_context([(A, 0, 3000, "我们也没有办法")]))
    assert innocent.outcome is Outcome.NOT_FOUND
    assert guilty.outcome is Outcome.FOUND


def test_a_window_limits_it() -> None:
    taboo = a_taboo("随便你", where=Window(within_last_ms=3000))
    lines: list[Line] = [(A, 0, 2000, "随便你"), (A, 10_000, 12_000, "再见")]
    assert detect_forbidden(taboo, a_context(lines)).outcome is Outcome.NOT_FOUND
    assert detect_forbidden(taboo, a_context(lines[:1])).outcome is Outcome.FOUND


def test_what_the_recognizer_hardly_trusts_accuses_nobody() -> None:
    call = an_analyzed_call([(A, 0, 2000, "随便你")])
    (utterance,) = call.transcript.utterances
    murmur = replace(
        call, transcript=replace(call.transcript, utterances=(replace(utterance, confidence=0.02),))
    )
    detection = detect_forbidden(TABOOS, a_context(murmur))
    assert detection.outcome is Outcome.CANNOT_TELL
    assert detection.abstention is Abstention.DOUBTFUL
    assert detection.note is not None


def test_strict_asks_for_more() -> None:
    lines: list[Line] = [(A, 0, 2000, "投诉到娜都每用")]
    phrase = "投诉到哪都没用"
    standard = detect_forbidden(a_taboo(phrase), a_context(lines))
    strict = detect_forbidden(a_taboo(phrase, strictness=Strictness.STRICT), a_context(lines))
    assert standard.probability == strict.probability
    assert standard.outcome is Outcome.FOUND


def test_nothing_near_has_no_probability() -> None:
    detection = detect_forbidden(TABOOS, a_context([(A, 0, 2000, "谢谢您的来电")]))
    assert (detection.outcome, detection.probability) == (Outcome.NOT_FOUND, 0.0)


def test_unreliable_roles_are_not_judged() -> None:
    call = an_analyzed_call([(A, 0, 2000, "随便你")])
    mono = replace(call, split=replace(call.split, role_confidence=0.5))
    detection = detect_forbidden(TABOOS, a_context(mono))
    assert detection.abstention is Abstention.UNMEASURABLE
