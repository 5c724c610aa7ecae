"""Digits that only the sound gives away are hidden; what words explain stays."""

from qa_pipeline.domain.dictated import Dictated
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.redact import heard_again, mask_both
from tests.builders import A, C
from tests.redact.test_second_hearing import said, unnamed

TALK = "有阿强有神有呃我白天都在家里"


def dictated(start_ms: int, end_ms: int, channel: int = 1) -> tuple[Dictated, ...]:
    return (Dictated(audio_channel=channel, interval=Interval(start_ms, end_ms)),)


def call(question: str, answer: str) -> Transcript:
    return said([(A, 0, 2000, question), (C, 3000, 6000, answer)])


def shown(first: Transcript, runs: tuple[Dictated, ...] | None) -> list[str]:
    again = heard_again(first, unnamed(first), runs)
    return [u.text for u in mask_both(first, again)[0].utterances]


def test_digits_that_both_hearings_wrote_as_words_are_hidden_by_their_sound() -> None:
    first = call("请您说一下", TALK)
    assert shown(first, None)[1] == TALK
    assert shown(first, ())[1] == TALK
    text = shown(first, dictated(3000, 4200))[1]
    assert text[:6] == "＊" * 6
    assert text[-7:] == TALK[-7:]


def test_a_dictation_on_the_other_channel_hides_nothing_here() -> None:
    first = call("请您说一下", TALK)
    assert shown(first, dictated(3000, 4200, channel=0))[1] == TALK


def test_a_word_that_announces_an_order_explains_the_dictation() -> None:
    first = call("请您报一下订单号", TALK)
    assert shown(first, dictated(3000, 4200))[1] == TALK
    asked = call("您那个订单留的手机号码", TALK)
    assert shown(asked, dictated(3000, 4200))[1].startswith("＊" * 5)


def test_an_amount_behind_it_explains_the_dictation() -> None:
    first = call("请您说一下", "有阿强有神有块钱我白天都在")
    assert shown(first, dictated(3000, 4200))[1] == "有阿强有神有块钱我白天都在"


def test_digits_without_the_sound_of_a_dictation_are_not_suspected_for_their_number() -> None:
    first = call("请您说一下", "我真的等了四八四五吧白天都在")
    assert "＊" in shown(first, None)[1]
    assert shown(first, ())[1] == first.utterances[1].text
    assert "＊" in shown(first, dictated(4000, 4800))[1]


def test_a_telephone_number_is_hidden_whatever_the_sound_says() -> None:
    first = call("您的电话", "幺三八零零幺三五二四六对的")
    assert shown(first, ())[1].startswith("＊" * 11)


def test_half_a_second_is_no_dictation_unless_a_number_is_beside_it() -> None:
    first = call("请您说一下", TALK)
    assert shown(first, dictated(3000, 3400))[1] == TALK
    number = said([(C, 0, 2200, "幺三八零零幺三五二四六"), (C, 3000, 6000, TALK)])
    assert shown(number, dictated(3000, 3400))[1].startswith("＊＊")
