"""The measures themselves: an error that a benchmark cannot see is no figure."""

import numpy as np
import pytest
from scipy.signal import resample_poly

from benchmarks.accuracy_speakers import diarization_errors, turned
from benchmarks.listening import Heard
from benchmarks.speech_data import through_telephone
from benchmarks.turned_round import compared
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.scorecard import CriterionOutcome
from tests.builders import A, C, a_transcript

TRUTH = {"one": (Interval(0, 10_000),), "two": (Interval(10_000, 20_000),)}


def test_names_do_not_matter_and_borders_are_left_out() -> None:
    found = {"x": (Interval(10_200, 20_000),), "y": (Interval(0, 10_200),)}
    loose, strict = diarization_errors(TRUTH, found, 20_000)
    assert loose == 0.0
    assert 0.0 < strict < 0.01


def test_confusion_misses_and_false_alarms_are_errors() -> None:
    confused = {"x": (Interval(0, 15_000),), "y": (Interval(15_000, 20_000),)}
    loose, strict = diarization_errors(TRUTH, confused, 20_000)
    assert loose == pytest.approx(0.25, abs=0.01)
    assert strict == pytest.approx(0.25, abs=0.01)
    missed = {"x": (Interval(0, 10_000),)}
    assert diarization_errors(TRUTH, missed, 20_000)[0] == pytest.approx(0.5, abs=0.01)


def test_turned_channels_are_the_same_words_on_the_other_side() -> None:
    transcript = a_transcript([(A, 0, 900, "您好"), (C, 1000, 1900, "我想问一下")])
    speech = ((Interval(0, 900),), (Interval(1000, 1900),))
    sound = np.arange(8, dtype=np.int16).reshape(2, 4)
    once = turned(Heard(transcript=transcript, speech=speech, channels=sound))
    assert [u.audio_channel for u in once.transcript.utterances] == [1, 0]
    assert once.speech == speech[::-1]
    assert np.array_equal(once.channels, sound[::-1])
    assert turned(once).transcript == transcript


def test_only_a_pass_that_fails_is_counted() -> None:
    before = dict.fromkeys("abcd", CriterionOutcome.PASS) | {"e": CriterionOutcome.FAIL}
    after = {
        "a": CriterionOutcome.PASS,
        "b": CriterionOutcome.FAIL,
        "c": CriterionOutcome.SYSTEM_NA,
        "d": CriterionOutcome.NEEDS_HUMAN,
        "e": CriterionOutcome.FAIL,
    }
    found = compared(before, after)
    assert (found.passed, found.failed, found.not_judged) == (4, ("b",), 2)


@pytest.mark.parametrize("level", [0.01, 0.1, 0.5])
def test_a_telephone_keeps_the_band_and_adds_the_codecs_noise(level: float) -> None:
    at = np.arange(32_000) / 16_000
    low = (level * np.sin(2 * np.pi * 600 * at)).astype(np.float32)
    high = (level * np.sin(2 * np.pi * 6000 * at)).astype(np.float32)
    heard = through_telephone(np.stack([low, high]))
    assert heard.shape == (2, 32_000)
    middle = slice(2000, -2000)
    noise = heard[0, middle] - resample_poly(resample_poly(low, 1, 2), 2, 1)[middle]
    snr_db = 10 * np.log10(np.square(low[middle]).mean() / np.square(noise).mean())
    assert 28 < snr_db < 45
    assert np.abs(heard[1, middle]).max() < 0.05 * level
