"""What bad sound takes away from a scorecard: the same words, measured on spoilt sound."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.speech_data import SAMPLES, sample_truth, sound_of
from qa_pipeline.acoustics import measure_acoustics
from qa_pipeline.domain.audio_quality import QualityVerdict
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.rubric import CriterionKind
from qa_pipeline.domain.scorecard import COUNTED, CriterionOutcome
from qa_pipeline.evaluate_call import analyze_call, evaluate_call
from qa_pipeline.rubric_files import load_rubric
from qa_pipeline.settings import Settings
from tests.builders import a_call, a_split, a_transcript

RUBRIC = load_rubric(Path(__file__).parents[1] / "rubrics" / "inbound_service.yaml")
NAME = "07_stiffness.wav"
WORDS = (CriterionKind.SCRIPT, CriterionKind.FORBIDDEN)
BY_HAND = {c.criterion_id for c in RUBRIC.criteria if c.kind is CriterionKind.MANUAL}


def judged_at(snr_db: float | None) -> JudgedCall:
    """Sample 07 with its true words, as it would be judged with this much noise."""
    said = sample_truth()[NAME]["utterances"]
    lines = [(Role(u["role"]), u["start_ms"], u["end_ms"], u["text"]) for u in said]
    transcript = a_transcript(lines)
    sound = sound_of(SAMPLES / NAME)
    if snr_db is not None:
        rng = np.random.default_rng(0)
        for channel in range(len(sound)):
            own = [u.interval for u in transcript.utterances if u.audio_channel == channel]
            spoken = [sound[channel, i.start_ms * 16 : i.end_ms * 16] for i in own]
            level = np.concatenate(spoken).std() * 10 ** (-snr_db / 20)
            sound[channel] += (level * rng.standard_normal(sound.shape[1])).astype(np.float32)
    quality, prosody = measure_acoustics(sound, transcript)
    call = analyze_call(
        a_call(duration_ms=sound.shape[1] // 16),
        transcript,
        a_split(transcript),
        quality,
        prosody,
        settings=Settings(),
    )
    evaluation = evaluate_call(call, RUBRIC, {}, None, settings=Settings())
    return JudgedCall(analyzed=call, evaluation=evaluation, judgement_key="")


@pytest.fixture(scope="module")
def clean() -> JudgedCall:
    return judged_at(None)


def test_clean_sound_is_judged(clean: JudgedCall) -> None:
    assert clean.analyzed.quality is not None
    assert clean.analyzed.quality.verdict is QualityVerdict.MEASURABLE
    assert clean.evaluation.scorecard.percent is not None
    assert clean.analyzed.metrics.pitch_spread_st is not None


def test_degraded_sound_takes_the_voice_and_leaves_the_words(clean: JudgedCall) -> None:
    noisy = judged_at(6.0)
    assert noisy.analyzed.quality is not None
    assert noisy.analyzed.quality.verdict is QualityVerdict.DEGRADED
    assert noisy.analyzed.metrics.pitch_spread_st is None
    reasons = dict(noisy.analyzed.metrics.unmeasured)
    assert "信噪比" in reasons["pitch_spread_st"]
    before = {s.criterion_id: s.outcome for s in clean.evaluation.scorecard.scores}
    after = {s.criterion_id: s.outcome for s in noisy.evaluation.scorecard.scores}
    judged_by_words = [c.criterion_id for c in RUBRIC.criteria if c.kind in WORDS]
    assert all(before[k] is after[k] for k in judged_by_words)
    assert any(before[k] in COUNTED for k in judged_by_words)


def test_unfit_sound_counts_nothing_and_says_why() -> None:
    unfit = judged_at(0.0)
    assert unfit.analyzed.quality is not None
    assert unfit.analyzed.quality.verdict is QualityVerdict.UNFIT
    scores = [s for s in unfit.evaluation.scorecard.scores if s.criterion_id not in BY_HAND]
    assert {s.outcome for s in scores} == {CriterionOutcome.SYSTEM_NA}
    assert unfit.evaluation.scorecard.percent is None
    detections = unfit.evaluation.detections
    assert {d.outcome for d in detections} == {Outcome.CANNOT_TELL}
    told = [d.abstained_because or "" for d in detections if d.detector_id != "metric:ring"]
    assert all("信噪比" in because for because in told)
