import pytest

from qa_pipeline.detect.scripts import detect_script
from qa_pipeline.detect.windows import places_of, turns_by_role
from qa_pipeline.domain.detection import Abstention, Outcome
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.rubric import Trigger, Window
from tests.builders import A, C, Line, a_transcript
from tests.detect.phrase_rubrics import a_context, a_script

COMPLAINT = Trigger(name="complains", role=C, any_of=("投诉",), unless=("投诉电话",))
HOLD = Trigger(name="hold", role=A, any_of=("请您稍等",))

CALL: list[Line] = [
    (A, 10_000, 12_000, "您好很高兴为您服务"),
    (C, 12_500, 15_000, "我要投诉你们"),
    (A, 15_500, 17_000, "好的您说"),
    (C, 17_500, 20_000, "东西是坏的"),
    (A, 20_500, 22_000, "非常抱歉"),
    (C, 22_500, 24_000, "那怎么办"),
    (A, 24_500, 27_000, "请您稍等我帮您登记"),
    (A, 60_000, 62_000, "让您久等了"),
    (C, 62_500, 63_000, "好"),
    (A, 63_500, 66_000, "再见"),
]


def outcome_of(phrase: str, where: Window, lines: list[Line] = CALL) -> Outcome:
    context = a_context(lines, COMPLAINT, HOLD)
    return detect_script(a_script(phrase, where=where), context).outcome


def test_the_first_seconds_count_from_the_first_word() -> None:
    assert outcome_of("很高兴为您服务", Window(within_first_ms=3000)) is Outcome.FOUND
    assert outcome_of("非常抱歉", Window(within_first_ms=10_000)) is Outcome.NOT_FOUND
    assert outcome_of("非常抱歉", Window(within_first_ms=10_501)) is Outcome.FOUND


def test_the_last_seconds_count_from_the_last_word() -> None:
    assert outcome_of("让您久等了", Window(within_last_ms=6000)) is Outcome.FOUND
    assert outcome_of("让您久等了", Window(within_last_ms=5000)) is Outcome.NOT_FOUND


def test_the_phrase_is_tested_not_its_turn() -> None:
    lines: list[Line] = [
        (A, 0, 40_000, "这个产品" * 30 + "很高兴为您服务"),
        (C, 41_000, 42_000, "好"),
    ]
    assert outcome_of("很高兴为您服务", Window(within_first_ms=20_000), lines) is Outcome.NOT_FOUND
    assert outcome_of("很高兴为您服务", Window(within_first_ms=40_000), lines) is Outcome.FOUND


@pytest.mark.parametrize(
    ("turns", "outcome"), [(1, Outcome.NOT_FOUND), (2, Outcome.FOUND), (3, Outcome.FOUND)]
)
def test_turns_are_those_of_the_criterions_role(turns: int, outcome: Outcome) -> None:
    assert outcome_of("非常抱歉", Window(after="complains", within_turns=turns)) is outcome


def test_time_after_a_trigger() -> None:
    assert outcome_of("非常抱歉", Window(after="complains", within_ms=7000)) is Outcome.FOUND
    assert outcome_of("非常抱歉", Window(after="complains", within_ms=5000)) is Outcome.NOT_FOUND


def test_what_comes_before_a_trigger_is_not_after_it() -> None:
    assert outcome_of("很高兴为您服务", Window(after="complains")) is Outcome.NOT_FOUND
    assert outcome_of("很高兴为您服务", Window(before="complains")) is Outcome.FOUND
    assert outcome_of("非常抱歉", Window(before="complains")) is Outcome.NOT_FOUND


def test_turns_before_a_trigger() -> None:
    lines: list[Line] = [
        (A, 0, 2000, "欢迎致电"),
        (C, 2500, 3000, "你好"),
        (A, 3500, 5000, "您请讲"),
        (C, 5500, 8000, "我要投诉你们"),
    ]
    assert outcome_of("欢迎致电", Window(before="complains", within_turns=1), lines) is (
        Outcome.NOT_FOUND
    )
    assert (
        outcome_of("欢迎致电", Window(before="complains", within_turns=2), lines) is Outcome.FOUND
    )


def test_after_a_trigger_of_the_same_role() -> None:
    assert outcome_of("让您久等了", Window(after="hold", within_turns=2)) is Outcome.FOUND


def test_between_two_triggers() -> None:
    between = Window(after="complains", before="hold")
    assert outcome_of("非常抱歉", between) is Outcome.FOUND
    assert outcome_of("让您久等了", between) is Outcome.NOT_FOUND


def test_without_its_trigger_there_is_nothing_to_judge() -> None:
    lines: list[Line] = [(A, 0, 2000, "您好"), (C, 2500, 4000, "投诉电话多少")]
    context = a_context(lines, COMPLAINT)
    detection = detect_script(a_script("非常抱歉", where=Window(after="complains")), context)
    assert detection.outcome is Outcome.CANNOT_TELL
    assert detection.abstention is Abstention.UNMEASURABLE
    assert "complains" in (detection.abstained_because or "")


def test_one_window_for_each_hit() -> None:
    lines: list[Line] = [
        (C, 0, 2000, "我要投诉你们"),
        (A, 3000, 5000, "您说"),
        (C, 20_000, 22_000, "我就要投诉你们"),
        (A, 23_000, 25_000, "非常抱歉"),
    ]
    criterion = a_script("非常抱歉", where=Window(after="complains", within_ms=5000))
    places = places_of(criterion, a_context(lines, COMPLAINT))
    assert len(places.intervals) == 2
    assert outcome_of("非常抱歉", Window(after="complains", within_ms=5000), lines) is Outcome.FOUND


def test_steps_have_to_share_one_window() -> None:
    lines: list[Line] = [
        (C, 0, 2000, "我要投诉你们"),
        (A, 3000, 5000, "非常抱歉"),
        (C, 20_000, 22_000, "我就要投诉你们"),
        (A, 23_000, 25_000, "请问您贵姓"),
    ]
    script = a_script("非常抱歉", "请问您贵姓", where=Window(after="complains", within_ms=5000))
    assert detect_script(script, a_context(lines, COMPLAINT)).outcome is Outcome.NOT_FOUND


def test_turns_are_runs_of_one_role() -> None:
    turns = turns_by_role(a_transcript(CALL).utterances)
    assert [t.role for t in turns] == [A, C, A, C, A, C, A, C, A]
    assert turns[6].interval == Interval(24_500, 62_000)
