"""From speech activity and words to the figures of one conversation (DESIGN section 5)."""

from dataclasses import dataclass
from typing import Any

from qa_pipeline.domain.audio_quality import AudioQuality, QualityVerdict
from qa_pipeline.domain.call import Call, Role
from qa_pipeline.domain.interval import total_ms
from qa_pipeline.domain.metrics import METRIC_NAMES, ConversationMetrics, Monologue
from qa_pipeline.domain.prosody import AgentBaseline, Prosody
from qa_pipeline.domain.speakers import SpeakerSplit
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.measure.interruptions import crosstalk_ms, find_interruptions, overlap_ratio
from qa_pipeline.measure.monologues import find_ignored_bids, find_monologues
from qa_pipeline.measure.questions import agent_questions, longest_question_run
from qa_pipeline.measure.rates import latencies_ms, percentile, rise, speech_rate_cpm, typical
from qa_pipeline.measure.repetitions import find_repetitions
from qa_pipeline.measure.silences import find_quiet
from qa_pipeline.measure.talk import Talk, talk_of
from qa_pipeline.measure.turns import Floor, count_turns, find_floor
from qa_pipeline.settings import MetricThresholds

VERSION = "1"
"""Raised when a figure may come out otherwise: stored figures are then measured anew."""

Figures = dict[str, Any]

