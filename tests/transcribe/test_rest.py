"""Windows whose reading broke off."""

from qa_pipeline.domain.interval import Interval
from qa_pipeline.transcribe.assemble import Recognized
from qa_pipeline.transcribe.decoder import TimedToken
from qa_pipeline.transcribe.rest import unread_rest
from qa_pipeline.transcribe.windows import Window

REGIONS = (Interval(700, 2700), Interval(4000, 8000), Interval(8200, 12000))


def a_reading(*words: tuple[str, float]) -> Recognized:
    """Words with the second, on the window's clock, at which each begins."""
    return Recognized(
        window=Window(recording=3, audio_channel=1, regions=REGIONS),
        tokens=tuple(
            TimedToken(text=text, start_s=start, end_s=start + 0.3, probability=0.9)
            for text, start in words
        ),
        log_probability=-0.3,
        no_speech_probability=0.0,
        was_cut=False,
    )


def test_what_follows_the_last_word_is_left() -> None:
    rest = unread_rest(a_reading(("您好请问", 0.0), ("是宋女士吗", 1.0)))
    assert rest == Window(recording=3, audio_channel=1, regions=REGIONS[1:])


def test_a_reading_that_goes_on_leaves_nothing() -> None:
    assert unread_rest(a_reading(("您好请问", 0.0), ("是宋女士吗", 1.0), ("好", 9.0))) is None


def test_enough_words_are_a_whole_reading_wherever_they_were_placed() -> None:
    assert unread_rest(a_reading(("您好请问是宋女士吗我是安禾课堂的课程顾问", 0.0))) is None


def test_nothing_is_left_of_nothing() -> None:
    assert unread_rest(a_reading()) is None
    assert unread_rest(a_reading(("，", 0.0))) is None


def test_a_short_rest_is_no_sentence() -> None:
    whole = a_reading(("您好请问", 0.0), ("是宋女士吗", 5.9))
    assert unread_rest(whole) is not None
    assert unread_rest(a_reading(("您好请问", 0.0), ("是宋女士吗", 9.0))) is None
