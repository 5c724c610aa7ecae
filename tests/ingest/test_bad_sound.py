"""Odd rates, many channels, offsets, drifting clocks and long calls, down to who speaks when."""

import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.signal import resample

from qa_pipeline.acoustics import measure_acoustics
from qa_pipeline.domain.audio_quality import QualityVerdict
from qa_pipeline.domain.interval import Interval, intersection, total_ms
from qa_pipeline.domain.transcript import Engine, Transcript
from qa_pipeline.ingest import IngestOptions
from qa_pipeline.ingest.dc_offset import without_offset
from qa_pipeline.transcribe import AudioInput
from qa_pipeline.transcribe.speech_activity import speech_of
from tests.ingest.files import heard_in, read_one, tone, why_unreadable, write_wav

Sound = npt.NDArray[np.float32]
SAMPLES = Path(__file__).parents[2] / "data_samples"
SECONDS = 12
RATES_HZ = (6000, 8000, 11_025, 16_000, 22_050, 44_100, 48_000)


@pytest.fixture(scope="module")
def call() -> Sound:
    """Twelve seconds of two people, (2, samples) at 16 kHz."""
    return heard_in(read_one(SAMPLES / "03_arguing.wav"))[:, : SECONDS * 16_000]


@pytest.fixture(scope="module")
def speech(call: Sound) -> tuple[tuple[Interval, ...], ...]:
    return speech_in(call)


def speech_in(
    channels: npt.NDArray[np.float32] | npt.NDArray[np.int16],
) -> tuple[tuple[Interval, ...], ...]:
    audio = AudioInput(recording_id="r", channels=channels)
    return tuple(speech_of(audio, channel) for channel in range(audio.n_channels))


def likeness(found: tuple[Interval, ...], wanted: tuple[Interval, ...]) -> float:
    """Shared time over all time that either holds."""
    shared = total_ms(intersection(found, wanted))
    return shared / (total_ms(found) + total_ms(wanted) - shared)


def at_rate(sound: Sound, rate_hz: int) -> Sound:
    return np.asarray(resample(sound, SECONDS * rate_hz, axis=-1), np.float32).clip(-1, 1)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_speech_is_found_where_it_is_at_every_rate(
    tmp_path: Path, call: Sound, speech: tuple[tuple[Interval, ...], ...], rate_hz: int
) -> None:
    path = write_wav(tmp_path / "call.wav", list(at_rate(call, rate_hz)), rate_hz)
    found = speech_in(heard_in(read_one(path)))
    assert all(likeness(f, s) > 0.9 for f, s in zip(found, speech, strict=True))


@pytest.mark.parametrize(("channels", "rate_hz"), product(range(1, 9), (8000, 44_100)))
def test_up_to_eight_channels_are_read_or_ask_for_a_map(
    tmp_path: Path, channels: int, rate_hz: int
) -> None:
    tones = [tone(200 + 100 * c, 2, rate_hz) for c in range(channels)]
    path = write_wav(tmp_path / "call.wav", tones, rate_hz)
    options = IngestOptions(channel_map=(channels - 1, 0)) if channels > 1 else IngestOptions()
    if channels <= 2:
        assert heard_in(read_one(path, options), options).shape[0] == channels
        return
    reason = why_unreadable(path)
    assert f"has {channels} channels" in reason
    assert "--channel-map" in reason
    agent, customer = heard_in(read_one(path, options), options)
    spectra = [np.abs(np.fft.rfft(row)).argmax() / 2 for row in (agent, customer)]
    assert spectra == pytest.approx([100 + 100 * channels, 200], abs=1)


def test_an_offset_on_one_channel_fools_nobody(
    tmp_path: Path, call: Sound, speech: tuple[tuple[Interval, ...], ...]
) -> None:
    slow = at_rate(call, 8000)
    clean = read_one(write_wav(tmp_path / "clean.wav", list(slow)))
    moved = read_one(write_wav(tmp_path / "moved.wav", [slow[0], (slow[1] + 0.2).clip(-1, 1)]))
    assert np.abs(heard_in(moved).mean(axis=1)).max() < 0.01
    found = speech_in(heard_in(moved))
    assert all(likeness(f, s) > 0.95 for f, s in zip(found, speech, strict=True))
    words = Transcript(
        recording_id="r",
        language="zh",
        utterances=(),
        engine=Engine(name="none", version="1", weights_hash="0", settings_digest="0"),
    )
    before, after = (
        measure_acoustics(heard_in(read), words, found)[0].channels for read in (clean, moved)
    )
    for one, other in zip(before, after, strict=True):
        assert one.snr_db == pytest.approx(other.snr_db, abs=1.0)
        assert one.bandwidth_hz == pytest.approx(other.bandwidth_hz, abs=150)
        assert one.clipping_ratio == pytest.approx(other.clipping_ratio, abs=0.005)


