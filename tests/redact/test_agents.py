"""An agent's own name and 工号 are found, and nobody else's."""

import pytest

from qa_pipeline.redact import find_agents
from tests.builders import A, C, a_transcript


def found(*said: tuple[object, str], known: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    call = a_transcript([(r, i * 3000, i * 3000 + 2500, t) for i, (r, t) in enumerate(said)])
    texts = {u.utterance_id: u.text for u in call.utterances}
    spans = find_agents(call, known)
    return [(s.kind.value, texts[s.utterance_id][s.start : s.end]) for s in spans]


@pytest.mark.parametrize(
    ("greeting", "expected"),
    [
        (
            "您好，我是客服李明，工号八零一六，很高兴为您服务",
            [("agent", "李明"), ("staff", "八零一六")],
        ),
        ("我叫王芳，请问有什么可以帮您", [("agent", "王芳")]),
        ("我是客户经理小高，上周您预约了咨询", [("agent", "小高")]),
        ("工号8016为您服务", [("staff", "8016")]),
        ("我是说您的订单已经发货了", []),
    ],
)
def test_the_greeting_gives_name_and_number(greeting: str, expected: list[tuple[str, str]]) -> None:
    assert found((A, greeting)) == expected


def test_a_name_from_the_greeting_or_the_metadata_is_found_wherever_it_is_said() -> None:
    said = found((A, "我叫李明"), (C, "李明你听我说，你们那个王芳"), known=("王芳",))
    assert said == [("agent", "李明"), ("agent", "李明"), ("agent", "王芳")]


def test_the_customers_name_is_not_an_agents() -> None:
    assert found((C, "我叫张建国，电话13800138000")) == []
