from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.transcribe.domain_words import MAX_TOKENS, prompt_of


def test_words_stand_in_their_order() -> None:
    assert prompt_of(("鲜到家", "工号"), len) == "客服电话录音：鲜到家、工号。"


def test_without_words_nothing_is_told() -> None:
    assert prompt_of((), len) == ""


@given(words=st.lists(st.text("工号订单退款套餐", min_size=1, max_size=9), max_size=60))
def test_the_first_words_that_fit_are_told(words: list[str]) -> None:
    prompt = prompt_of(words, len)
    assert len(prompt) <= MAX_TOKENS
    told = prompt.removeprefix("客服电话录音：").removesuffix("。").split("、") if prompt else []
    assert told == words[: len(told)]
    if len(told) < len(words):
        assert len("客服电话录音：" + "、".join(words[: len(told) + 1]) + "。") > MAX_TOKENS
