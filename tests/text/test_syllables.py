import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import Style, pinyin
from pypinyin.constants import PINYIN_DICT

from qa_pipeline.text.confusion import final_distance, initial_distance, sound_costs, tone_costs
from qa_pipeline.text.syllables import (
    FINALS,
    INITIALS,
    MAX_READINGS,
    UNKNOWN,
    Syllable,
    encode,
    read_aloud,
    readings,
    split_pinyin,
    syllable,
)


def cost(left: str, right: str) -> float:
    a, b = syllable(left), syllable(right)
    return float(sound_costs()[a.sound, b.sound] + tone_costs()[a.tone, b.tone])


@pytest.mark.parametrize(
    ("plain", "parts"),
    [
        ("zhong", ("zh", "ong")), ("yu", ("", "ü")), ("yuan", ("", "üan")), ("jue", ("j", "üe")),
        ("liu", ("l", "iou")), ("gui", ("g", "uei")), ("lun", ("l", "uen")), ("lv", ("l", "ü")),
        ("shi", ("sh", "ih")), ("xi", ("x", "i")), ("wo", ("", "uo")), ("nue", ("n", "üe")),
        ("hng", None),
    ],
)  # fmt: skip
def test_pinyin_falls_into_initial_and_final(plain: str, parts: tuple[str, str] | None) -> None:
    assert split_pinyin(plain) == parts


def test_the_neighbours_choose_the_reading() -> None:
    assert read_aloud("工号")[1] == syllable("hao4")
    assert read_aloud("银行")[1] == syllable("hang2")
    assert read_aloud("不行")[1] == syllable("xing2")


def test_all_readings_are_known() -> None:
    assert {syllable("xing2"), syllable("hang2")} <= set(readings("行"))


def test_one_code_point_a_syllable() -> None:
    assert len(encode("请您稍等vip")) == 7
    assert encode("公号") == encode("工号")
    assert encode("稍等") != encode("少等")


def test_an_unreadable_character_has_an_unknown_sound() -> None:
    assert readings("嗯")[0].sound == UNKNOWN


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [
        (("shao1", "shao3"), ("shao1", "sao1")),  # tone before z/zh
        (("zhi1", "zi1"), ("zhi1", "bi1")),
        (("nan2", "lan2"), ("nan2", "tan2")),
        (("fei1", "hei1"), ("fei1", "lei1")),
        (("ling2", "lin2"), ("ling2", "lang2")),
        (("shang4", "shan4"), ("shang4", "shou4")),
        (("yu2", "yi2"), ("yu2", "ya2")),
        (("shao1", "xiao1"), ("shao1", "miao1")),
        (("deng3", "dou3"), ("deng3", "fou3")),  # a kept initial
        (("deng3", "peng3"), ("deng3", "pu3")),  # a kept final
    ],
)
def test_what_is_confused_more_often_costs_less(
    nearer: tuple[str, str], farther: tuple[str, str]
) -> None:
    assert cost(*nearer) < cost(*farther)


sounds = st.sampled_from([i + f for i in INITIALS for f in FINALS])


@given(st.sampled_from(INITIALS), st.sampled_from(INITIALS))
def test_initial_distance_is_symmetric(a: str, b: str) -> None:
    assert initial_distance(a, b) == initial_distance(b, a)
    assert (initial_distance(a, b) == 0) == (a == b)


@given(st.sampled_from(FINALS), st.sampled_from(FINALS))
def test_final_distance_is_symmetric_and_bounded(a: str, b: str) -> None:
    assert final_distance(a, b) == final_distance(b, a)
    assert 0 <= final_distance(a, b) <= 1
    assert (final_distance(a, b) == 0) == (a == b)


def test_a_tone_costs_at_most_half() -> None:
    assert tone_costs().max() <= 0.5


def test_readings_are_those_of_pypinyin() -> None:
    for code in sorted(PINYIN_DICT)[::97]:
        found = pinyin(chr(code), heteronym=True, style=Style.TONE3, neutral_tone_with_five=True)
        known = [s for s in dict.fromkeys(map(syllable, found[0])) if s.sound != UNKNOWN]
        assert readings(chr(code)) == (tuple(known[:MAX_READINGS]) or (Syllable(UNKNOWN, 0),))
