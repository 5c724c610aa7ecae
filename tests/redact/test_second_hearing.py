"""What a recognizer that expects numbers hears is hidden in the first hearing's words."""

from dataclasses import replace

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.case_card import HeardAgain
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.redact import heard_again, mask_both, mask_transcript
from tests.builders import A, C, a_transcript
from tests.redact.test_masking import with_words

LINES = [
    (A, 0, 2000, "请您说一下"),
    (C, 3000, 6000, "邮霸士不就灵散我白天都在"),
]


def said(lines: list[tuple[Role, int, int, str]]) -> Transcript:
    """Each side on its own channel, a word of 200 ms for each character."""
    transcript = with_words(a_transcript(lines))
    channels = tuple(
        replace(u, audio_channel=0 if u.role is A else 1) for u in transcript.utterances
    )
    return replace(transcript, utterances=channels)


def unnamed(transcript: Transcript) -> Transcript:
    utterances = tuple(replace(u, role=Role.UNKNOWN) for u in transcript.utterances)
    return replace(transcript, utterances=utterances)


FIRST = said(LINES)


def second(customer: str) -> Transcript:
    return unnamed(said([LINES[0], (C, 3000, 6000, customer)]))


def test_a_number_that_was_written_as_words_is_hidden_by_its_time() -> None:
    assert mask_transcript(FIRST).utterances[1].text == "邮霸士不就灵散我白天都在"
    heard = heard_again(FIRST, second("幺八四五九零三我白天都在"))
    (one,) = heard
    assert (one.audio_channel, one.interval.start_ms) == (1, 3000)
    assert 4400 <= one.interval.end_ms <= 4800, "at most what may be two more digits"
    shown, mask = mask_both(FIRST, heard)
    text = shown.utterances[1].text
    assert (text[:7], text[-2:]) == ("＊" * 7, "都在")
    assert "".join(w.text for w in shown.utterances[1].words) == text
    assert mask("邮霸士不就灵散") == "＊" * 7


def test_four_digits_that_nothing_explains_are_hidden_and_three_are_not() -> None:
    assert heard_again(FIRST, second("幺八四五吧我真的白天都在"))
    assert not heard_again(FIRST, second("幺八四吧我真的白天都在啊"))


def test_what_the_first_hearing_explains_stays() -> None:
    first = said([LINES[0], (C, 3000, 6000, "我订单号是的八四五九零三六")])
    misheard = second("我那个东西八四五九零三六")
    assert heard_again(FIRST, misheard), "nothing says that it is an order's"
    assert not heard_again(first, misheard)


def test_a_unit_explains_a_number() -> None:
    assert not heard_again(FIRST, second("一共是一二零零块钱我知道"))


def test_another_channel_keeps_its_words() -> None:
    heard = (HeardAgain(audio_channel=0, interval=Interval(3000, 4400)),)
    assert mask_both(FIRST, heard)[0].utterances[1].text == LINES[1][3]


def test_names_become_another_sign_than_numbers() -> None:
    heard = (HeardAgain(audio_channel=1, interval=Interval(3000, 3600), is_name=True),)
    assert mask_both(FIRST, heard)[0].utterances[1].text.startswith("某某某")


def test_words_without_times_are_hidden_as_a_whole() -> None:
    bare = replace(FIRST, utterances=tuple(replace(u, words=()) for u in FIRST.utterances))
    heard = (HeardAgain(audio_channel=1, interval=Interval(3000, 3400)),)
    shown = mask_both(bare, heard)[0]
    assert shown.utterances[0].text == LINES[0][3]
    assert set(shown.utterances[1].text) == {"＊"}
