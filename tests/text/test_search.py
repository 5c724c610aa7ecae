"""Deciding a contest by bounds gives what aligning everything gives."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.mishearing import mishear
from qa_pipeline.domain.interval import Interval
from qa_pipeline.text.phrases import NEAR_MISS, Contest, PhraseMatch, PhraseSearch
from qa_pipeline.text.stream import UtteranceStream
from tests.builders import a_stream

PHRASES = (
    "很高兴为您服务",
    "请您稍等一下",
    "请稍等",
    "让您久等了",
    "感谢您的耐心等待",
    "工号{digits:3-6}",
    "还有什么{0-3}可以帮您",
    "{time}之前给您{0-6}回电",
    "一共{money}",
    "不能退",
)
SPOKEN = (
    "很高兴为您服务",
    "请您那个嗯嗯那个稍等一下啊",
    "让您久等了",
    "感谢您的耐心等待",
    "工号八零一六",
    "还有什么问题可以帮您",
    "二零二五年十二月二十五日下午三点半之前给您回电",
    "一共三百二十块钱",
    "这个不能退的",
    "嗯",
    "这个订单是昨天发货的",
    "苹果坏了两个",
)

calls = st.lists(st.sampled_from(SPOKEN), min_size=1, max_size=12)


def a_misheard_stream(texts: list[str], seed: int) -> UtteranceStream:
    random = Random(seed)
    return a_stream(*(mishear(text, 0.25, random) for text in texts))


def everything(stream: UtteranceStream) -> PhraseSearch:
    """A search that has aligned every candidate, whatever its bound."""
    search = PhraseSearch(dict.fromkeys(PHRASES, NEAR_MISS), stream)
    search.prepare(dict.fromkeys(PHRASES, 1.5))
    if len(stream):
        search._clusters.bounds.half[:] = 1.0
        search._clusters.likeliest[:] = 1.0
    search.prepare(dict.fromkeys(PHRASES, NEAR_MISS))
    return search


def likeliest(matches: tuple[PhraseMatch, ...]) -> PhraseMatch | None:
    standing = [m for m in matches if not m.negated]
    return max(standing, key=lambda m: m.probability, default=None)


@settings(deadline=None, max_examples=150)
@given(calls, st.integers(0, 999), st.floats(0.2, 0.95))
def test_no_likelier_match_is_left_out(texts: list[str], seed: int, least: float) -> None:
    stream = a_misheard_stream(texts, seed)
    slow = everything(stream)
    fast = PhraseSearch(dict.fromkeys(PHRASES, NEAR_MISS), stream)
    for phrase in PHRASES:
        expected = tuple(m for m in slow.known(phrase) if m.probability >= least)
        assert fast.find((phrase,), least) == expected


@settings(deadline=None, max_examples=150)
@given(calls, st.integers(0, 999), st.integers(0, 20_000), st.integers(0, 40_000))
def test_a_contest_is_won_by_the_likeliest(
    texts: list[str], seed: int, start_ms: int, duration_ms: int
) -> None:
    stream = a_misheard_stream(texts, seed)
    window = Interval(start_ms, start_ms + duration_ms)
    groups = (PHRASES[:4], PHRASES[4:], PHRASES[1:3])
    contests = [
        Contest(
            phrases=phrases,
            window=window,
            least=NEAR_MISS,
            standing=lambda matches: tuple(m for m in matches if not m.negated),
        )
        for phrases in groups
    ]
    decided = PhraseSearch(dict.fromkeys(PHRASES, NEAR_MISS), stream).decide(contests)
    slow = everything(stream)
    for phrases, matches in zip(groups, decided, strict=True):
        expected = tuple(
            m
            for phrase in phrases
            for m in slow.known(phrase)
            if window.start_ms <= m.interval.start_ms < window.end_ms
        )
        assert likeliest(matches) == likeliest(expected)


@pytest.mark.parametrize("wanted", [{}, {"请您稍等一下": 0.2}])
def test_nothing_is_found_in_silence(wanted: dict[str, float]) -> None:
    search = PhraseSearch(wanted, a_stream())
    search.prepare(wanted)
    assert all(search.find((p,), least) == () for p, least in wanted.items())
