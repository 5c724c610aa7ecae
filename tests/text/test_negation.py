import pytest

from qa_pipeline.text.phrases import find_phrase
from tests.builders import a_stream


@pytest.mark.parametrize(
    ("phrase", "heard"),
    [
        ("不能退", "我不是说不能退"),
        ("不能退", "没说不能退"),
        ("不能退", "并不是不能退"),
        ("不能退", "能不能退"),
        ("不能退", "我从来没说过不能退"),
        ("挂您电话", "我不会挂您电话的"),
        ("推卸责任", "我们绝不推卸责任"),
        ("推卸责任", "不是在推卸责任"),
        ("推卸责任", "不是要推卸责任"),
        ("收取手续费", "这个不会收取手续费"),
        ("保证收益", "我们不能给您保证收益"),
        ("投诉", "我不是要投诉"),
        ("投诉", "我没有投诉"),
        ("骗您", "我没有骗您"),
        ("我会给您退款", "我不会给您退款"),
        ("我要投诉", "我不是要投诉"),
    ],
)
def test_denied(phrase: str, heard: str) -> None:
    matches = find_phrase(phrase, a_stream(heard))
    assert matches
    assert all(m.negated for m in matches)


@pytest.mark.parametrize(
    ("phrase", "heard"),
    [
        ("不能退", "这个不能退"),
        ("不能退", "不能退"),
        ("不归我们管", "这个不归我们管"),
        ("不会超过一小时", "时间不会超过一小时"),
        ("投诉", "你们是不是投诉处理部门"),
        ("投诉", "你会不会投诉"),
        ("没有办法", "我们也没有办法"),
        ("非常抱歉", "不好意思非常抱歉"),
        ("非常抱歉", "不是，非常抱歉"),
        ("投诉", "没问题，你去投诉"),
        ("投诉", "我不满意，我要投诉"),
        ("其他问题可以帮您", "还有没有其他问题可以帮您"),
        ("还有{0-8}可以帮您", "还有什么不清楚的可以帮您"),
        ("请问您方便吗", "请问您方不方便吗"),
        ("不好意思", "实在是不好意私"),
    ],
)
def test_not_denied(phrase: str, heard: str) -> None:
    matches = find_phrase(phrase, a_stream(heard))
    assert matches
    assert not any(m.negated for m in matches)


def test_the_clause_before_denies_nothing() -> None:
    (match,) = find_phrase("随便你投诉", a_stream("我不会", "随便你投诉"))
    assert not match.negated
