from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Word
from qa_pipeline.transcribe.decoder import TimedToken
from qa_pipeline.transcribe.windows import Window
from qa_pipeline.transcribe.words import breaths_of, text_of, words_of


def words_in(tokens: list[TimedToken], regions: list[Interval]) -> tuple[Word, ...]:
    return words_of(tokens, Window(recording=0, audio_channel=0, regions=tuple(regions)))


def token(text: str, start_s: float, end_s: float, probability: float = 0.9) -> TimedToken:
    return TimedToken(text=text, start_s=start_s, end_s=end_s, probability=probability)


def test_times_are_on_the_recordings_clock() -> None:
    (word,) = words_in([token("您好", 0.1, 0.5)], [Interval(7000, 9000)])
    assert word.interval == Interval(7100, 7500)


def test_traditional_characters_become_simplified_in_context() -> None:
    tokens = [token("電", 0, 0.2), token("話", 0.2, 0.4), token("裡", 0.4, 0.6)]
    assert text_of(words_in(tokens, [Interval(0, 1000)])) == "电话里"


def test_marks_hang_on_the_word_before() -> None:
    tokens = [
        token("，", 0, 0),
        token("您好", 0, 0.4),
        token("，", 0.4, 0.5),
        token("请", 0.5, 0.7),
    ]
    words = words_in(tokens, [Interval(0, 1000)])
    assert [w.text for w in words] == ["您好，", "请"]


def test_half_a_character_is_dropped() -> None:
    assert words_in([token("\ufffd", 0, 0.2)], [Interval(0, 1000)]) == ()


def test_latin_words_keep_their_spaces_in_the_text() -> None:
    words = words_in([token(" Good", 0, 0.2), token(" morning.", 0.2, 0.6)], [Interval(0, 1000)])
    assert text_of(words) == "Good morning."


def test_a_word_that_swallowed_a_pause_is_put_where_speech_is() -> None:
    regions = [Interval(1000, 2000), Interval(2400, 3400)]
    words = words_in([token("好", 0.0, 0.9), token("的", 0.9, 2.0)], regions)
    assert words[1].interval == Interval(2400, 3000)


def test_a_pause_of_a_breath_divides() -> None:
    regions = [Interval(0, 1000), Interval(4700, 5600)]
    words = words_in([token("您", 0.1, 0.9), token("好", 1.5, 2.1)], regions)
    assert words[1].interval == Interval(4800, 5400)
    breaths = breaths_of(words, regions)
    assert [(interval, text_of(part)) for interval, part in breaths] == [
        (regions[0], "您"),
        (regions[1], "好"),
    ]


def test_a_shorter_pause_does_not_divide() -> None:
    regions = [Interval(0, 1000), Interval(1500, 2600)]
    words = words_in([token("您", 0.1, 0.9), token("好", 1.8, 2.4)], regions)
    ((interval, part),) = breaths_of(words, regions)
    assert interval == Interval(0, 2600)
    assert text_of(part) == "您好"


spans = st.lists(st.tuples(st.integers(1, 900), st.integers(100, 3000)), min_size=1, max_size=6)
times = st.lists(st.floats(0, 12), min_size=2, max_size=30)


@given(spans, times)
def test_words_stay_in_order_inside_their_breath(
    steps: list[tuple[int, int]], moments: list[float]
) -> None:
    regions: list[Interval] = []
    at = 500
    for gap, length in steps:
        regions.append(Interval(at + gap, at + gap + length))
        at = regions[-1].end_ms
    ordered = sorted(moments)
    tokens = [token("好", a, b) for a, b in pairwise(ordered)]
    words = words_in(tokens, regions)
    assert len(words) == len(tokens)
    ends = [w.interval.end_ms for w in words]
    assert ends == sorted(ends)
    breaths = breaths_of(words, regions)
    assert [w for _, part in breaths for w in part] == list(words)
    assert all(i.contains(w.interval) for i, part in breaths for w in part)
