from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval
from tests.builders import A, C
from tests.measure.test_measure import figures


def test_two_seconds_of_overlap_are_an_interruption() -> None:
    seen = figures(
        [(C, 0, 8000, "我昨天买的那个锅它一直在漏水啊"), (A, 4000, 6000, "您先听我把话说完")]
    )
    assert seen.agent_interruptions == 1
    assert seen.interruptions[0].interval == Interval(4000, 6000)
    assert seen.interruptions[0].by is Role.AGENT


def test_half_a_second_counts_when_the_other_gives_up() -> None:
    given_up = [
        (C, 0, 4600, "我昨天买的那个锅它一直"),
        (A, 4000, 7000, "您先听我把话说完"),
        (C, 7200, 8000, "那你说吧"),
    ]
    assert figures(given_up).agent_interruptions == 1
    goes_on = [
        (C, 0, 4600, "我昨天买的那个锅它一直"),
        (A, 4000, 7000, "您先听我把话说完"),
        (C, 5200, 8000, "在漏水你听见没有"),
    ]
    assert figures(goes_on).agent_interruptions == 0


def test_short_overlap_is_none() -> None:
    seen = figures([(C, 0, 4450, "我昨天买的那个锅它一直漏"), (A, 4000, 7000, "好的我来帮您处理")])
    assert seen.agent_interruptions == 0


def test_a_backchannel_or_three_characters_interrupt_nobody() -> None:
    assert (
        figures(
            [(C, 0, 8000, "我昨天买的那个锅它一直在漏水"), (A, 3000, 4000, "嗯嗯")]
        ).agent_interruptions
        == 0
    )
    assert (
        figures(
            [(C, 0, 8000, "我昨天买的那个锅它一直在漏水"), (A, 3000, 5500, "不可能")]
        ).agent_interruptions
        == 0
    )


def test_the_direction_is_kept() -> None:
    seen = figures(
        [
            (A, 0, 9000, "根据我们的活动规则您需要先完成注册然后再参加"),
            (C, 4000, 6500, "等一下我问一下啊"),
        ]
    )
    assert (seen.agent_interruptions, seen.customer_interruptions) == (0, 1)


def test_resuming_after_an_overlap_is_no_interruption_of_the_other() -> None:
    seen = figures(
        [
            (A, 0, 3000, "您的订单已经发货"),
            (C, 2900, 3600, "什么时候到"),
            (A, 3800, 6000, "明天就能送到了"),
        ]
    )
    assert seen.agent_interruptions == 0
    assert seen.customer_interruptions == 0


def test_the_overlap_ratio_is_agent_turns_begun_inside_the_customers_speech() -> None:
    seen = figures(
        [
            (A, 0, 3000, "您好很高兴为您服务"),
            (C, 3500, 8000, "我昨天买的那个锅它一直在漏水"),
            (A, 7800, 10_000, "好的我来帮您处理"),
        ]
    )
    assert seen.agent_overlap_ratio == 0.5
    assert seen.crosstalk_ms == 200
