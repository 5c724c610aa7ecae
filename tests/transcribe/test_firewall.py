from typing import Any

import pytest

from qa_pipeline.text.normalize import normalize
from qa_pipeline.transcribe.firewall import (
    Heard,
    agreement,
    is_doubled,
    is_loop,
    why_not_believed,
)


def heard(text: str, **facts: Any) -> Heard:
    values: dict[str, Any] = {
        "text": text,
        "speech_ms": 4000,
        "level_db": -20.0,
        "log_probability": -0.4,
        "no_speech_probability": 0.1,
        **facts,
    }
    return Heard(**values)


@pytest.mark.parametrize(
    "text",
    [
        "您好，很高兴为您服务",
        "我要取消订阅，你们怎么又扣我钱",
        "对对对对对",
        "好的好的好的，谢谢谢谢",
        "不是不是，我说的是上个月的",
        "谢谢",
        "谢谢大家帮我查这个订单",
        "音乐会的票能不能退",
    ],
)
def test_what_people_say_is_believed(text: str) -> None:
    assert why_not_believed(heard(text)) is None


@pytest.mark.parametrize(
    ("text", "facts", "reason"),
    [
        ("请不吝点赞 订阅 转发 打赏支持明镜与点点栏目", {}, "套话"),
        ("字幕by索兰娅", {}, "套话"),
        ("由 Amara.org 社群提供的字幕", {}, "套话"),
        ("謝謝觀看", {}, "套话"),
        ("Thanks for watching!", {}, "套话"),
        ("音乐", {}, "套话"),
        ("我们的我们的我们的我们的我们的", {}, "重复"),
        ("哈哈哈哈哈哈哈哈哈哈", {}, "重复"),
        ("您好请问有什么可以帮您的吗", {"speech_ms": 800}, "语速"),
        ("Good morning how can I help you today my friend", {"speech_ms": 700}, "语速"),
        ("您好", {"level_db": -70.0}, "无声"),
        ("您好", {"log_probability": -2.2}, "置信度极低"),
        ("您好", {"log_probability": -1.2, "no_speech_probability": 0.8}, "无人说话"),
        (
            "伦巴在家",
            {"log_probability": -1.2, "second_text": "那我不要了"},
            "不一致",
        ),
    ],
)
def test_what_nobody_said_is_not_believed(text: str, facts: dict[str, Any], reason: str) -> None:
    assert reason in (why_not_believed(heard(text, **facts)) or "")


def test_a_weak_reading_that_a_second_pass_confirms_is_kept() -> None:
    second = "你们这样是不行的那我不要啊还有别的办法吗"
    weak = heard("那我不要了", log_probability=-1.2, second_text=second)
    assert why_not_believed(weak) is None


@pytest.mark.parametrize("text", ["", "好", "没有没有", "一一一一一"])
def test_short_repetitions_are_no_loops(text: str) -> None:
    assert not is_loop(normalize(text))


def test_a_sentence_said_twice_is_seen() -> None:
    assert is_doubled(normalize("设定三十度，设定三十度。"))
    assert not is_doubled(normalize("好的好的"))
    assert not is_doubled(normalize("设定三十度，设定二十度。"))


def test_agreement_is_one_for_the_same_words_in_other_characters() -> None:
    assert agreement("電話", "电话。") == 1.0
    assert agreement("电话", "不行") == 0.0


PROMPT = "客服电话录音：工号、订单、退款、套餐、中国大地物流集团公司。"


@pytest.mark.parametrize("text", ["工号、订单、退款、套餐", "嗯，订单退款套餐"])
def test_the_words_it_was_told_in_their_order_are_an_echo(text: str) -> None:
    assert why_not_believed(heard(text)) is None
    assert "提示词" in (why_not_believed(heard(text, prompt=PROMPT)) or "")


@pytest.mark.parametrize(
    "text", ["我要退款", "这个订单的退款什么时候到", "中国大地物流集团公司", "套餐"]
)
def test_a_word_it_was_told_may_be_said(text: str) -> None:
    assert why_not_believed(heard(text, prompt=PROMPT)) is None


def test_a_sentence_three_times_over_is_a_loop() -> None:
    assert is_loop(normalize("您好，请问是凤女士吗？" * 3))
    assert not is_loop(normalize("您好，请问是凤女士吗？" * 2))
    assert not is_loop(normalize("对吧，对吧，对吧"))
