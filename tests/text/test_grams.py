"""Runs of syllables: what taught wordings count."""

from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.text.grams import gram_code, gram_codes, gram_count, gram_name, sounds_of

han = st.text(alphabet="您好请稍等一下二十四小时内给回复工号八零", min_size=0, max_size=12)


def names(text: str) -> set[str]:
    return {gram_name(int(code)) for codes in gram_codes(sounds_of(text)) for code in codes}


def test_runs_are_named_by_their_sounds() -> None:
    assert names("请稍等") == {"qing", "shao", "deng", "qing shao", "shao deng", "qing shao deng"}


def test_homophones_are_the_same_runs() -> None:
    assert names("请您消等") - names("请您稍等") == {"xiao", "nin xiao", "xiao deng",
                                             "qing nin xiao", "nin xiao deng"}  # fmt: skip
    assert names("青您哨灯") == names("请您稍等")


def test_every_number_is_one_sound() -> None:
    assert names("24小时") == names("两小时") == names("四十八小时")
    assert "#" not in names("稍等一下")
    assert "#" in names("一二三")


@given(han)
def test_a_name_tells_its_code(text: str) -> None:
    for codes in gram_codes(sounds_of(text)):
        for code in codes:
            assert gram_code(gram_name(int(code))) == code


@given(han)
def test_as_many_runs_as_are_counted(text: str) -> None:
    sounds = sounds_of(text)
    assert sum(len(codes) for codes in gram_codes(sounds)) == gram_count(len(sounds))
