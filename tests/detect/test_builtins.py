from qa_pipeline.detect.builtins import (
    detect_announced_hold,
    detect_dead_air,
    detect_interruption,
)
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.interval import Interval
from tests.builders import A, C, Line
from tests.detect.dialogues import a_context

OPENING = [(A, 0, 3000, "您好很高兴为您服务"), (C, 3500, 6000, "我要查一下我的订单")]


def waiting(announcement: str, silence_ms: int, back: str = "您的订单已经发出") -> list[Line]:
    return [
        *OPENING,
        (A, 6500, 9000, announcement),
        (A, 9000 + silence_ms, 12_000 + silence_ms, back),
    ]


def test_unexcused_silence_is_dead_air() -> None:
    seen = detect_dead_air(a_context(waiting("您的订单号我看到了", 12_000)))
    assert seen.outcome is Outcome.FOUND
    assert seen.evidence[0].interval == Interval(9000, 21_000)
    assert "12.0秒" in seen.evidence[0].reason
    assert detect_dead_air(a_context(waiting("您的订单号我看到了", 9000))).outcome is (
        Outcome.NOT_FOUND
    )


def test_an_announced_hold_is_no_dead_air_and_says_whether_one_was_thanked() -> None:
    context = a_context(waiting("请您稍等我帮您查一下", 40_000))
    assert detect_dead_air(context).outcome is Outcome.NOT_FOUND
    seen = detect_announced_hold(context)
    assert seen.outcome is Outcome.FOUND
    assert seen.evidence[0].quote == "请您稍等我帮您查一下"
    assert "没有感谢" in seen.evidence[0].reason
    thanked = a_context(waiting("请您稍等我帮您查一下", 40_000, "让您久等了，查到了"))
    assert "返回后感谢" in detect_announced_hold(thanked).evidence[0].reason


def test_please_wait_patiently_is_no_thanks() -> None:
    context = a_context(waiting("请您稍等我帮您查一下", 40_000, "请您耐心等待三个工作日"))
    assert "没有感谢" in detect_announced_hold(context).evidence[0].reason


def test_the_agent_taking_the_floor_is_an_interruption_the_customer_is_not() -> None:
    long = (C, 10_000, 18_000, "我昨天买的那个锅它一直在漏水啊")
    found = detect_interruption(a_context([*OPENING, long, (A, 13_000, 16_000, "您先听我说完")]))
    assert found.outcome is Outcome.FOUND
    assert found.evidence[0].interval == Interval(13_000, 16_000)
    assert "漏水" in found.evidence[0].reason
    agent = (A, 10_000, 18_000, "您这个订单现在已经到了分拨中心")
    other = detect_interruption(a_context([*OPENING, agent, (C, 13_000, 16_000, "那什么时候到啊")]))
    assert other.outcome is Outcome.NOT_FOUND


def test_without_times_the_builtins_cannot_tell() -> None:
    context = a_context(waiting("您的订单号我看到了", 12_000), estimated=True)
    for detect in (detect_dead_air, detect_interruption, detect_announced_hold):
        assert detect(context).outcome is Outcome.CANNOT_TELL
