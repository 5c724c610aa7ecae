from tests.builders import A, C
from tests.measure.test_measure import figures


def asked(*texts: str) -> int | None:
    lines = []
    for i, text in enumerate(texts):
        lines.append((A, i * 4000, i * 4000 + 1500, text))
        lines.append((C, i * 4000 + 2000, i * 4000 + 3500, "我昨天晚上买的"))
    return figures(lines).consecutive_questions


def test_questions_without_a_word_for_the_answer_are_a_run() -> None:
    assert asked("什么时候买的", "在哪里买的", "谁让您买的", "为什么不看说明") == 4


def test_an_acknowledged_answer_starts_a_new_run() -> None:
    assert asked("什么时候买的", "好的那在哪里买的", "明白请问订单号多少") == 1


def test_a_statement_ends_a_run() -> None:
    assert asked("什么时候买的", "在哪里买的", "我登记一下订单", "为什么退货") == 2


def test_a_question_mark_is_a_question() -> None:
    assert asked("您确定？") == 1


def test_the_third_time_is_a_repetition() -> None:
    lines = []
    for i in range(3):
        lines.append((A, i * 6000, i * 6000 + 2500, "建议您再耐心等待处理结果"))
        lines.append((C, i * 6000 + 3000, i * 6000 + 5500, f"那我的钱第{i}次怎么说啊"))
    seen = figures(lines)
    assert seen.agent_repetitions == 1
    assert figures(lines[:4]).agent_repetitions == 0
    assert "u0005" in seen.repeated_ids


def test_repetitions_far_apart_do_not_count() -> None:
    fillers = [
        "订单是上周五下的",
        "快递还在路上走着",
        "仓库正在盘点库存",
        "退款需要财务审批",
        "地址已经修改成功",
    ]
    lines, now = [], 0
    for _ in range(3):
        for text in ["建议您再耐心等待处理结果", *fillers]:
            lines += [(A, now, now + 2000, text), (C, now + 2100, now + 3900, "那可以呀行吧")]
            now += 4000
    assert figures(lines).agent_repetitions == 0
