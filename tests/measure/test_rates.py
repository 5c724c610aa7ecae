from datetime import date

import pytest

from qa_pipeline.domain.audio_quality import AudioQuality, QualityVerdict
from qa_pipeline.domain.metrics import ConversationMetrics
from qa_pipeline.domain.prosody import AgentBaseline, Prosody
from qa_pipeline.measure import measure
from tests.builders import A, C, a_call, a_split, a_transcript
from tests.measure.test_measure import THRESHOLDS, figures

GOOD = AudioQuality(channels=(), verdict=QualityVerdict.MEASURABLE)


def voiced(loudness: list[float], baseline: AgentBaseline | None = None) -> ConversationMetrics:
    lines = [(A, i * 15_000, i * 15_000 + 3000, "我正在为您处理") for i in range(len(loudness))]
    transcript = a_transcript(lines)
    prosody = tuple(
        Prosody(
            utterance_id=u.utterance_id,
            pitch_median_st=20.0,
            pitch_spread_st=4.0 + i,
            loudness_db=level,
            speech_rate_cpm=240.0,
        )
        for i, (u, level) in enumerate(zip(transcript.utterances, loudness, strict=True))
    )
    call = a_call(duration_ms=lines[-1][2])
    return measure(call, transcript, a_split(transcript), prosody, GOOD, THRESHOLDS, baseline)


def test_loudness_rises_against_the_first_minute() -> None:
    seen = voiced([-30, -30, -30, -30, -30, -22, -22, -22])
    assert seen.loudness_rise_db == pytest.approx(8)
    assert seen.pitch_rise_st == pytest.approx(0)


def test_one_loud_utterance_is_no_rise() -> None:
    assert voiced([-30, -30, -30, -30, -12, -30, -30]).loudness_rise_db == pytest.approx(0)


def test_the_agents_own_baseline_comes_first() -> None:
    baseline = AgentBaseline(
        baseline_id="b",
        agent_id="8016",
        as_of_day=date(2026, 1, 1),
        n_calls=30,
        medians={"loudness_db": -36.0},
        spreads={"loudness_db": 2.0},
    )
    assert voiced([-30, -30, -30, -30], baseline).loudness_rise_db == pytest.approx(6)


def test_too_few_utterances_are_no_baseline() -> None:
    seen = voiced([-30, -30])
    assert seen.loudness_rise_db is None
    assert "不足三句" in (seen.why_unmeasured("loudness_rise_db") or "")


def test_pitch_spread_is_the_typical_utterances() -> None:
    assert voiced([-30, -30, -30]).pitch_spread_st == pytest.approx(5)


def test_speech_rate_counts_characters_of_utterances_of_five() -> None:
    seen = figures(
        [(A, 0, 3000, "您好，很高兴为您服务。"), (A, 4000, 9000, "嗯那个"), (C, 9000, 9500, "啊")]
    )
    assert seen.speech_rate_cpm == pytest.approx(9 / 3 * 60)


def test_latency_is_from_the_customers_end_to_the_agents_start() -> None:
    seen = figures(
        [
            (C, 0, 2000, "你好我要退货"),
            (A, 3000, 5000, "好的请问订单号"),
            (C, 5500, 8000, "八零一六二三"),
            (A, 7500, 9000, "查到您的订单"),
            (C, 9500, 11_000, "那什么时候退"),
            (A, 14_000, 16_000, "今天就给您退"),
        ]
    )
    assert seen.response_latency_median_ms == 1000
    assert seen.response_latency_p90_ms == 2600
    assert seen.agent_talk_ratio == pytest.approx(5500 / 11_500)
