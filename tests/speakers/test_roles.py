from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from qa_pipeline.domain.call import Call, Recording, Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.speakers import SpeakerSplit, SplitMethod
from qa_pipeline.domain.transcript import Transcript, Utterance, Word
from qa_pipeline.speakers import assign_roles
from tests.builders import ENGINE, A, C, a_call, a_transcript

LEFT, RIGHT = (Interval(0, 900),), (Interval(1000, 1900),)


def a_call_with(audio_channels: int, **facts: Any) -> Call:
    call = a_call(**facts)
    recording: Recording = replace(call.recording, audio_channels=audio_channels)
    return replace(call, recording=recording)


def heard(*lines: tuple[int, int, str], quarantined: bool = False) -> Transcript:
    """What a recognizer returns: words with times, no roles."""
    utterances = tuple(
        Utterance(
            utterance_id=f"u{i:04d}",
            audio_channel=channel,
            role=Role.UNKNOWN,
            interval=Interval(start_ms, start_ms + 900),
            text=text,
            words=(Word(text=text, interval=Interval(start_ms, start_ms + 900), probability=0.9),),
            quarantined_because="串音" if quarantined else None,
        )
        for i, (channel, start_ms, text) in enumerate(lines, start=1)
    )
    return Transcript(recording_id="0" * 64, language="zh", utterances=utterances, engine=ENGINE)


BOTH = heard((0, 0, "您好"), (1, 1000, "你好"))


@pytest.mark.parametrize(
    ("agent_channel", "roles", "confidence"),
    [(0, [A, C], 1.0), (1, [C, A], 1.0)],
)
def test_the_channel_says_who_speaks(
    agent_channel: int | None, roles: list[Role], confidence: float
) -> None:
    call = a_call_with(2, agent_channel=agent_channel)
    transcript, split = assign_roles(call, BOTH, (LEFT, RIGHT))
    assert [u.role for u in transcript.utterances] == roles
    assert split.method is SplitMethod.CHANNELS
    assert split.role_confidence == confidence
    assert split.overlap_is_measurable
    assert split.speech == {roles[0]: LEFT, roles[1]: RIGHT}


AGENT_WORDS = ("您好很高兴为您服务请问有什么可以帮您", "请您稍等我帮您查一下", "感谢来电再见")
CUSTOMER_WORDS = ("我想问一下我的订单怎么还没到", "你们怎么这么慢", "行吧我等着")


def said(agent: int) -> Transcript:
    lines = []
    for i, (ours, theirs) in enumerate(zip(AGENT_WORDS, CUSTOMER_WORDS, strict=True)):
        lines += [(agent, 4000 * i, ours), (1 - agent, 4000 * i + 2000, theirs)]
    return heard(*lines)


@pytest.mark.parametrize("agent", [0, 1])
def test_the_words_say_which_channel_is_the_agents(agent: int) -> None:
    transcript, split = assign_roles(a_call_with(2), said(agent), (LEFT, RIGHT))
    assert {u.audio_channel for u in transcript.utterances if u.role is A} == {agent}
    assert split.role_confidence > 0.9
    assert "由内容判断" in (split.note or "")


def test_words_that_contradict_the_usual_place_weakly_leave_it_open() -> None:
    doubtful = heard((0, 0, "喂我想问一下"), (1, 1000, "您说"))
    transcript, split = assign_roles(a_call_with(2), doubtful, (LEFT, RIGHT))
    assert (split.method, split.role_confidence) == (SplitMethod.UNDIVIDED, 0.0)
    assert {u.role for u in transcript.utterances} == {Role.UNKNOWN}
    assert "不符" in (split.undivided_because or "")


def test_the_metadata_wins_but_a_contradiction_is_noted() -> None:
    _, split = assign_roles(a_call_with(2, agent_channel=1), said(0), (LEFT, RIGHT))
    assert split.role_confidence == 1.0
    assert "请核对" in (split.note or "")


def test_an_english_call_keeps_the_usual_place() -> None:
    english = replace(heard((0, 0, "Hello"), (1, 1000, "Hi")), language="en")
    _, split = assign_roles(a_call_with(2), english, (LEFT, RIGHT))
    assert split.role_confidence == pytest.approx(0.9)


