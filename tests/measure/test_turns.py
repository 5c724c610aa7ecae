from qa_pipeline.domain.call import Role
from tests.builders import A, C
from tests.measure.test_measure import figures


def test_a_backchannel_breaks_no_turn() -> None:
    seen = figures(
        [
            (C, 0, 4000, "我上个月买的那个电饭煲"),
            (A, 4000, 4500, "嗯"),
            (C, 4600, 8000, "用了两天就坏掉了"),
            (A, 8500, 10_000, "我明白您的意思了"),
        ]
    )
    assert [t.role for t in seen.turns] == [Role.CUSTOMER, Role.AGENT]


def test_a_long_acknowledgement_or_one_with_content_is_a_turn() -> None:
    lines = [
        (C, 0, 4000, "我上个月买的那个电饭煲"),
        (A, 4000, 5500, "嗯"),
        (C, 5600, 8000, "用了两天就坏掉了"),
        (A, 8100, 8600, "退吗"),
        (C, 8700, 9900, "对我要求退货"),
    ]
    assert figures(lines).agent_turns == 2


def test_a_pause_over_three_seconds_ends_a_turn() -> None:
    lines = [(A, 0, 3000, "您的订单已经发货"), (A, 6000, 8000, "明天就能送到")]
    assert figures(lines).agent_turns == 1
    assert figures([lines[0], (A, 6001, 8000, "明天就能送到")]).agent_turns == 2
