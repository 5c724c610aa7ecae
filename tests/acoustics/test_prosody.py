import numpy as np
import pytest

from qa_pipeline.acoustics import measure_acoustics
from qa_pipeline.acoustics.prosody import voiced_semitones
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Transcript
from tests.builders import A, C, a_transcript

RATE = 16_000


def hum(hertz: float | np.ndarray, seconds: float = 2.0, level: float = 0.1) -> np.ndarray:
    phase = np.cumsum(np.broadcast_to(hertz, int(seconds * RATE)) / RATE) * 2 * np.pi
    return (level * sum(np.sin(k * phase) / k for k in range(1, 12))).astype(np.float32)


def call_of(left: np.ndarray, *, text: str = "您好请问您贵姓") -> tuple[np.ndarray, Transcript]:
    end_ms = len(left) // 16
    return np.stack([left, left]), a_transcript([(A, 0, end_ms, text), (C, 0, end_ms, "好")])


@pytest.mark.parametrize("hertz", [90.0, 130.0, 220.0, 330.0])
def test_pitch_is_in_semitones_above_55_hz(hertz: float) -> None:
    found = voiced_semitones(hum(hertz))
    assert len(found) > 40
    assert np.median(found) == pytest.approx(12 * np.log2(hertz / 55), abs=0.3)


def test_a_glide_of_an_octave_spreads_wider_than_a_monotone() -> None:
    glide = 110 * 2 ** np.linspace(0, 1, 2 * RATE)
    channels, transcript = call_of(hum(glide))
    moving = measure_acoustics(channels, transcript)[1][0].pitch_spread_st
    flat = measure_acoustics(call_of(hum(150.0))[0], transcript)[1][0].pitch_spread_st
    assert moving == pytest.approx(9.6, abs=1.5)
    assert flat is not None
    assert flat < 0.5


def test_loudness_follows_the_level() -> None:
    loud, transcript = call_of(hum(150.0))
    quiet, _ = call_of(hum(150.0, level=0.01))
    difference = [measure_acoustics(c, transcript)[1][0].loudness_db for c in (loud, quiet)]
    assert difference[0] is not None
    assert difference[1] is not None
    assert difference[0] - difference[1] == pytest.approx(20.0, abs=0.1)


def test_rate_counts_characters_of_long_enough_utterances() -> None:
    _, prosody = measure_acoustics(*call_of(hum(150.0)))
    assert [p.speech_rate_cpm for p in prosody] == [7 * 30.0, None]


def test_silence_has_no_prosody_but_an_entry() -> None:
    _, (first, _) = measure_acoustics(*call_of(np.zeros(RATE, np.float32)))
    assert (first.pitch_median_st, first.pitch_spread_st, first.loudness_db) == (None, None, None)


def test_noise_has_loudness_and_no_pitch() -> None:
    rng = np.random.default_rng(0)
    channels, transcript = call_of(rng.normal(0, 0.1, 2 * RATE).astype(np.float32))
    _, (first, _) = measure_acoustics(channels, transcript)
    assert first.loudness_db == pytest.approx(-20.0, abs=0.5)
    assert first.pitch_median_st is None


def test_an_utterance_past_the_end_of_the_sound_is_measured_as_nothing() -> None:
    channels, _ = call_of(hum(150.0))
    late = a_transcript([(A, 9000, 9900, "您好"), (C, 1900, 1950, "好")])
    _, prosody = measure_acoustics(channels, late)
    assert prosody[1].loudness_db is None


def test_without_times_there_is_no_prosody() -> None:
    channels, _ = call_of(hum(150.0))
    ready = a_transcript([(A, 0, 2000, "您好请问您贵姓")], estimated=True)
    quality, prosody = measure_acoustics(channels, ready)
    assert prosody == ()
    assert len(quality.channels) == 2


def test_voice_activity_may_be_given() -> None:
    channels, transcript = call_of(np.concatenate([hum(150.0), np.zeros(RATE, np.float32)]))
    speech = ((Interval(0, 2000),), (Interval(0, 2000),))
    quality, _ = measure_acoustics(channels, transcript, speech)
    assert quality.channels[0].snr_db == 60.0
