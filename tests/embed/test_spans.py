from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.embed.spans import LONGEST, WINDOW, spans_of


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in spans_of(text)]


def test_an_utterance_comes_whole_and_in_clauses() -> None:
    said = "好，您别着急，我看一下。 先别挂机"
    assert parts(said) == [said, "好，您别着急", "我看一下", "先别挂机"]


def test_one_clause_comes_once_without_its_marks() -> None:
    assert parts("您好。") == ["您好"]


def test_mere_noises_have_no_vector() -> None:
    assert [parts(text) for text in ("", "嗯", "，。", "好，", "ok", "1234")] == [[]] * 6


def test_english_is_cut_at_sentences_not_at_spaces() -> None:
    assert parts("Hold on please. I will check") == [
        "Hold on please. I will check",
        "Hold on please",
        "I will check",
    ]


def test_a_long_run_without_marks_is_cut_into_overlapping_windows() -> None:
    said = "一二三四五六七八" * 5
    whole, *windows = parts(said)
    assert whole == said
    assert all(len(window) <= WINDOW for window in windows)
    assert windows[0] + "".join(window[WINDOW // 2 :] for window in windows[1:]) == said


@given(st.text(st.sampled_from("您好稍等a1 ，。?\n"), max_size=3 * LONGEST))
def test_spans_lie_within_the_text_and_begin_and_end_with_a_word(text: str) -> None:
    found = spans_of(text)
    assert len(set(found)) == len(found)
    for start, end in found:
        assert 0 <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip("，。? \n")
