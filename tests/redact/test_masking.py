"""What leaves the house: masked quotes, words, fields, and the times to beep."""

from dataclasses import replace
from itertools import pairwise

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Transcript, Word
from qa_pipeline.redact import (
    MASK,
    beep_intervals,
    find_personal,
    mask_field,
    mask_file_name,
    mask_for,
    mask_transcript,
    mask_with_quotes,
)
from tests.builders import A, C, a_transcript


def with_words(transcript: Transcript, ms_per_char: int = 200) -> Transcript:
    """One word a character, evenly spoken."""
    return replace(
        transcript,
        utterances=tuple(
            replace(
                u,
                words=tuple(
                    Word(
                        text=char,
                        interval=Interval(
                            u.interval.start_ms + i * ms_per_char,
                            u.interval.start_ms + (i + 1) * ms_per_char,
                        ),
                        probability=1.0,
                    )
                    for i, char in enumerate(u.text)
                ),
            )
            for u in transcript.utterances
        ),
    )


CALL = a_transcript(
    [
        (A, 0, 3000, "请问您的手机号码"),
        (C, 4000, 8000, "电话是一三八零零"),
        (A, 8100, 8400, "嗯"),
        (C, 9000, 12_000, "幺三八零零零好吧"),
    ]
)


def test_words_say_when_to_beep() -> None:
    assert beep_intervals(with_words(CALL), margin_ms=0) == (
        Interval(4600, 5600),
        Interval(9000, 10_200),
    )
    assert beep_intervals(with_words(CALL), margin_ms=100)[0] == Interval(4500, 5700)


def test_without_words_the_whole_utterance_is_beeped() -> None:
    assert beep_intervals(CALL, margin_ms=0) == (Interval(4000, 8000), Interval(9000, 12_000))


def test_words_that_do_not_spell_the_text_beep_the_whole_utterance() -> None:
    worded = with_words(CALL)
    short = replace(worded.utterances[1], words=worded.utterances[1].words[2:])
    call = replace(worded, utterances=(worded.utterances[0], short, *worded.utterances[2:]))
    assert beep_intervals(call, margin_ms=0)[0] == Interval(4000, 8000)


def test_words_are_masked_with_their_text() -> None:
    for utterance in mask_transcript(with_words(CALL)).utterances:
        assert "".join(w.text for w in utterance.words) == utterance.text


def test_a_beep_begins_at_zero_at_the_earliest() -> None:
    call = a_transcript([(C, 50, 900, "13800138000")])
    assert beep_intervals(call, margin_ms=500) == (Interval(0, 1400),)


def test_a_quote_cut_out_of_a_call_is_masked_as_the_call_is() -> None:
    mask = mask_for(CALL)
    assert mask("…幺三八零零零好吧…") == f"…{MASK * 6}好吧…"
    assert mask("客户说“一三八零零”，未回应") == f"客户说“{MASK * 5}”，未回应"
    assert mask("八零零零好") == f"{MASK * 4}好"
    assert mask("请问您的手机号码") == "请问您的手机号码"


def test_the_machines_own_figures_stay_and_what_was_said_does_not() -> None:
    said = a_transcript([(C, 0, 5000, "我的号码是1.38零零一三八零零零"), (A, 5000, 6000, "好的")])
    mask = mask_for(said)
    note = "起点 -9.10，没有 -0.44，推给客户 +0.38；0.05，0.50 起算；概率 0.05，到 0.50 才算"
    assert mask(note) == note
    told = mask(f"{note}“号码是1.38零零一三八零零零”")
    assert told.startswith(note)
    assert "1.38" not in told
    assert "八" not in told


def test_spans_lie_inside_their_utterances_and_never_overlap() -> None:
    spans = find_personal(CALL)
    texts = {u.utterance_id: u.text for u in CALL.utterances}
    assert all(0 <= s.start < s.end <= len(texts[s.utterance_id]) for s in spans)
    assert all(a.end <= b.start for a, b in pairwise(spans) if a.utterance_id == b.utterance_id)


def test_fields_that_speak_of_a_person_are_hidden_whole() -> None:
    assert mask_field("customer_name", "王建国") == MASK * 3
    assert mask_field("手机", "138") == MASK * 3
    assert mask_field("product", "宽带200元") == "宽带200元"
    assert mask_field("remark", "电话13800138000") == f"电话{MASK * 11}"


def test_a_callers_number_in_a_file_name_is_hidden_and_its_day_is_not() -> None:
    name = "20261122_153000_13800138000_8016.wav"
    assert mask_file_name(name) == f"20261122_153000_{MASK * 11}_8016.wav"


def test_a_page_masks_words_and_quotes_as_each_is_masked_alone() -> None:
    transcript = with_words(CALL)
    masked, mask = mask_with_quotes(transcript)
    alone = mask_for(transcript)
    assert masked == mask_transcript(transcript) != transcript
    for quote in ("电话是一三八零零", "幺三八零零零", "三八零零…", "好吧", "请问您的手机号码"):
        assert mask(quote) == alone(quote)
    assert mask("幺三八零零零") == MASK * 6
