"""The figures as a whole: identity, abstentions, no conversation."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.domain.audio_quality import AudioQuality, QualityVerdict
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval, union
from qa_pipeline.domain.metrics import METRIC_NAMES, ConversationMetrics
from qa_pipeline.domain.speakers import SpeakerSplit, SplitMethod
from qa_pipeline.measure import measure
from qa_pipeline.settings import MetricThresholds
from tests.builders import A, C, Line, a_call, a_split, a_transcript

THRESHOLDS = MetricThresholds()

SMALL_TALK = [
    (A, 0, 3000, "您好很高兴为您服务"),
    (C, 3500, 6000, "我要查一下我的订单"),
    (A, 6500, 9000, "好的马上为您查到了"),
    (C, 9500, 11_000, "那就谢谢你了"),
]


def figures(
    lines: list[Line],
    *,
    split: SpeakerSplit | None = None,
    quality: AudioQuality | None = None,
    estimated: bool = False,
    **facts: Any,
) -> ConversationMetrics:
    transcript = a_transcript(lines, estimated=estimated)
    duration_ms = max((line[2] for line in lines), default=1000) + 500
    call = a_call(duration_ms=duration_ms, **facts)
    return measure(call, transcript, split or a_split(transcript), (), quality, THRESHOLDS, None)


spoken = st.lists(
    st.tuples(st.integers(0, 50_000), st.integers(1, 9000)).map(lambda p: Interval(p[0], sum(p))),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(agent=spoken, customer=spoken, holds=spoken)
def test_agent_plus_customer_minus_crosstalk_plus_silence_is_the_duration(
    agent: list[Interval], customer: list[Interval], holds: list[Interval]
) -> None:
    split = SpeakerSplit(
        method=SplitMethod.CHANNELS,
        role_confidence=1.0,
        speech={Role.AGENT: union(agent), Role.CUSTOMER: union(customer)},
    )
    seen = figures(SMALL_TALK, split=split, holds=union(holds))
    parts = (seen.agent_speech_ms, seen.customer_speech_ms, seen.crosstalk_ms, seen.non_speech_ms)
    if seen.no_conversation:
        return
    agent_ms, customer_ms, both_ms, nobody_ms = (part or 0 for part in parts)
    assert agent_ms + customer_ms - both_ms + nobody_ms == seen.duration_ms


def test_every_missing_figure_has_its_reason() -> None:
    seen = figures(SMALL_TALK, estimated=True)
    for name in METRIC_NAMES:
        if getattr(seen, name) is None:
            assert seen.why_unmeasured(name), name
        else:
            assert seen.why_unmeasured(name) is None, name


def test_without_times_no_timing_figure_is_given() -> None:
    seen = figures(SMALL_TALK, estimated=True)
    for name in ("dead_air_ms", "agent_interruptions", "longest_monologue_ms", "question_rate"):
        assert getattr(seen, name) is None
        assert seen.why_unmeasured(name) == "转写没有时间"
    assert seen.agent_turns == 2
    assert seen.consecutive_questions == 0


def test_undivided_mono_knows_its_silences_only() -> None:
    lines = [(Role.UNKNOWN, s, e, text) for _, s, e, text in SMALL_TALK]
    split = SpeakerSplit(
        method=SplitMethod.UNDIVIDED,
        role_confidence=0.0,
        speech={Role.UNKNOWN: (Interval(0, 3000), Interval(9500, 11_000))},
        undivided_because="one channel",
    )
    seen = figures(lines, split=split)
    assert seen.dead_air_ms == 6500 - 6500
    assert seen.agent_turns is None
    assert seen.why_unmeasured("agent_talk_ratio") == "角色不明：one channel"


def test_diarized_mono_has_no_crosstalk() -> None:
    transcript = a_transcript(SMALL_TALK)
    channels = a_split(transcript)
    split = SpeakerSplit(method=SplitMethod.DIARIZED, role_confidence=0.95, speech=channels.speech)
    seen = figures(SMALL_TALK, split=split)
    assert seen.crosstalk_ms is None
    assert seen.agent_interruptions is None
    assert seen.why_unmeasured("crosstalk_ms")
    assert seen.agent_talk_ratio == 5500 / 9500


def test_doubtful_roles_are_no_roles() -> None:
    split = a_split(a_transcript(SMALL_TALK), confidence=0.7)
    seen = figures(SMALL_TALK, split=split)
    assert seen.longest_monologue_ms is None
    assert seen.why_unmeasured("longest_monologue_ms") == "角色不明：角色可信度 0.70"


def test_unfit_audio_has_no_timing_and_no_voice() -> None:
    quality = AudioQuality(channels=(), verdict=QualityVerdict.UNFIT, because="snr 2 dB")
    seen = figures(SMALL_TALK, quality=quality)
    assert seen.dead_air_ms is None
    assert seen.why_unmeasured("dead_air_ms") == "录音质量无法测量：snr 2 dB"
    assert seen.why_unmeasured("pitch_spread_st") == "录音质量不足：snr 2 dB"


def test_under_two_seconds_of_speech_is_no_conversation() -> None:
    seen = figures([(A, 0, 1900, "喂您好请讲")])
    assert seen.no_conversation
    assert seen.agent_turns is None
    assert "没有通话内容" in (seen.why_unmeasured("agent_turns") or "")


def test_a_silent_agent_is_no_conversation() -> None:
    seen = figures([(C, 0, 9000, "喂喂有人吗怎么没有人说话")])
    assert seen.no_conversation
    assert "坐席一侧" in (seen.why_unmeasured("dead_air_ms") or "")


def test_metadata_is_kept_also_without_conversation() -> None:
    seen = figures([], ring_ms=4000)
    assert seen.no_conversation
    assert seen.ring_ms == 4000


def test_holds_come_from_the_metadata_or_are_unknown() -> None:
    assert figures(SMALL_TALK, holds=(Interval(6000, 6400),)).hold_ms == 400
    assert figures(SMALL_TALK, hold_ms=7000).hold_ms == 7000
    assert figures(SMALL_TALK).hold_ms is None


def test_who_hung_up_is_the_metadata_else_the_one_who_did_not_speak_last() -> None:
    assert figures(SMALL_TALK, hang_up_by=Role.CUSTOMER).hang_up_by is Role.CUSTOMER
    assert figures(SMALL_TALK).hang_up_by is Role.AGENT


def test_the_customers_words_leaking_into_the_agents_channel_are_nobodys_twice() -> None:
    leaking = [*SMALL_TALK, (A, 3550, 6000, "我要查下我的订单")]
    seen = figures(leaking)
    assert seen.agent_turns == 2
    assert seen.agent_interruptions == 0
    assert seen.crosstalk_ms == 0
