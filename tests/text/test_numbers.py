import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.text.numbers import DIGITS, digits_spoken, spell, spell_quantity


@pytest.mark.parametrize(
    "text", ["工号8016", "工号八零一六", "工号八零幺六", "工号８０１６", "工号 8 0 1 6"]
)
def test_every_way_of_writing_a_number_is_one(text: str) -> None:
    assert digits_spoken(text) == "工号八零一六"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("24小时内", "二十四小时内"),
        ("2个工作日", "两个工作日"),
        ("12:30之前", "十二点三零之前"),
        ("5月20日", "五月二十日"),
        ("2024年", "二零二四年"),
        ("1,000元", "一千元"),
        ("3.5折", "三点五折"),
        ("100%", "百分之一百"),
        ("105块", "一百零五块"),
        ("电话13800138000", "电话一三八零零一三八零零零"),
        ("08个", "零八个"),
    ],
)
def test_figures_are_spoken_as_a_person_would(text: str, spoken: str) -> None:
    assert digits_spoken(text) == spoken


@pytest.mark.parametrize(
    ("value", "spoken"),
    [
        (10, "十"), (11, "十一"), (20, "二十"), (101, "一百零一"), (110, "一百一十"),
        (1001, "一千零一"), (1010, "一千零一十"), (10_000, "一万"), (10_050, "一万零五十"),
        (120_300, "十二万零三百"), (100_000_000, "一亿"),
    ],
)  # fmt: skip
def test_quantities(value: int, spoken: str) -> None:
    assert spell_quantity(str(value)) == spoken


@given(st.integers(0, 10**9 - 1))
def test_a_quantity_can_be_read_back(value: int) -> None:
    assert _read(spell_quantity(str(value))) == value


def _read(spoken: str) -> int:
    """The plain way to read a Chinese numeral, as an independent check."""
    total = section = digit = 0
    for char in spoken:
        if char in DIGITS:
            digit = DIGITS.index(char)
        elif char in "十百千":
            section += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
        elif char == "两":
            digit = 2
        elif char == "万":
            total += (section + digit) * 10**4
            section = digit = 0
        else:
            total = (total + section + digit) * 10**8
            section = digit = 0
    return total + section + digit


@given(st.text(alphabet="请您稍等8016 ，。%:.,小时元aＢ", max_size=30))
def test_offsets_point_into_the_text_in_order(text: str) -> None:
    offsets = [column.offset for column in spell(text)]
    assert offsets == sorted(offsets)
    assert all(0 <= offset < len(text) for offset in offsets)