def test_diarized_roles_stay_when_a_call_is_judged_again() -> None:
    diarized = SpeakerSplit(method=SplitMethod.DIARIZED, role_confidence=0.95, speech={A: LEFT})
    named = a_transcript([(A, 0, 900, "您好"), (C, 1000, 1900, "你好")])
    again = assign_roles(a_call_with(1, agent_channel=1), named, stored=diarized)
    assert again == (named, diarized)


def test_one_channel_is_not_divided_and_says_so() -> None:
    transcript, split = assign_roles(a_call_with(1), heard((0, 0, "您好")), (LEFT,))
    assert {u.role for u in transcript.utterances} == {Role.UNKNOWN}
    assert (split.method, split.role_confidence) == (SplitMethod.UNDIVIDED, 0.0)
    assert "单声道" in (split.undivided_because or "")
    assert split.speech == {Role.UNKNOWN: LEFT}


def test_two_identical_channels_are_one() -> None:
    rng = np.random.default_rng(0)
    left = rng.normal(0, 0.1, 16_000).astype(np.float32)
    doubled = heard((0, 0, "您好"), (1, 0, "您好"), (0, 1000, "再见"))
    transcript, split = assign_roles(
        a_call_with(2, agent_channel=0), doubled, (LEFT, LEFT), np.stack([left, 0.5 * left])
    )
    assert [u.text for u in transcript.utterances] == ["您好", "再见"]
    assert split.method is SplitMethod.UNDIVIDED
    assert "内容相同" in (split.undivided_because or "")


def test_a_silent_channel_is_said() -> None:
    transcript, split = assign_roles(a_call_with(2), heard((0, 0, "您好")), (LEFT, ()))
    assert split.method is SplitMethod.UNDIVIDED
    assert "右声道没有语音" in (split.undivided_because or "")
    assert transcript.utterances[0].role is Role.UNKNOWN


def test_a_silent_customer_is_no_doubt_where_the_metadata_knows_the_agent() -> None:
    _, split = assign_roles(a_call_with(2, agent_channel=0), heard((0, 0, "您好")), (LEFT, ()))
    assert split.method is SplitMethod.CHANNELS
    assert split.speech == {A: LEFT, C: ()}


@pytest.mark.parametrize("transcript", [heard(), heard((0, 0, "谢谢观看"), quarantined=True)])
def test_nobody_at_all_is_said(transcript: Transcript) -> None:
    _, split = assign_roles(a_call_with(2), transcript, ((), ()))
    assert "都没有" in (split.undivided_because or "")


def test_more_than_two_channels_are_not_guessed() -> None:
    _, split = assign_roles(a_call_with(3), BOTH, (LEFT, RIGHT, ()))
    assert "3 个声道" in (split.undivided_because or "")


def test_a_ready_transcript_keeps_the_roles_it_came_with() -> None:
    ready = a_transcript([(A, 0, 900, "您好"), (C, 1000, 1900, "你好")])
    transcript, split = assign_roles(a_call_with(0, agent_channel=1), ready)
    assert transcript == ready
    assert (split.method, split.role_confidence) == (SplitMethod.GIVEN, 1.0)
    assert split.speech == {A: LEFT, C: RIGHT}


def test_a_ready_transcript_without_roles_is_not_divided() -> None:
    _, split = assign_roles(a_call_with(0), a_transcript([(Role.UNKNOWN, 0, 900, "您好")]))
    assert (split.method, split.role_confidence) == (SplitMethod.UNDIVIDED, 0.0)


def test_estimated_times_are_nobodys_speech_activity() -> None:
    ready = a_transcript([(A, 0, 900, "您好"), (C, 1000, 1900, "你好")], estimated=True)
    _, split = assign_roles(a_call_with(0), ready)
    assert split.speech == {}


def test_a_stored_transcript_follows_a_corrected_agent_channel() -> None:
    first, _ = assign_roles(a_call_with(2), BOTH, (LEFT, RIGHT))
    second, split = assign_roles(a_call_with(2, agent_channel=1), first)
    assert [u.role for u in second.utterances] == [C, A]
    assert (split.role_confidence, split.speech) == (1.0, {C: LEFT, A: RIGHT})


def test_a_stored_transcript_that_was_not_divided_stays_so() -> None:
    first, _ = assign_roles(a_call_with(1), heard((0, 0, "您好")), (LEFT,))
    _, split = assign_roles(a_call_with(1, agent_channel=0), first)
    assert split.method is SplitMethod.UNDIVIDED
