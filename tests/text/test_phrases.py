from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.domain.interval import Interval
from qa_pipeline.text.phrases import best_phrase, find_any, find_phrase, match_probability
from qa_pipeline.text.stream import stream_of
from tests.builders import A, C, a_stream, a_transcript

SAID, NOT_SAID = 0.60, 0.40

PHRASES = (
    "请您稍等",
    "很高兴为您服务",
    "非常抱歉",
    "让您久等了",
    "感谢您的耐心等待",
    "请问有什么可以帮您",
    "不归我们管",
    "工号{digits:3-6}",
    "{time}之前给您{0-6}回电",
)


@pytest.mark.parametrize(
    ("wanted", "heard"),
    [
        ("请您稍等", "好的那请您消等一下"),
        ("请您稍等", "请您少等"),
        ("请您稍等", "请你稍等"),
        ("请您稍等", "请您烧灯"),
        ("很高兴为您服务", "很高为您服务"),
        ("很高兴为您服务", "很高兴嗯为您呃服务"),
        ("很高兴为您服务", "恨高心维您父务"),
        ("工号{digits:3-6}", "您好公号8016"),
        ("工号{digits:3-6}", "共号是八零幺六"),
        ("感谢您的耐心等待", "感谢您耐心等待"),
        ("请问有什么可以帮您", "请问有什么可一帮你"),
        ("保持电话畅通", "宝池电话常通"),
        ("能不能联系到您", "那不能联系到您"),
        ("银行卡", "银航卡"),
        ("三个工作日", "3个工作日"),
        ("二十四小时", "24小时"),
        ("24小时内", "二十四小时之内"),
    ],
)
def test_misheard_phrases_are_found(wanted: str, heard: str) -> None:
    match = best_phrase([wanted], a_stream("嗯那个", heard, "好的谢谢"))
    assert match is not None
    assert match.probability >= SAID, match


@pytest.mark.parametrize(
    ("wanted", "heard"),
    [
        ("很高兴为您服务", "后台为您服务"),
        ("感谢您的来电", "感谢您的理解和支持"),
        ("我理解您的心情", "我理解您的意思"),
        ("挂电话了", "接电话呢"),
        ("没有办法就是这样", "没有办法给您保证"),
        ("还有其他{0-6}可以帮您", "您可以走其他渠道"),
        ("让您久等了", "请您耐心等待"),
        ("工号{digits:3-6}", "电话是0106"),
        ("{time}内给您回复", "我给您回复"),
        ("领导不在", "领导已经知道了"),
        ("请问您贵姓", "请问您哪里"),
        ("这不归我们管", "这个归我们管"),
        ("没有收到货", "都有收到货"),
    ],
)
def test_what_only_resembles_is_not_said(wanted: str, heard: str) -> None:
    match = best_phrase([wanted], a_stream("您好", heard, "好的"))
    assert match is None or match.probability < SAID, match


def test_half_a_greeting_is_a_near_miss() -> None:
    match = best_phrase(["很高兴为您服务"], a_stream("您好后台为您服务"))
    assert match is not None
    assert NOT_SAID <= match.probability < SAID
    assert match.quote.endswith("为您服务")
    assert match.wanted == "很高兴为您服务"


def test_a_phrase_of_two_syllables_needs_its_characters() -> None:
    assert find_phrase("贵姓", a_stream("请问您贵姓"))
    assert not find_phrase("贵姓", a_stream("请问您贵性"))
    assert find_phrase("贵姓", a_stream("請問您貴姓"))


@pytest.mark.parametrize("script", ["请您稍等我帮您查一下", "請您稍等我幫您查一下"])
def test_traditional_and_simplified_are_one(script: str) -> None:
    for wanted in ("我帮您查一下", "我幫您查一下"):
        (match,) = find_phrase(wanted, a_stream(script))
        assert (match.start_column, match.end_column, match.probability) == (4, 10, 0.99)


@pytest.mark.parametrize("number", ["8016", "八零一六", "八零幺六", "8 0 1 6", "８０１６"])
def test_forms_of_a_number_are_one(number: str) -> None:
    (match,) = find_phrase("工号{digits:3-6}", a_stream(f"您好，工号{number}为您服务"))
    assert match.slots == (("digits", "八零一六"),)
    assert match.probability >= 0.95


