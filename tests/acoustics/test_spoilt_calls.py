"""What noise, clipping, narrow bands and gaps do to the verdict on real sample calls.

The recognizer's character errors on calls 01 and 07, spoilt in the same ways, were:
unspoilt 0.24; clipped 5 / 15 / 30 % 0.25 / 0.31 / 0.40.
"""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.signal import resample_poly

from qa_pipeline.acoustics.quality import quality_of
from qa_pipeline.domain.audio_quality import AudioQuality, QualityVerdict
from qa_pipeline.domain.interval import Interval
from qa_pipeline.transcribe import AudioInput
from qa_pipeline.transcribe.speech_activity import speech_of
from tests.ingest.files import SHARED_DATA, heard_in, needs_shared_data, read_one

Sound = npt.NDArray[np.float32]
Speech = tuple[tuple[Interval, ...], ...]
SAMPLES = Path(__file__).parents[2] / "data_samples"
ORDER = (QualityVerdict.MEASURABLE, QualityVerdict.DEGRADED, QualityVerdict.UNFIT)
SECONDS = 40


def heard(path: Path) -> tuple[Sound, Speech]:
    sound = heard_in(read_one(path))[:, : SECONDS * 16_000]
    audio = AudioInput(recording_id="r", channels=sound)
    return sound, tuple(speech_of(audio, c) for c in range(audio.n_channels))


@pytest.fixture(scope="module", params=["01_inbound_good.wav", "07_stiffness.wav"])
def call(request: pytest.FixtureRequest) -> tuple[Sound, Speech]:
    return heard(SAMPLES / request.param)


def spoken(sound: Sound, speech: Speech, channel: int) -> Sound:
    parts = [sound[channel, i.start_ms * 16 : i.end_ms * 16] for i in speech[channel]]
    return np.concatenate(parts)


def noisy(sound: Sound, speech: Speech, snr_db: float) -> Sound:
    rng = np.random.default_rng(0)
    levels = [float(spoken(sound, speech, c).std()) for c in range(len(sound))]
    gain = np.array(levels)[:, None] * 10 ** (-snr_db / 20)
    return np.asarray(sound + gain * rng.standard_normal(sound.shape), np.float32)


def clipped(sound: Sound, speech: Speech, share: float) -> Sound:
    """The loudest `share` of the speech cut off, then the telephone's filter."""
    limits = [np.quantile(np.abs(spoken(sound, speech, c)), 1 - share) for c in range(len(sound))]
    flat = np.clip(sound, -np.array(limits)[:, None], np.array(limits)[:, None])
    return np.asarray(resample_poly(resample_poly(flat, 1, 2, axis=-1), 2, 1, axis=-1), np.float32)


def narrow(sound: Sound, _: Speech, hertz: float) -> Sound:
    spectrum = np.fft.rfft(sound, axis=-1)
    spectrum[:, int(hertz * SECONDS) :] = 0.0
    return np.fft.irfft(spectrum, axis=-1).astype(np.float32)


def torn(sound: Sound, _: Speech, share: float) -> Sound:
    """Packets of 20 ms lost at random, as a line without concealment delivers them."""
    packets = sound.reshape(len(sound), -1, 320).copy()
    lost = np.random.default_rng(0).random(packets.shape[:2]) < share
    packets[lost] = 0.0
    return packets.reshape(sound.shape)


Spoil = Callable[[Sound, Speech, float], Sound]
WAYS: tuple[tuple[Spoil, tuple[float, ...], str], ...] = (
    (noisy, (30.0, 15.0, 5.0, 0.0), "信噪比"),
    (clipped, (0.001, 0.02, 0.15, 0.45), "削波"),
    (narrow, (3400.0, 2800.0, 1400.0, 700.0), "带宽"),
    (torn, (0.0, 0.01, 0.10, 0.40), "断续"),
)


def measured(call: tuple[Sound, Speech], spoil: Spoil, amount: float) -> AudioQuality:
    sound, speech = call
    return quality_of(spoil(sound, speech, amount), speech)


@pytest.mark.parametrize(
    ("spoil", "amounts", "named"), WAYS, ids=lambda w: getattr(w, "__name__", None)
)
def test_the_more_is_spoilt_the_worse_the_verdict(
    call: tuple[Sound, Speech], spoil: Spoil, amounts: tuple[float, ...], named: str
) -> None:
    found = [measured(call, spoil, amount) for amount in amounts]
    steps = [ORDER.index(q.verdict) for q in found]
    assert steps == sorted(steps)
    assert [q.verdict for q in found] == [ORDER[0], ORDER[0], ORDER[1], ORDER[2]]
    assert all(named in (q.because or "") for q in found[2:])


def test_the_figures_follow_what_was_done(call: tuple[Sound, Speech]) -> None:
    for wanted in (15.0, 8.0, 3.0):
        for channel in measured(call, noisy, wanted).channels:
            assert channel.snr_db == pytest.approx(wanted, abs=2.0)
    gaps = [measured(call, torn, share).channels[0].dropout_ratio for share in (0.0, 0.05, 0.2)]
    assert gaps[0] == 0.0
    assert gaps[1] == pytest.approx(0.05, rel=0.5)
    assert gaps[2] == pytest.approx(0.2, rel=0.5)
    flat = [
        measured(call, clipped, share).channels[0].clipping_ratio for share in (0.05, 0.15, 0.3)
    ]
    assert all(a < b for a, b in pairwise(flat))
    assert 0.075 < flat[1] < 0.3


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.wav")), ids=lambda p: p.stem)
def test_the_samples_are_measurable(path: Path) -> None:
    sound, speech = heard(path)
    expected = QualityVerdict.MEASURABLE
    assert quality_of(sound, speech).verdict is expected


@needs_shared_data
def test_calls_from_a_centre_are_measurable() -> None:
    for path in sorted((SHARED_DATA / "calls").glob("*.wav")):
        assert quality_of(*heard(path)).verdict is QualityVerdict.MEASURABLE
