import numpy as np
import pytest
from scipy.signal import butter, resample_poly, sosfilt

from qa_pipeline.acoustics.quality import quality_of
from qa_pipeline.domain.audio_quality import QualityVerdict
from qa_pipeline.domain.interval import Interval

RATE = 16_000
SPEECH = (Interval(1000, 5000), Interval(6000, 9000))


def voice(level: float = 0.1, seconds: float = 10.0) -> np.ndarray:
    """Something that hums and hisses in syllables during SPEECH and is silent otherwise."""
    rng = np.random.default_rng(1)
    at = np.arange(int(seconds * RATE)) / RATE
    hum = sum(np.sin(2 * np.pi * 140 * k * at) / k for k in range(1, 25))
    syllables = 2 * np.abs(np.sin(2 * np.pi * 2 * at)) ** 3
    sound = level * syllables * (hum / 2 + 0.3 * rng.normal(0, 1, len(at)))
    spoken = np.zeros(len(at))
    for interval in SPEECH:
        spoken[interval.start_ms * 16 : interval.end_ms * 16] = 1.0
    return (sound * spoken).astype(np.float32)


def telephone(sound: np.ndarray) -> np.ndarray:
    """8 kHz and 8 bits of µ-law, as a PBX records it."""
    low = resample_poly(sound, 1, 2).clip(-1, 1)
    coded = np.round(np.sign(low) * np.log1p(255 * np.abs(low)) / np.log(256) * 127) / 127
    decoded = np.sign(coded) * np.expm1(np.abs(coded) * np.log(256)) / 255
    return np.asarray(resample_poly(decoded, 2, 1), dtype=np.float32)


def noise(level: float) -> np.ndarray:
    return np.random.default_rng(2).normal(0, level, 10 * RATE).astype(np.float32)


def test_an_ordinary_telephone_call_is_measurable() -> None:
    call = np.stack([telephone(voice()), telephone(voice(0.03))])
    quality = quality_of(call, (SPEECH, SPEECH))
    assert (quality.verdict, quality.because) == (QualityVerdict.MEASURABLE, None)
    for channel in quality.channels:
        assert 3000 <= channel.bandwidth_hz <= 4500
        assert channel.snr_db is not None
        assert channel.snr_db > 30
        assert not channel.is_silent


@pytest.mark.parametrize(
    ("wanted_db", "verdict"),
    [
        (20.0, QualityVerdict.MEASURABLE),
        (5.0, QualityVerdict.DEGRADED),
        (0.0, QualityVerdict.UNFIT),
    ],
)
def test_noise_is_measured_and_decides(wanted_db: float, verdict: QualityVerdict) -> None:
    speech = voice()
    spoken = np.concatenate([speech[i.start_ms * 16 : i.end_ms * 16] for i in SPEECH])
    level = float(spoken.std()) / 10 ** (wanted_db / 20)
    quality = quality_of((speech + noise(level))[None], (SPEECH,))
    assert quality.channels[0].snr_db == pytest.approx(wanted_db, abs=0.7)
    assert quality.verdict is verdict
    if verdict is not QualityVerdict.MEASURABLE:
        assert "信噪比" in (quality.because or "")


def test_clipping_is_named() -> None:
    quality = quality_of(np.clip(20 * voice(), -1, 1)[None], (SPEECH,))
    assert quality.channels[0].clipping_ratio > 0.1
    assert quality.verdict is QualityVerdict.UNFIT
    assert "削波" in (quality.because or "")


def test_a_muffled_channel_is_degraded() -> None:
    muffled = sosfilt(butter(10, 1400, fs=RATE, output="sos"), voice()).astype(np.float32)
    quality = quality_of(muffled[None], (SPEECH,))
    assert quality.verdict is QualityVerdict.DEGRADED
    assert "带宽" in (quality.because or "")


def test_a_silent_channel_does_not_count_against_the_other() -> None:
    quality = quality_of(np.stack([voice(), np.zeros(10 * RATE, np.float32)]), (SPEECH, ()))
    assert quality.verdict is QualityVerdict.MEASURABLE
    assert [c.is_silent for c in quality.channels] == [False, True]
    assert quality.channels[1].snr_db is None


def test_nothing_but_silence_is_unfit() -> None:
    for n_samples in (0, 10, 3 * RATE):
        quality = quality_of(np.zeros((2, n_samples), np.float32), ((), ()))
        assert quality.verdict is QualityVerdict.UNFIT
        assert quality.because


def test_speech_without_a_pause_still_has_a_noise_level() -> None:
    everywhere = (Interval(0, 4000),)
    sound = voice()[RATE : 5 * RATE]
    assert quality_of(sound[None], (everywhere,)).channels[0].snr_db is not None


def test_whole_numbers_measure_like_fractions() -> None:
    sound = voice()
    whole = np.round(sound * 32768).astype(np.int16)
    fractions = quality_of(sound[None], (SPEECH,)).channels[0]
    assert quality_of(whole[None], (SPEECH,)).channels[0].bandwidth_hz == fractions.bandwidth_hz
