"""Forced decoding on real sound: what was said is told from what was not."""

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.speech_data import SAMPLES, sample_truth, sound_of
from qa_pipeline.detect.answers import answer_evidence
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.phrase_query import PhraseQuery
from qa_pipeline.transcribe import AudioInput, Recognizer

pytestmark = pytest.mark.slow

NAME = "01_inbound_good.wav"
DECOYS = ("秋天的柿子挂", "石桥下面游过")


@pytest.fixture(scope="module")
def audio() -> AudioInput:
    return AudioInput(recording_id=NAME, channels=sound_of(SAMPLES / NAME))


def a_query(said_with: str, before: str, heard: str, phrase: str) -> PhraseQuery:
    """A question about the first true utterance that holds `said_with`."""
    utterances = sample_truth()[NAME]["utterances"]
    true = next(u for u in utterances if said_with in u["text"])
    region = Interval(true["start_ms"], true["end_ms"])
    return PhraseQuery(
        query_id=f"{said_with}|{phrase}",
        recording_id=NAME,
        audio_channel=0,
        interval=region,
        phrase=phrase,
        decoys=DECOYS,
        regions=(region,),
        before=before,
        heard=heard,
    )


MISHEARD = (
    (
        "有什么可以帮您",
        "您好，云杉宽带客服，工号1037，很高兴为您服务，",
        "请问有什么可以绑你",
        "请问有什么可以帮您",
    ),
    ("您稍等半分钟", "", "您消等半分中", "您稍等半分钟"),
    ("感谢您的来电", "", "反现您的来点", "感谢您的来电"),
)
NOT_SAID = ("本次通话将被录音", "您消费满三百元", "对不起让您久等了")


def test_said_phrases_stand_above_those_that_were_not(
    recognizer: Recognizer, audio: AudioInput
) -> None:
    said = [a_query(*row) for row in MISHEARD]
    others = [
        a_query(row[0], row[1], row[2], phrase)
        for row, phrase in zip(MISHEARD, NOT_SAID, strict=True)
    ]
    answered = recognizer.answer([audio], [*said, *others])
    evidence = {i: answer_evidence(a) for i, a in answered.answers.items()}
    assert set(evidence) == {q.query_id for q in (*said, *others)}
    assert answered.seconds > 0
    for query in said:
        found = evidence[query.query_id]
        assert found is not None, query.phrase
        assert found > 1, query.phrase
    for query in others:
        found = evidence[query.query_id]
        assert found is None or found < -1, query.phrase


def test_the_same_question_has_the_same_answer_alone(
    recognizer: Recognizer, audio: AudioInput
) -> None:
    queries = [a_query(*row) for row in MISHEARD]
    together = recognizer.answer([audio], queries).answers
    alone = recognizer.answer([audio], queries[1:2]).answers
    assert alone[queries[1].query_id] == together[queries[1].query_id]


def test_what_has_no_sound_stays_unanswered(recognizer: Recognizer, audio: AudioInput) -> None:
    query = a_query(*MISHEARD[1])
    elsewhere = AudioInput(recording_id="another", channels=audio.channels)
    assert recognizer.answer([elsewhere], [query]).answers == {}
    cut = AudioInput(recording_id=NAME, channels=audio.channels[:, :16_000])
    assert recognizer.answer([cut], [query]).answers == {}
    assert recognizer.answer([], []).answers == {}


def test_a_place_where_nothing_was_written_has_an_answer(
    recognizer: Recognizer, audio: AudioInput
) -> None:
    answers = recognizer.answer([audio], [a_query("您稍等半分钟", "", "", "您稍等半分钟")]).answers
    (answer,) = answers.values()
    assert answer.forced_log_probability > -1.5
    assert answer.weakest_log_probability <= answer.forced_log_probability
    assert answer.free_log_probability == -15.0


def test_a_request_to_stop_is_heard(recognizer: Recognizer, audio: AudioInput) -> None:
    class StopHere(Exception):
        pass

    def stop() -> None:
        raise StopHere

    check: Callable[[], None] = stop
    with pytest.raises(StopHere):
        recognizer.answer([audio], [a_query(*MISHEARD[1])], check=check)


def test_silence_says_nothing_for_the_phrase(recognizer: Recognizer, audio: AudioInput) -> None:
    silent = AudioInput(recording_id=NAME, channels=np.zeros_like(audio.channels))
    queries = [a_query(*row) for row in MISHEARD]
    heard = recognizer.answer([audio], queries).answers
    unheard = recognizer.answer([silent], queries).answers
    drops = [
        heard[q.query_id].forced_log_probability - unheard[q.query_id].forced_log_probability
        for q in queries
    ]
    assert min(drops) > 1, drops
