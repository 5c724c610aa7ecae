import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.text.normalize import han_count, is_digit, is_han, is_latin, normalize, readable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("請您稍等，我幫您查一下。", "请您稍等我帮您查一下"),
        ("ＶＩＰ 客户８０１６！", "vip客户8016"),
        ("嗯…… 好的 (ok)", "嗯好的ok"),
        ("", ""),
        ("?!，", ""),
    ],
)
def test_one_spelling(text: str, expected: str) -> None:
    assert normalize(text) == expected


@given(st.text(max_size=40))
def test_only_han_latin_and_digits_remain(text: str) -> None:
    assert all(is_han(c) or is_latin(c) or is_digit(c) for c in normalize(text))


def test_readable_keeps_punctuation() -> None:
    assert readable("請您稍等，謝謝。") == "请您稍等，谢谢。"


def test_a_digit_counts_as_one_character_and_a_letter_as_none() -> None:
    assert han_count("工号 8016, ok") == 6
    assert han_count("８〇") == 2
