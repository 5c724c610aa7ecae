"""Two synthetic voices in one channel: pitch, formants and words differ."""

from dataclasses import replace

import numpy as np
import pytest

from qa_pipeline.domain.call import Direction, Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.speakers import SplitMethod
from qa_pipeline.domain.transcript import Transcript, Utterance, Word
from qa_pipeline.speakers.one_channel import NotDivided, divide_channel
from qa_pipeline.speakers.turn_taking import read_parties
from qa_pipeline.speakers.wording import agent_log_odds, ends_in_question
from tests.builders import ENGINE, A, C, a_transcript

RATE = 16_000
TURNS = (
    (A, "您好很高兴为您服务请问有什么可以帮您"),
    (C, "我想问一下我的订单怎么还没到"),
    (A, "请您稍等我帮您查一下您的订单号"),
    (C, "我的订单我昨天就打过电话了"),
    (A, "您放心我给您登记明天给您回复"),
    (C, "行吧那我等你们电话"),
)
TURN_MS, STEP_MS = 2400, 3000


def a_voice(pitch_hz: float, formants_hz: tuple[float, ...], ms: int, seed: int) -> np.ndarray:
    """A buzz through resonances whose pitch wanders a little: a crude vowel that changes."""
    rng = np.random.default_rng(seed)
    n = ms * RATE // 1000
    wander = np.interp(np.arange(n), np.linspace(0, n, 12), rng.normal(0, 0.05, 12))
    phase = np.cumsum(pitch_hz * (1 + wander)) / RATE
    frequencies = np.arange(1, 30) * pitch_hz
    gains = sum(np.exp(-(((frequencies - f) / 200) ** 2)) for f in formants_hz) + 0.02
    wave = sum(g * np.sin(2 * np.pi * k * phase) for k, g in enumerate(gains, start=1))
    return np.asarray(0.05 * wave + rng.normal(0, 0.001, n), dtype=np.float32)


def a_mono_call(*, one_voice: bool = False) -> tuple[Transcript, tuple[Interval, ...], np.ndarray]:
    samples = np.zeros((len(TURNS) * STEP_MS + 1000) * RATE // 1000, dtype=np.float32)
    utterances, speech = [], []
    for i, (role, text) in enumerate(TURNS):
        start_ms = i * STEP_MS + 300
        if role is A or one_voice:
            sound = a_voice(220, (500, 1900, 2700), TURN_MS, i)
        else:
            sound = a_voice(110, (700, 1100, 2300), TURN_MS, i)
        first = start_ms * RATE // 1000
        samples[first : first + len(sound)] = sound
        whole = Interval(start_ms, start_ms + TURN_MS)
        step = TURN_MS // len(text)
        words = tuple(
            Word(
                text=c,
                interval=Interval(start_ms + k * step, start_ms + (k + 1) * step),
                probability=0.9,
            )
            for k, c in enumerate(text)
        )
        utterances.append(
            Utterance(
                utterance_id=f"u{i + 1:04d}",
                audio_channel=0,
                role=Role.UNKNOWN,
                interval=whole,
                text=text,
                words=words,
            )
        )
        speech.append(whole)
    transcript = Transcript(
        recording_id="0" * 64, language="zh", utterances=tuple(utterances), engine=ENGINE
    )
    return transcript, tuple(speech), samples


def test_two_voices_are_told_apart_and_named_by_their_words() -> None:
    transcript, speech, samples = a_mono_call()
    divided = divide_channel(transcript, speech, samples, Direction.INBOUND)
    assert not isinstance(divided, NotDivided)
    named, split = divided
    assert [u.role for u in named.utterances] == [role for role, _ in TURNS]
    assert split.method is SplitMethod.DIARIZED
    assert split.role_confidence >= 0.8
    assert not split.overlap_is_measurable
    assert split.speech[A][0] == speech[0]


def test_an_utterance_with_two_voices_is_cut_between_words() -> None:
    transcript, speech, samples = a_mono_call()
    first, second, *rest = transcript.utterances
    both = replace(
        first,
        interval=Interval(first.interval.start_ms, second.interval.end_ms),
        text=first.text + "，" + second.text,
        words=first.words + second.words,
    )
    merged = replace(transcript, utterances=(both, *rest))
    divided = divide_channel(merged, speech, samples, Direction.INBOUND)
    assert not isinstance(divided, NotDivided)
    named, _ = divided
    assert [u.role for u in named.utterances[:2]] == [A, C]
    assert named.utterances[0].text == first.text + "，"
    assert [u.utterance_id for u in named.utterances] == [f"u{i:04d}" for i in range(1, 7)]


def test_a_short_answer_within_an_utterance_is_the_other_partys() -> None:
    transcript, speech, samples = a_mono_call()
    asked = transcript.utterances[4]
    answer = Interval(asked.interval.end_ms - 800, asked.interval.end_ms)
    theirs = a_voice(110, (700, 1100, 2300), 800, 9)
    samples[answer.start_ms * 16 : answer.end_ms * 16] = theirs
    divided = divide_channel(transcript, speech, samples, Direction.INBOUND)
    assert not isinstance(divided, NotDivided)
    parts = [u for u in divided[0].utterances if u.interval.overlap_ms(asked.interval) > 0]
    assert [u.role for u in parts] == [A, C]
    assert abs(parts[1].interval.start_ms - answer.start_ms) <= 400


def test_voices_that_cannot_be_told_apart_are_not_divided() -> None:
    transcript, speech, samples = a_mono_call()
    for i, turn in enumerate(speech):
        pitch_hz = 220 if i % 2 else 222
        sound = a_voice(pitch_hz, (500, 1900, 2700), TURN_MS, i)
        samples[turn.start_ms * 16 : turn.start_ms * 16 + len(sound)] = sound
    assert isinstance(divide_channel(transcript, speech, samples, None), NotDivided)


def test_whole_numbers_are_divided_like_fractions() -> None:
    transcript, speech, samples = a_mono_call()
    whole = np.round(samples * 32768).astype(np.int16)
    divided = divide_channel(transcript, speech, whole, Direction.INBOUND)
    assert not isinstance(divided, NotDivided)
    assert [u.role for u in divided[0].utterances] == [role for role, _ in TURNS]


def test_another_language_has_no_words_to_name_the_parties_by() -> None:
    transcript, speech, samples = a_mono_call()
    english = replace(transcript, language="en")
    refused = divide_channel(english, speech, samples, None)
    assert isinstance(refused, NotDivided)
    assert "en" in refused.reason


def test_too_little_speech_is_said() -> None:
    transcript, _, samples = a_mono_call()
    refused = divide_channel(replace(transcript, utterances=()), (), samples, None)
    assert isinstance(refused, NotDivided)
    assert "语音太少" in refused.reason


@pytest.mark.parametrize(("text", "asks"), [("您贵姓", True), ("有事吗？", True), ("好的", False)])
def test_questions_are_known_by_their_end(text: str, asks: bool) -> None:
    assert ends_in_question(a_transcript([(A, 0, 900, text)]).utterances[0]) is asks


def test_wording_leans_to_the_side_that_speaks_so() -> None:
    spoken = a_transcript([(A, 0, 900, TURNS[0][1]), (C, 1000, 1900, "你们怎么扣我的钱")])
    ours, theirs = agent_log_odds(spoken.utterances)
    assert ours > 1 > -1 > theirs


def test_clear_units_carry_doubtful_neighbours() -> None:
    parties = read_parties(np.array([4.0, 0.0, 4.0, -4.0]), np.array([0.5, 0.05, 0.05, 0.5]))
    assert parties[1] > 0.95
    assert parties[3] < 0.05
