from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Word
from qa_pipeline.text.stream import stream_of
from tests.builders import A, a_stream, a_transcript


def test_quarantined_utterances_never_enter() -> None:
    first, second = a_transcript([(A, 0, 1000, "您好"), (A, 1200, 2000, "再见")]).utterances
    stream = stream_of((replace(first, quarantined_because="echo"), second))
    assert stream.text == "再见"
    assert [u.utterance_id for u in stream.utterances] == ["u0002"]


def test_utterances_are_put_in_time_order() -> None:
    late, early = a_transcript([(A, 0, 1000, "您好"), (A, 1200, 2000, "再见")]).utterances[::-1]
    assert stream_of((late, early)).text == "您好再见"


def test_without_words_time_is_shared_evenly() -> None:
    stream = stream_of(a_transcript([(A, 1000, 2000, "您好，再见")]).utterances)
    assert stream.start_ms == (1000, 1250, 1500, 1750)
    assert stream.interval(1, 3) == Interval(1250, 1750)


def test_words_give_times_and_probabilities() -> None:
    (utterance,) = a_transcript([(A, 0, 4000, "您好 8016")]).utterances
    words = (
        Word(text="您好", interval=Interval(100, 300), probability=0.9),
        Word(text=" 80", interval=Interval(2000, 2200), probability=0.2),
        Word(text="16", interval=Interval(3000, 3200), probability=0.4),
    )
    stream = stream_of((replace(utterance, words=words),))
    assert stream.text == "您好八零一六"
    assert stream.start_ms == (100, 200, 2000, 2100, 3000, 3100)
    assert stream.probabilities == (0.9, 0.9, 0.2, 0.2, 0.4, 0.4)
    assert stream.trust[2] < stream.trust[4] < stream.trust[0]


def test_words_that_spell_another_text_are_laid_over_it() -> None:
    (utterance,) = a_transcript([(A, 0, 1000, "请您稍等一下")]).utterances
    words = (
        Word(text="请", interval=Interval(0, 100), probability=1.0),
        Word(text="稍", interval=Interval(500, 600), probability=0.5),
    )
    stream = stream_of((replace(utterance, words=words),))
    assert len(stream.start_ms) == 6
    assert stream.start_ms[0] == 0
    assert stream.start_ms[-1] == 500


def test_an_empty_stream() -> None:
    stream = stream_of(())
    assert len(stream) == 0
    assert stream.columns_within(Interval(0, 1000)) == (0, 0)
    assert stream.mean_probability(0, 0) == 1.0


def test_the_quote_is_readable() -> None:
    stream = a_stream("您好，工号8016！", "请讲")
    at = stream.text.index("工")
    assert stream.quote(at, at + 6) == "工号8016"
    assert stream.quote(0, at + 8) == "您好，工号8016！ 请讲"


def test_columns_within_a_window() -> None:
    stream = a_stream("您好再见", pause_ms=0, ms_per_char=100)
    assert stream.columns_within(Interval(100, 300)) == (1, 3)


texts = st.lists(st.text(alphabet="请您稍等8016嗯，。 a行", max_size=12), max_size=5)


@given(texts)
def test_every_column_has_everything(lines: list[str]) -> None:
    stream = a_stream(*lines)
    n = len(stream)
    assert stream.sounds.shape == stream.tones.shape == stream.reading_costs.shape == (3, n)
    for column in (stream.offsets, stream.owners, stream.start_ms, stream.end_ms):
        assert len(column) == n
    for array in (stream.chars, stream.trust, stream.skip_costs, stream.pause_costs):
        assert len(array) == n
    assert all(s <= e for s, e in zip(stream.start_ms, stream.end_ms, strict=True))
    assert all(0 <= o < len(stream.display) for o in stream.offsets)