def test_a_phrase_may_straddle_utterances() -> None:
    lines = [
        (A, 0, 1500, "您好很高兴"),
        (C, 1500, 1900, "嗯"),
        (A, 2000, 2300, "嗯"),
        (A, 2500, 3500, "为您服务"),
    ]
    utterances = [u for u in a_transcript(lines).utterances if u.role is A]
    (match,) = find_phrase("很高兴为您服务", stream_of(utterances))
    assert match.probability >= 0.95
    assert (match.first_utterance_id, match.last_utterance_id) == ("u0001", "u0004")
    assert match.interval == Interval(600, 3500)


def test_a_long_pause_ends_a_sentence() -> None:
    stream = a_stream("您好很高兴", "为您服务", pause_ms=12_000)
    match = best_phrase(["很高兴为您服务"], stream)
    assert match is None or match.probability < SAID


def test_every_place_is_found_once_in_order() -> None:
    stream = a_stream("请您稍等", "好的", "那请您稍等一下", "请稍等")
    found = find_phrase("请您稍等", stream)
    assert [m.start_column for m in found] == sorted(m.start_column for m in found)
    assert [m.quote for m in found[:2]] == ["请您稍等", "请您稍等"]
    assert not any(a.overlaps(b) for i, a in enumerate(found) for b in found[:i])


def test_of_overlapping_patterns_the_likeliest_wins() -> None:
    (match,) = find_any(["很高兴为您", "很高兴为您服务"], a_stream("很高兴为您服务"))
    assert match.wanted == "很高兴为您服务"


def test_a_window_holds_the_start_of_the_phrase() -> None:
    stream = a_stream("您好感谢来电", pause_ms=0, ms_per_char=100)
    assert find_phrase("感谢来电", stream, window=Interval(200, 201))
    assert not find_phrase("感谢来电", stream, window=Interval(0, 200))
    assert not find_phrase("感谢来电", stream, window=Interval(301, 900))


def test_a_doubtful_word_costs_less() -> None:
    (utterance,) = a_transcript([(A, 0, 1000, "请您消等")]).utterances
    sure = best_phrase(["请您稍等"], stream_of((utterance,)))
    unsure = best_phrase(["请您稍等"], stream_of((replace(utterance, confidence=0.2),)))
    assert sure is not None
    assert unsure is not None
    assert unsure.probability > sure.probability


def test_nothing_is_found_in_nothing() -> None:
    assert find_phrase("请您稍等", a_stream()) == ()
    assert find_phrase("请您稍等", a_stream("", "。")) == ()
    assert best_phrase(["请您稍等"], a_stream("谢谢再见")) is None


def test_probability_falls_with_cost_and_long_phrases_tolerate_more() -> None:
    assert match_probability(0.5, 6) > match_probability(1.0, 6) > match_probability(2.0, 6)
    assert match_probability(0.25 * 8, 8) > match_probability(0.25 * 3, 3)


fillers = st.text(alphabet="嗯呃啊好的那我看到订单退款优惠券骑手商家餐配送，。", max_size=25)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(PHRASES[:7]), fillers, fillers)
def test_an_exact_phrase_is_found_in_any_filler(phrase: str, before: str, after: str) -> None:
    stream = a_stream(before + phrase + after)
    found = find_phrase(phrase, stream, min_probability=0.95)
    start = len(a_stream(before)) if before else 0
    assert any(m.start_column == start and m.probability >= 0.95 for m in found)


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(PHRASES),
    st.lists(
        st.text(alphabet="请您稍等很高兴为服务非常抱歉8016下午五点前给回电 ，", max_size=20),
        max_size=6,
    ),
)
def test_matches_lie_inside_the_stream(phrase: str, lines: list[str]) -> None:
    stream = a_stream(*lines)
    for match in find_phrase(phrase, stream, min_probability=0.05):
        assert 0 <= match.start_column < match.end_column <= len(stream)
        assert 0 <= match.interval.start_ms <= match.interval.end_ms <= stream.end_ms[-1]
        assert 0.05 <= match.probability <= 1
        assert 0 <= match.score <= 1
        assert match.quote
        assert all(value for _, value in match.slots)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(PHRASES[:7]), st.integers(0, 40), fillers)
def test_searching_candidates_finds_what_searching_everything_finds(
    phrase: str, repeats: int, filler: str
) -> None:
    long_stream = a_stream("今天天气不错" * repeats, filler + phrase, "今天天气不错" * repeats)
    (match,) = [m for m in find_phrase(phrase, long_stream) if m.probability >= 0.95]
    assert match.score == 1.0
