"""What is usual for an agent: robust, and only from sound that can be trusted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.audio_quality import AudioQuality, QualityVerdict
from qa_pipeline.domain.prosody import Prosody
from qa_pipeline.measure import measure
from qa_pipeline.measure.baselines import LAST_CALLS, LEAST_CALLS, baseline_of
from qa_pipeline.settings import MetricThresholds
from tests.builders import A, C, an_analyzed_call

DAY = date(2026, 3, 2)
FIT = AudioQuality(channels=(), verdict=QualityVerdict.MEASURABLE)
LINES = [
    (A, 0, 900, "您好"),
    (C, 1000, 1900, "你好"),
    (A, 2000, 2900, "请讲"),
    (A, 3000, 3900, "好"),
]


def sounding(*loudness_db: float, quality: AudioQuality = FIT) -> AnalyzedCall:
    """A call whose agent speaks that loud, utterance by utterance; the customer at 0 dB."""
    call = an_analyzed_call(LINES)
    levels = iter(loudness_db)
    prosody = tuple(
        Prosody(
            utterance_id=u.utterance_id,
            pitch_median_st=None,
            pitch_spread_st=None,
            loudness_db=next(levels) if u.role is A else 0.0,
            speech_rate_cpm=None,
        )
        for u in call.transcript.utterances
    )
    return replace(call, quality=quality, prosody=prosody)


def usual_db(calls: Sequence[AnalyzedCall]) -> float | None:
    made = baseline_of("A1", DAY, calls)
    return None if made is None else made.medians["loudness_db"]


def test_few_calls_are_no_baseline() -> None:
    calls = [sounding(-20, -20, -20)] * LEAST_CALLS
    assert usual_db(calls) == -20
    assert baseline_of("A1", DAY, calls[1:]) is None


def test_one_shouted_call_changes_nothing_and_the_spread_is_of_calls() -> None:
    calls = [sounding(-22, -22, -22), sounding(-21, -21, -21)] * 4 + [sounding(-5, -5, -5)]
    made = baseline_of("A1", DAY, calls)
    assert made is not None
    assert (made.n_calls, made.medians["loudness_db"]) == (9, -21)
    assert made.spreads["loudness_db"] == 1.483  # 1.4826 × median of |0|, |1| and 16


def test_unfit_sound_doubtful_roles_and_quarantined_words_do_not_count() -> None:
    good = [sounding(-20, -20, -20)] * (LEAST_CALLS - 1)
    unfit = sounding(-20, -20, -20, quality=replace(FIT, verdict=QualityVerdict.UNFIT))
    whose = sounding(-20, -20, -20)
    whose = replace(whose, split=replace(whose.split, role_confidence=0.5))
    ring = sounding(-20, -20, -20)
    first, *rest = ring.transcript.utterances
    noise = replace(first, quarantined_because="music")
    ring = replace(ring, transcript=replace(ring.transcript, utterances=(noise, *rest)))
    for left_out in (unfit, whose, ring):
        assert usual_db([*good, left_out]) is None
    assert usual_db([*good, sounding(-20, -20, -20)]) == -20


@given(st.lists(st.integers(-40, -10), min_size=LEAST_CALLS, max_size=LAST_CALLS))
def test_only_the_newest_calls_count(levels: list[int]) -> None:
    newest = [sounding(*[level] * 3) for level in levels]
    older = [sounding(0, 0, 0)] * 40
    assert usual_db([*older, *newest, *[newest[-1]] * (LAST_CALLS - len(newest))]) == median(
        [*levels, *[levels[-1]] * (LAST_CALLS - len(levels))]
    )


def test_a_rise_is_measured_against_it_and_else_against_the_first_minute() -> None:
    loud = sounding(-10, -10, -10)
    quiet = baseline_of("A1", DAY, [sounding(-20, -20, -20)] * LEAST_CALLS)
    rises = [
        measure(
            loud.call,
            loud.transcript,
            loud.split,
            loud.prosody,
            FIT,
            MetricThresholds(min_conversation_ms=500),
            baseline,
        ).loudness_rise_db
        for baseline in (quiet, None)
    ]
    assert rises == [10, 0]
