from typing import Any

import pytest

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.metrics import ConversationMetrics
from tests.builders import A, C
from tests.measure.test_measure import figures


def after(announcement: str, silence_ms: int, **facts: Any) -> ConversationMetrics:
    back_ms = 9000 + silence_ms
    return figures(
        [
            (A, 0, 3000, "您好很高兴为您服务"),
            (C, 3500, 6000, "我要查一下我的订单"),
            (A, 6500, 9000, announcement),
            (A, back_ms, back_ms + 3000, "您的订单昨天已经发出"),
        ],
        **facts,
    )


def test_an_unannounced_silence_is_dead_air() -> None:
    seen = after("您的订单号我看到了", 14_000)
    assert seen.dead_air_ms == 14_000
    assert seen.dead_air_intervals == (Interval(9000, 23_000),)
    assert seen.excused_silence_ms == 0


@pytest.mark.parametrize("said", ["好的请您稍等", "好的我帮您查一下", "请烧等一下我帮你茶一下"])
def test_an_announced_look_up_is_excused_for_a_minute(said: str) -> None:
    assert after(said, 45_000).dead_air_ms == 0
    assert after(said, 45_000).excused_silence_ms == 45_000
    assert after(said, 75_000).dead_air_ms == 15_000
    assert after(said, 75_000).excused_silence_ms == 60_000


def test_the_excuse_ends_when_the_agent_is_back() -> None:
    seen = figures(
        [
            (A, 0, 3000, "好的请您稍等"),
            (A, 13_000, 16_000, "您的订单昨天已经发出"),
            (A, 31_000, 33_000, "您还有其他问题吗"),
        ]
    )
    assert seen.excused_silence_ms == 10_000
    assert seen.dead_air_ms == 15_000


def test_what_the_agent_adds_at_once_does_not_end_the_excuse() -> None:
    seen = figures(
        [
            (A, 0, 3000, "好的请您稍等"),
            (C, 3200, 4800, "好的麻烦你了"),
            (A, 5000, 6000, "不客气啊"),
            (A, 36_000, 38_000, "您的订单昨天已经发出"),
        ]
    )
    assert seen.dead_air_ms == 0


def test_a_customer_asking_for_patience_excuses_nothing() -> None:
    seen = figures(
        [
            (A, 0, 3000, "麻烦报一下您的订单号"),
            (C, 3200, 4800, "你稍等一下我找找"),
            (A, 26_000, 28_000, "您找到订单号了吗"),
        ]
    )
    assert seen.dead_air_ms == 21_200


def test_a_hold_is_neither_silence_nor_dead_air() -> None:
    seen = after("您的订单号我看到了", 40_000, holds=(Interval(11_000, 48_000),))
    assert seen.non_talk_ms == 0
    assert seen.dead_air_ms == 0
    assert seen.hold_ms == 37_000


def test_the_number_is_counted_with_its_limits() -> None:
    seen = figures(
        [
            (A, 0, 3000, "您好很高兴为您服务"),
            (C, 6000, 7000, "我要退货"),
            (A, 10_500, 12_000, "请问是什么原因"),
            (C, 18_000, 19_000, "就是坏了嘛"),
        ]
    )
    assert seen.non_talk_ms == 3500 + 6000
    assert seen.non_talk_over_5s_ms == 6000


def test_silence_before_the_first_and_after_the_last_word_does_not_count() -> None:
    seen = figures([(A, 30_000, 33_000, "您好很高兴为您服务")])
    assert seen.non_talk_ms == 0