_WITHOUT_CONVERSATION = frozenset({"ring_ms", "hold_ms"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Obstacles:
    """Why a group of figures cannot be measured; None where nothing is in the way."""

    time: str | None
    roles: str | None
    overlap: str | None
    voice: str | None


def measure(
    call: Call,
    transcript: Transcript,
    split: SpeakerSplit,
    prosody: tuple[Prosody, ...],
    quality: AudioQuality | None,
    thresholds: MetricThresholds,
    baseline: AgentBaseline | None,
) -> ConversationMetrics:
    """Count everything that can be counted in one call.

    A figure that cannot be known is None, and `unmeasured` says why. Pure: the
    same arguments give the same value.
    """
    talk = talk_of(call, transcript, split, prosody)
    known: Figures = {
        "ring_ms": call.ring_ms,
        "hold_ms": total_ms(talk.holds) if call.holds else call.hold_ms,
    }
    because = _why_no_conversation(talk, thresholds)
    if because is not None:
        return ConversationMetrics(
            duration_ms=talk.duration_ms,
            no_conversation=True,
            hang_up_by=call.hang_up_by,
            unmeasured=_unmeasured(known, dict.fromkeys(METRIC_NAMES, because)),
            **known,
        )
    obstacles = _obstacles(talk, split, quality)
    floor = find_floor(talk, thresholds)
    held = _floor_figures(talk, floor, thresholds, obstacles)
    reasons: dict[str, str] = {}
    for figures, obstacle in (
        _silence_figures(talk, floor, thresholds, obstacles),
        _speech_figures(talk, obstacles),
        _overlap_figures(talk, floor, thresholds, obstacles),
        held,
        _timing_figures(talk, floor, held[0].get("monologues", ()), thresholds, obstacles),
        _voice_figures(talk, prosody, baseline, obstacles),
    ):
        known |= figures
        if obstacle is not None:
            reasons |= {name: obstacle for name, value in figures.items() if value is None}
    return ConversationMetrics(
        duration_ms=talk.duration_ms,
        no_conversation=False,
        hang_up_by=call.hang_up_by or _who_hung_up(talk),
        unmeasured=_unmeasured(known, reasons),
        **known,
    )


def _why_no_conversation(talk: Talk, thresholds: MetricThresholds) -> str | None:
    if talk.spoken_ms < thresholds.min_conversation_ms:
        return f"没有通话内容：可判断的语音只有 {talk.spoken_ms / 1000:.1f} 秒"
    if talk.roles_are_known and not talk.of(Role.AGENT):
        return "没有通话内容：坐席一侧没有说话"
    return None


def _obstacles(talk: Talk, split: SpeakerSplit, quality: AudioQuality | None) -> _Obstacles:
    time = roles = overlap = voice = None
    if not talk.is_timed:
        time = "转写没有时间"
    elif quality is not None and quality.verdict is QualityVerdict.UNFIT:
        time = f"录音质量无法测量：{quality.because or '原因不明'}"
    if not talk.roles_are_known:
        roles = "角色不明：" + (
            split.undivided_because or f"角色可信度 {split.role_confidence:.2f}"
        )
    if not talk.overlap_is_known:
        overlap = "没有分声道，无法判断谁与谁同时说话"
    if quality is None:
        voice = "没有录音，只有文本"
    elif quality.verdict is not QualityVerdict.MEASURABLE:
        voice = f"录音质量不足：{quality.because or quality.verdict.value}"
    return _Obstacles(time=time, roles=roles, overlap=overlap, voice=voice)


def _unmeasured(known: Figures, reasons: dict[str, str]) -> tuple[tuple[str, str], ...]:
    nothing_known = {
        "ring_ms": "元数据没有提供",
        "hold_ms": "元数据没有提供保持时段",
    }
    return tuple(
        (name, nothing_known.get(name) or reasons.get(name) or "本通话没有可统计的内容")
        for name in METRIC_NAMES
        if known.get(name) is None and name != "duration_ms"
    )


def _silence_figures(
    talk: Talk, floor: Floor, thresholds: MetricThresholds, obstacles: _Obstacles
) -> tuple[Figures, str | None]:
    names = ("non_speech_ms", "non_talk_ms", "non_talk_over_5s_ms", "excused_silence_ms")
    if obstacles.time is not None:
        return dict.fromkeys((*names, "dead_air_ms")), obstacles.time
    quiet = find_quiet(talk, floor, thresholds)
    return {
        "non_speech_ms": talk.duration_ms - total_ms(talk.anyone),
        "non_talk_ms": quiet.total_over(thresholds.non_talk_ms),
        "non_talk_over_5s_ms": quiet.total_over(thresholds.long_non_talk_ms),
        "excused_silence_ms": quiet.excused_ms,
        "dead_air_ms": quiet.dead_air_ms,
        "silences": quiet.silences,
        "dead_air_intervals": quiet.dead_air,
    }, None


def _speech_figures(talk: Talk, obstacles: _Obstacles) -> tuple[Figures, str | None]:
    obstacle = obstacles.time or obstacles.roles
    if obstacle is not None:
        return dict.fromkeys(
            ("agent_speech_ms", "customer_speech_ms", "agent_talk_ratio")
        ), obstacle
    agent_ms = total_ms(talk.speech.get(Role.AGENT, ()))
    customer_ms = total_ms(talk.speech.get(Role.CUSTOMER, ()))
    both_ms = agent_ms + customer_ms
    return {
        "agent_speech_ms": agent_ms,
        "customer_speech_ms": customer_ms,
        "agent_talk_ratio": agent_ms / both_ms if both_ms else None,
    }, None


def _overlap_figures(
    talk: Talk, floor: Floor, thresholds: MetricThresholds, obstacles: _Obstacles
) -> tuple[Figures, str | None]:
    obstacle = obstacles.time or obstacles.roles or obstacles.overlap
    names = ("crosstalk_ms", "agent_interruptions", "customer_interruptions", "agent_overlap_ratio")
    if obstacle is not None:
        return dict.fromkeys(names), obstacle
    interruptions = find_interruptions(talk, floor, thresholds)
    return {
        "crosstalk_ms": crosstalk_ms(talk),
        "agent_interruptions": sum(i.by is Role.AGENT for i in interruptions),
        "customer_interruptions": sum(i.by is Role.CUSTOMER for i in interruptions),
        "agent_overlap_ratio": overlap_ratio(talk, floor),
        "interruptions": interruptions,
    }, None


def _floor_figures(
    talk: Talk, floor: Floor, thresholds: MetricThresholds, obstacles: _Obstacles
) -> tuple[Figures, str | None]:
    names = (
        "agent_turns",
        "customer_turns",
        "ignored_bids",
        "consecutive_questions",
        "agent_repetitions",
        "customer_repetitions",
    )
    if obstacles.roles is not None:
        return dict.fromkeys(names), obstacles.roles
    ignored = find_ignored_bids(talk, floor)
    asked = longest_question_run(talk)
    repeated = {
        role: find_repetitions(floor, role, thresholds) for role in (Role.AGENT, Role.CUSTOMER)
    }
    return {
        "agent_turns": count_turns(floor.turns, Role.AGENT),
        "customer_turns": count_turns(floor.turns, Role.CUSTOMER),
        "ignored_bids": len(ignored),
        "consecutive_questions": len(asked),
        "agent_repetitions": len(repeated[Role.AGENT]),
        "customer_repetitions": len(repeated[Role.CUSTOMER]),
        "turns": floor.turns,
        "monologues": find_monologues(talk, floor, ignored, thresholds),
        "question_run_ids": tuple(u.utterance_id for u in asked),
        "repeated_ids": tuple(u.utterance_id for found in repeated.values() for u in found),
    }, None


def _timing_figures(
    talk: Talk,
    floor: Floor,
    monologues: tuple[Monologue, ...],
    thresholds: MetricThresholds,
    obstacles: _Obstacles,
) -> tuple[Figures, str | None]:
    names = (
        "longest_monologue_ms",
        "response_latency_median_ms",
        "response_latency_p90_ms",
        "speech_rate_cpm",
        "question_rate",
    )
    obstacle = obstacles.time or obstacles.roles
    if obstacle is not None:
        return dict.fromkeys(names), obstacle
    latencies = latencies_ms(floor.turns)
    minutes = talk.duration_ms / 60_000
    return {
        "longest_monologue_ms": max((m.interval.duration_ms for m in monologues), default=0),
        "response_latency_median_ms": percentile(latencies, 0.5),
        "response_latency_p90_ms": percentile(latencies, 0.9),
        "speech_rate_cpm": speech_rate_cpm(talk, thresholds),
        "question_rate": len(agent_questions(talk)) / minutes if minutes else None,
    }, None


def _voice_figures(
    talk: Talk,
    prosody: tuple[Prosody, ...],
    baseline: AgentBaseline | None,
    obstacles: _Obstacles,
) -> tuple[Figures, str | None]:
    obstacle = obstacles.roles or obstacles.voice
    if obstacle is not None:
        return dict.fromkeys(("pitch_spread_st", "loudness_rise_db", "pitch_rise_st")), obstacle
    figures = {
        "pitch_spread_st": typical(talk, prosody, "pitch_spread_st"),
        "loudness_rise_db": rise(talk, prosody, "loudness_db", baseline),
        "pitch_rise_st": rise(talk, prosody, "pitch_median_st", baseline),
    }
    return figures, "坐席可测语句不足三句，无从比较"


def _who_hung_up(talk: Talk) -> Role | None:
    # After the last word it is the other side that leaves the line.
    if not (talk.is_timed and talk.roles_are_known and talk.utterances):
        return None
    last = max(talk.utterances, key=lambda u: u.interval.end_ms)
    return {Role.AGENT: Role.CUSTOMER, Role.CUSTOMER: Role.AGENT}.get(last.role)
