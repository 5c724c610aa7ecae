"""What counts as a dictated digit when the ear for digits is fitted."""

import pytest

from benchmarks.digit_frames import DIGIT, IGNORED, OTHER, kinds_of

MARKS = {DIGIT: "D", OTHER: ".", IGNORED: "-"}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("手机幺三八零", "..DDDD"),
        ("幺三八，零二好", "DDD-DD."),
        ("一个人", "..."),
        ("二三线城市", "--..."),
        ("一百三十八块", "......"),
        ("三百五六七块", "..---."),
        ("二零一四年", "DDDD."),
        ("", ""),
    ],
)
def test_runs_of_three_digits_are_dictation(text: str, kinds: str) -> None:
    assert "".join(MARKS[kind] for kind in kinds_of(text)) == kinds
