import pytest

from qa_pipeline.errors import PatternError
from qa_pipeline.text.pattern import Gap, Literal, Slot, SlotKind, parse_pattern


def test_literals_gaps_and_slots() -> None:
    pattern = parse_pattern("您好{0-12}工号{digits:3-6}")
    kinds = [type(e) for e in pattern.elements]
    assert kinds == [Literal, Literal, Gap, Literal, Literal, Slot]
    assert pattern.elements[2] == Gap(0, 12)
    assert pattern.elements[5] == Slot(SlotKind.DIGITS, 3, 6)
    assert pattern.literal_text == "您好工号"


def test_several_slots_of_one_kind() -> None:
    pattern = parse_pattern("{time}之前给您{0-6}回，最晚{time}")
    assert [e.kind for e in pattern.elements if isinstance(e, Slot)] == [SlotKind.TIME] * 2


def test_figures_and_spelling_make_no_difference() -> None:
    assert parse_pattern("24小時內").literal_text == parse_pattern("二十四小时内").literal_text


def test_an_optional_gap_at_an_edge_is_dropped() -> None:
    assert parse_pattern("{0-9}欢迎致电{0-12}").elements == parse_pattern("欢迎致电").elements


def test_the_same_source_is_parsed_once() -> None:
    assert parse_pattern("请您稍等") is parse_pattern("请您稍等")


def test_only_one_or_two_syllables_need_the_characters() -> None:
    assert parse_pattern("贵姓").is_exact
    assert not parse_pattern("请稍等").is_exact
    assert not parse_pattern("工号{digits:3-6}").is_exact


@pytest.mark.parametrize(
    ("source", "about"),
    [
        ("", "at least one Han"),
        ("{digits:3-6}", "at least one Han"),
        ("VIP 123!?", None),  # figures are spoken, so they are Han characters
        ("hello", "at least one Han"),
        ("请{what}等", "unknown slot"),
        ("请{time:2}等", "takes no argument"),
        ("请{5-2}等", "smaller number"),
        ("请{0-0}等", "smaller number"),
        ("请{0-99}等", "at most"),
        ("工号{digits:0-3}", "digits:m-n"),
        ("工号{digits:3-99}", "digits:m-n"),
        ("工号{digits:x}", "digits:m-n"),
        ("请{0-3等", "brace"),
        ("请}等", "brace"),
        ("等" * 61, "longer than"),
    ],
)
def test_bad_patterns_are_named(source: str, about: str | None) -> None:
    if about is None:
        assert parse_pattern(source).literal_text == "vip一二三"
        return
    with pytest.raises(PatternError, match=about):
        parse_pattern(source)
