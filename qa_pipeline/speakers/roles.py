"""Agent and customer: from option or metadata, else from what is said, never guessed silently."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from qa_pipeline.domain.call import Call, Role
from qa_pipeline.domain.interval import Interval, union
from qa_pipeline.domain.speakers import SpeakerSplit, SplitMethod
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.speakers.agent_channel import KNOWN_CONFIDENCE, place_agent
from qa_pipeline.speakers.identical import are_identical
from qa_pipeline.speakers.one_channel import NotDivided, divide_channel

VERSION = "2"
"""Raised whenever the same recording would be divided or named in another way."""

ChannelSpeech = Sequence[Sequence[Interval]]


def assign_roles(
    call: Call,
    transcript: Transcript,
    speech: ChannelSpeech | None = None,
    channels: NDArray[Any] | None = None,
    *,
    stored: SpeakerSplit | None = None,
) -> tuple[Transcript, SpeakerSplit]:
    """Say which utterance is whose and when each role was speaking.

    `speech` is the voice activity of each audio channel as the recognizer found
    it; None for a transcript that came ready or from the store. `channels` is
    the sound, (channels, samples), where it is at hand. `stored` is how a stored
    transcript was divided when it was heard. Two channels: the agent is on
    `call.agent_channel`, else where the words place the agent, else on the left
    if they do not contradict it. One channel, or two that hold the same: its
    voices are told apart and named by what they say. Roles stay UNKNOWN, with
    the reason in Chinese, where the parties cannot be told apart.
    """
    if stored is not None and not _may_be_named_anew(call, transcript, stored):
        return transcript, stored
    if speech is None:
        return _from_known_roles(call, transcript)
    if channels is not None and are_identical(channels):
        heard_once = tuple(u for u in transcript.utterances if u.audio_channel == 0)
        once = replace(transcript, utterances=heard_once)
        return _divided(call, once, speech[:1], channels, "两个声道内容相同，等于单声道；")
    if len(speech) == 1:
        return _divided(call, transcript, speech, channels, "")
    reason = _why_undivided(call, transcript, speech)
    if reason is not None:
        return _undivided(transcript, speech, reason)
    return _by_channel(call, transcript, speech)


def _may_be_named_anew(call: Call, transcript: Transcript, stored: SpeakerSplit) -> bool:
    """Whether another `agent_channel` changes anything: only where each party has a channel."""
    if stored.method is SplitMethod.DIARIZED:
        return False
    if stored.method is SplitMethod.UNDIVIDED:
        both_heard = all(_is_heard(channel, transcript) for channel in (0, 1))
        return call.recording.audio_channels == 2 and both_heard
    return True


def _divided(
    call: Call,
    transcript: Transcript,
    speech: ChannelSpeech,
    channels: NDArray[Any] | None,
    beforehand: str,
) -> tuple[Transcript, SpeakerSplit]:
    if channels is None:
        return _undivided(transcript, speech, f"{beforehand}单声道录音，没有声音可供区分说话人")
    divided = divide_channel(transcript, speech[0], channels[0], call.direction)
    if isinstance(divided, NotDivided):
        return _undivided(transcript, speech, beforehand + divided.reason)
    named, split = divided
    return named, replace(split, note=f"{beforehand}说话人由声音和内容区分，重叠说话无法测量")


def _from_known_roles(call: Call, transcript: Transcript) -> tuple[Transcript, SpeakerSplit]:
    roles = {u.role for u in transcript.utterances}
    if _is_from_channels(call, transcript) and all(_is_heard(c, transcript) for c in (0, 1)):
        return _by_channel(call, transcript, None)
    if not roles & {Role.AGENT, Role.CUSTOMER}:
        return _undivided(transcript, None, "转写文本没有标明坐席和客户")
    if _is_from_channels(call, transcript):
        return _by_channel(call, transcript, None)
    split = SpeakerSplit(
        method=SplitMethod.GIVEN,
        role_confidence=KNOWN_CONFIDENCE,
        speech=_speech_of_roles(transcript),
        undivided_because=("部分语句没有标明坐席或客户" if Role.UNKNOWN in roles else None),
    )
    return transcript, split


def _is_from_channels(call: Call, transcript: Transcript) -> bool:
    # A ready transcript has no words; what the recognizer wrote always has.
    return call.recording.audio_channels == 2 and any(u.words for u in transcript.utterances)


def _why_undivided(
    call: Call,
    transcript: Transcript,
    speech: ChannelSpeech,
) -> str | None:
    if len(speech) > 2:
        return f"录音有 {len(speech)} 个声道，没有说明哪个是坐席、哪个是客户"
    silent = [c for c in (0, 1) if not _is_heard(c, transcript)]
    if len(silent) == 2:
        return "两个声道都没有可用的语音"
    if silent and call.agent_channel is None:
        return f"{_place(silent[0])}声道没有语音，可能双方录在同一声道，无法区分坐席和客户"
    return None


def _is_heard(channel: int, transcript: Transcript) -> bool:
    return any(u.audio_channel == channel for u in transcript.judged_utterances)


def _place(channel: int) -> str:
    return "左" if channel == 0 else "右"


def _by_channel(
    call: Call, transcript: Transcript, speech: ChannelSpeech | None
) -> tuple[Transcript, SpeakerSplit]:
    place = place_agent(call, transcript)
    if place.agent_channel is None:
        return _undivided(transcript, speech, place.note or "")
    agent = place.agent_channel
    named = replace(
        transcript,
        utterances=tuple(
            replace(u, role=Role.AGENT if u.audio_channel == agent else Role.CUSTOMER)
            for u in transcript.utterances
        ),
    )
    by_role = _speech_of_roles(named)
    if speech is not None:
        by_role = {
            Role.AGENT if channel == agent else Role.CUSTOMER: union(speech[channel])
            for channel in (0, 1)
        }
    split = SpeakerSplit(
        method=SplitMethod.CHANNELS,
        role_confidence=place.confidence,
        speech=by_role,
        note=place.note,
    )
    return named, split


def _undivided(
    transcript: Transcript, speech: ChannelSpeech | None, reason: str
) -> tuple[Transcript, SpeakerSplit]:
    unnamed = replace(
        transcript, utterances=tuple(replace(u, role=Role.UNKNOWN) for u in transcript.utterances)
    )
    heard = union(i for channel in speech for i in channel) if speech is not None else ()
    by_role = {Role.UNKNOWN: heard} if heard else _speech_of_roles(unnamed)
    split = SpeakerSplit(
        method=SplitMethod.UNDIVIDED,
        role_confidence=0.0,
        speech=by_role,
        undivided_because=reason,
    )
    return unnamed, split


def _speech_of_roles(transcript: Transcript) -> Mapping[Role, tuple[Interval, ...]]:
    if transcript.times_are_estimated:
        return {}
    roles = sorted({u.role for u in transcript.utterances})
    return {
        role: union(u.interval for u in transcript.judged_utterances if u.role is role)
        for role in roles
    }
