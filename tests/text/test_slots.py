import pytest

from qa_pipeline.text.pattern import SlotKind
from qa_pipeline.text.phrases import best_phrase
from qa_pipeline.text.slots import find_spans
from tests.builders import a_stream


@pytest.mark.parametrize(
    ("heard", "time"),
    [
        ("24小时之内给您回复", "二十四小时"),
        ("二十四小时之内给您回复", "二十四小时"),
        ("三个工作日之内给您回复", "三个工作日"),
        ("3到5天之内给您回复", "五天"),
        ("半个小时之内给您回复", "半个小时"),
        ("明天下午五点之内给您回复", "明天下午五点"),
        ("今天5点半之内给您回复", "今天五点半"),
        ("三个工做日之内给您回复", "三个工做日"),
        ("两小石之内给您回复", "两小石"),
        ("一周之内给您回复", "一周"),
        ("10:30之内给您回复", "十点三零"),
    ],
)
def test_times(heard: str, time: str) -> None:
    match = best_phrase(["{time}之内给您{0-4}回复"], a_stream("嗯，" + heard))
    assert match is not None
    assert match.probability >= 0.6
    assert match.slots[0] == ("time", time)


@pytest.mark.parametrize(
    ("heard", "money"),
    [
        ("给您退款50元到账户", "五十元"),
        ("给您退款五十块钱", "五十块钱"),
        ("给您退款一百二十八块五", "一百二十八块五"),
        ("给您退款1,000元", "一千元"),
        ("给您退款3.5元", "三点五元"),
    ],
)
def test_money(heard: str, money: str) -> None:
    match = best_phrase(["退款{money}"], a_stream(heard))
    assert match is not None
    assert match.slots == (("money", money),)
    assert match.probability >= 0.9


@pytest.mark.parametrize(
    ("heard", "date"),
    [
        ("5月20号到期", "五月二十号"),
        ("下周到期", "下周"),
        ("周五到期", "周五"),
        ("2025年到期", "二零二五年"),
    ],
)
def test_dates(heard: str, date: str) -> None:
    match = best_phrase(["{date}到期"], a_stream("您的保单" + heard))
    assert match is not None
    assert match.slots == (("date", date),)


@pytest.mark.parametrize(
    ("heard", "figures"),
    [
        ("工号是亿三五六", True),  # 一 misheard
        ("工号吧零幺六", True),
        ("工号A8016", True),
        ("工号您报一下", False),
        ("工号我不知道", False),
    ],
)
def test_digits_may_be_misheard(heard: str, figures: bool) -> None:
    match = best_phrase(["工号{digits:3-6}"], a_stream(heard))
    assert (match is not None and match.probability >= 0.6) is figures


def test_digits_take_all_figures_up_to_the_limit() -> None:
    match = best_phrase(["手机号{digits:4-11}"], a_stream("您的手机号13812345678对吗"))
    assert match is not None
    assert match.slots == (("digits", "一三八一二三四五六七八"),)


def test_name_and_company() -> None:
    match = best_phrase(["我是{company}的{name}经理"], a_stream("您好我是平安保险的王经理"))
    assert match is not None
    assert match.slots == (("company", "平安保险"), ("name", "王"))
    assert match.probability >= 0.9


def test_a_slot_that_was_not_said_is_no_match() -> None:
    match = best_phrase(["{time}之前给您{0-6}回"], a_stream("我们会尽快给您回"))
    assert match is None or match.probability < 0.4


def test_neighbouring_parts_are_given_alone_and_together() -> None:
    stream = a_stream("明天下午三点")
    spans = {(s, e) for s, e, _ in find_spans(SlotKind.TIME, stream)}
    assert {(0, 2), (2, 4), (4, 6), (0, 4), (2, 6), (0, 6)} <= spans


def test_nothing_but_a_number_is_no_time() -> None:
    assert find_spans(SlotKind.TIME, a_stream("工号八零一六")) == ()
