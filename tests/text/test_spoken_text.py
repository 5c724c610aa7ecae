import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Utterance, Word
from qa_pipeline.text.acknowledgements import is_acknowledgement_only
from qa_pipeline.text.echoes import echo_ids
from qa_pipeline.text.lexicons import lexicon, read_lexicon
from qa_pipeline.text.normalize import normalize
from qa_pipeline.text.spoken_text import SpokenText, spoken_text
from tests.builders import A, C, a_transcript


def heard(name: str, *texts: str, pause_ms: int = 500) -> list[str]:
    lines, now = [], 0
    for text in texts:
        lines.append((A, now, now + 2000, text))
        now += 2000 + pause_ms
    return [hit.quote for hit in SpokenText(a_transcript(lines).utterances).find(name)]


@pytest.mark.parametrize(
    "said",
    [
        "这跟我们没有关系的",  # letter by letter
        "这跟我們沒有關係的",  # traditional
        "这跟我们没有官系的",  # another character of the same sound
        "这跟我闷没有关西的",  # other tones
    ],
)
def test_misheard_entries_are_found(said: str) -> None:
    assert len(heard("denial", said)) == 1


def test_two_characters_need_the_very_characters() -> None:
    assert heard("impatience", "快点")
    assert not heard("impatience", "块店")


def test_an_exception_takes_its_place_away() -> None:
    assert heard("bid", "不是我说的")
    assert not heard("bid", "是不是我说的")


def test_an_entry_may_run_over_two_breaths_but_not_over_a_pause() -> None:
    assert heard("denial", "这个跟我们没", "有关系的")
    assert not heard("denial", "这个跟我们没", "有关系的", pause_ms=5000)


def test_word_times_place_the_hit() -> None:
    words = tuple(
        Word(text=text, interval=Interval(start, start + 500), probability=0.9)
        for text, start in (("这个", 0), ("跟我们", 4000), ("没有关系", 8000))
    )
    utterance = Utterance(
        utterance_id="u1",
        audio_channel=0,
        role=Role.AGENT,
        interval=Interval(0, 9000),
        text="这个跟我们没有关系",
        words=words,
    )
    hit = SpokenText([utterance]).find("denial")[0]
    assert hit.interval == Interval(4000, 8500)


@pytest.mark.parametrize(("text", "only"), [("嗯，好的。", True), ("好吃", False), ("", False)])
def test_acknowledgements(text: str, only: bool) -> None:
    assert is_acknowledgement_only(text) == only


def test_the_quieter_copy_on_the_other_channel_is_the_echo() -> None:
    lines = [(C, 0, 3000, "我没有签收过这个包裹"), (A, 100, 3000, "我没有签收这个包裹")]
    utterances = a_transcript(lines).utterances
    assert echo_ids(utterances, {}) == {"u0002"}
    assert echo_ids(utterances, {"u0001": -50.0, "u0002": -20.0}) == {"u0001"}


def test_the_same_words_later_or_other_words_at_once_are_no_echo() -> None:
    later = [(C, 0, 3000, "我没有签收过这个包裹"), (A, 3000, 6000, "我没有签收过这个包裹")]
    assert not echo_ids(a_transcript(later).utterances, {})
    other = [(C, 0, 3000, "我没有签收过这个包裹"), (A, 0, 3000, "您先听我把话说完好吗")]
    assert not echo_ids(a_transcript(other).utterances, {})


def test_the_same_utterances_are_searched_once() -> None:
    spoken = a_transcript([(A, 0, 2000, "您好"), (A, 2500, 4000, "请稍等")]).utterances
    assert spoken_text(spoken) is spoken_text(list(spoken))
    other = a_transcript([(A, 0, 2000, "您好"), (A, 2500, 4000, "请稍等")]).utterances
    assert spoken_text(other) is not spoken_text(spoken)
    assert spoken_text(other).utterances == spoken


@given(st.text(alphabet="这那跟我们没没有关系的不是您您您你快点等一下", min_size=1, max_size=40))
def test_only_where_an_entry_may_begin_is_it_tried(text: str) -> None:
    said = SpokenText(a_transcript([(A, 0, 4000, text)]).utterances)
    for name in ("denial", "bid", "impatience", "announcement"):
        entries = lexicon(name)
        literal = [e for e in entries if len(e) == 2 and normalize(e) == e]
        for entry in literal:
            at = text.find(entry)
            assert at < 0 or said.find(name) or read_lexicon(name).unless