def test_an_offset_alone_is_silence(tmp_path: Path) -> None:
    flat = np.full(16_000, 0.2, np.float32)
    sound = heard_in(read_one(write_wav(tmp_path / "flat.wav", [flat, tone(400, 2, 8000)])))
    assert np.abs(sound[0, 200:-200]).max() < 0.001
    assert np.abs(sound[1]).max() > 0.4


def test_an_offset_that_wanders_is_followed_without_a_click() -> None:
    blocks = [np.full((1, 160_000), level, np.float32) for level in (0.0, 0.1, 0.1)]
    joined = np.concatenate(list(without_offset(blocks)), axis=1)
    assert np.abs(np.diff(joined[0, :160_000])).max() < 1e-6
    assert np.abs(joined[0, 320_000:]).max() < 1e-6


def test_sound_without_an_offset_keeps_its_very_samples() -> None:
    blocks = [np.random.default_rng(i).normal(0, 0.1, (2, 16_000)).astype("f4") for i in range(2)]
    before = [block.copy() for block in blocks]
    after = list(without_offset(blocks))
    assert all(np.array_equal(b, a) for b, a in zip(before, after, strict=True))


def test_drifting_clocks_move_each_channel_no_more_than_they_drift(
    call: Sound, speech: tuple[tuple[Interval, ...], ...]
) -> None:
    longer = np.asarray(resample(call[1], round(call.shape[1] * 1.001)), np.float32)
    drifting = np.stack([call[0], longer[: call.shape[1]]])
    agent, customer = speech_in(drifting)
    assert agent == speech[0]
    drift_ms = SECONDS  # 0.1 %
    assert len(customer) == len(speech[1])
    for found, wanted in zip(customer, speech[1], strict=True):
        assert abs(found.start_ms - wanted.start_ms) <= drift_ms + 32
        assert abs(found.end_ms - wanted.end_ms) <= drift_ms + 32


LONG_CALL = """
import resource, sys
from qa_pipeline.acoustics import measure_acoustics
from qa_pipeline.domain.transcript import Engine, Transcript
from qa_pipeline.ingest import IngestOptions, discover, read_channels, read_recording
from qa_pipeline.speakers.identical import are_identical
from qa_pipeline.transcribe import AudioInput
from qa_pipeline.transcribe.speech_activity import speech_of
options = IngestOptions()
(source,) = discover([sys.argv[1]]).found
recording = read_recording(source, options).recording
audio = AudioInput(recording_id="r", channels=read_channels(recording, options))
speech = [speech_of(audio, c) for c in audio.distinct_channels]
engine = Engine(name="none", version="1", weights_hash="0", settings_digest="0")
words = Transcript(recording_id="r", language="zh", utterances=(), engine=engine)
quality, _ = measure_acoustics(audio.channels, words, speech)
if sys.platform == "darwin":
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024)
else:
    # ru_maxrss would count what the parent held when it started this process
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    peak_mb = int(status["VmHWM"].split()[0]) / 1024
same = are_identical(audio.channels)
print(recording.duration_ms, len(speech[0]), quality.verdict, same, peak_mb)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="peak memory is measured the Unix way")
def test_a_call_of_three_hours_is_heard_in_bounded_memory(tmp_path: Path) -> None:
    header, _, data = (SAMPLES / "03_arguing.wav").read_bytes().partition(b"data")
    seconds = (len(data) - 4) // 16_000
    loops = 3 * 3600 // seconds
    size = loops * seconds * 16_000
    path = tmp_path / "long.wav"
    with path.open("wb") as out:
        out.write(header + b"data" + size.to_bytes(4, "little"))
        for _ in range(loops):
            out.write(data[4 : 4 + seconds * 16_000])
    program = [sys.executable, "-c", LONG_CALL, str(path)]
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr
    duration, regions, verdict, identical, peak_mb = done.stdout.split()
    assert int(duration) == loops * seconds * 1000
    assert int(regions) > loops * 5
    assert (verdict, identical) == (QualityVerdict.MEASURABLE.value, "False")
    assert float(peak_mb) < 1200  # the sound alone is 690 MB
