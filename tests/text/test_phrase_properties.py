"""What must hold of every search, whatever is said."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.mishearing import mishear
from qa_pipeline.text.background import bits, weight
from qa_pipeline.text.heteronyms import read_in_context
from qa_pipeline.text.phrases import best_phrase, find_phrase, find_phrases
from qa_pipeline.text.syllables import read_aloud
from tests.builders import a_stream

PHRASES = (
    "很高兴为您服务",
    "请您稍等一下",
    "让您久等了",
    "感谢您的耐心等待",
    "工号{digits:3-6}",
    "还有什么{0-3}可以帮您",
    "{time}之前给您{0-6}回电",
)
SPOKEN = (
    "很高兴为您服务",
    "请您稍等一下",
    "让您久等了",
    "感谢您的耐心等待",
    "工号八零一六",
    "还有什么问题可以帮您",
    "明天下午三点之前给您回电",
)
UNRELATED = ("嗯", "好的女士", "这个订单是昨天发货的", "苹果坏了两个", "我看到物流在路上", "对对对")

lines = st.lists(st.sampled_from(UNRELATED), max_size=8)
spoken = st.sampled_from(tuple(zip(PHRASES, SPOKEN, strict=True)))


@settings(deadline=None, max_examples=100)
@given(spoken, lines, lines, st.integers(0, 30))
def test_unrelated_words_never_unsay_a_phrase(
    said: tuple[str, str], before: list[str], after: list[str], seed: int
) -> None:
    phrase, text = said
    heard = mishear(text, 0.2, Random(seed))
    alone = best_phrase([phrase], a_stream(heard))
    among = best_phrase([phrase], a_stream(*before, heard, *after))
    if alone is not None and alone.probability >= 0.6:
        assert among is not None
        # the costs are single-precision sums
        assert among.probability >= alone.probability - 0.001


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(SPOKEN + UNRELATED), max_size=8), st.integers(0, 9))
def test_together_or_alone_the_same_is_found(texts: list[str], seed: int) -> None:
    random = Random(seed)
    stream = a_stream(*(mishear(t, 0.15, random) for t in texts))
    together = find_phrases(dict.fromkeys(PHRASES, 0.3), stream)
    for phrase in PHRASES:
        assert together.get(phrase, ()) == find_phrase(phrase, stream, min_probability=0.3)


@pytest.mark.parametrize(
    ("wanted", "one", "other"),
    [
        ("保持电话畅通", "保持店话畅通", "保持垫话畅通"),
        ("请您稍等一下", "请您烧等一下", "请您捎等一下"),
    ],
)
def test_homophones_are_heard_alike(wanted: str, one: str, other: str) -> None:
    first, second = (best_phrase([wanted], a_stream(text)) for text in (one, other))
    assert first is not None
    assert second is not None
    assert first.score == second.score
    assert first.probability == second.probability


@pytest.mark.parametrize(
    ("wanted", "heard"),
    [
        ("感谢您的耐心等待", "感谢来电"),
        ("感谢您的来电", "感谢您的耐心等待"),
        ("还有什么可以帮", "还有姓名报"),
        ("尾号{digits:3-6}", "公号2066"),
        ("还有哪些{0-4}帮您", "还有哪些餐馆您知道"),
    ],
)
def test_a_chance_likeness_is_not_said(wanted: str, heard: str) -> None:
    match = best_phrase([wanted], a_stream("您好", heard, "好的"))
    assert match is None or match.probability < 0.6, match


@pytest.mark.parametrize(
    ("wanted", "heard"),
    [("重新下单", "崇新下单"), ("还款日期", "环款日期"), ("银行转账", "银航转账")],
)
def test_a_character_of_several_readings_is_read_in_context(wanted: str, heard: str) -> None:
    match = best_phrase([wanted], a_stream(f"麻烦您{heard}谢谢"))
    assert match is not None
    assert match.probability >= 0.9


@given(st.text(alphabet="重新还有款长度行银工号叫都会觉得地方了解为了因为", max_size=25))
def test_reading_fast_is_reading_right(text: str) -> None:
    assert read_in_context(text) == read_aloud(text)


def test_common_syllables_prove_little() -> None:
    assert weight("的", read_aloud("的")[0]) < weight("是", read_aloud("是")[0])
    assert weight("是", read_aloud("是")[0]) < weight("歉", read_aloud("歉")[0])
    assert bits(read_aloud("是")[0]) < bits(read_aloud("歉")[0])


def test_a_match_shows_how_much_of_the_content_was_heard() -> None:
    whole = best_phrase(["很高兴为您服务"], a_stream("很高兴为您服务"))
    half = best_phrase(["很高兴为您服务"], a_stream("您好后台为您服务"))
    assert whole is not None
    assert half is not None
    assert whole.coverage == 1.0
    assert 0.3 < half.coverage < 0.8


def test_the_other_sides_hm_between_is_no_break() -> None:
    assert find_phrase("感谢您的耐心等待", a_stream("感谢您的", "嗯", "耐心等待"))
