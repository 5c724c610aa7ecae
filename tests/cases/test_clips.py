"""Cutting the sound of a case, from real files."""

import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qa_pipeline.cases.clips import cut_clip
from qa_pipeline.domain.call import Recording
from qa_pipeline.domain.interval import Interval
from qa_pipeline.errors import OutputError, UnreadableRecording
from qa_pipeline.ingest import IngestOptions, RawFormat

RATE_HZ = 8000


def a_ramp(seconds: int) -> np.ndarray:
    """Left counts up 1 a millisecond, right counts down: every sample says where it was."""
    ms = np.arange(seconds * RATE_HZ) // (RATE_HZ // 1000)
    return np.stack([ms, -ms], axis=1).astype("<i2")


def recording_at(path: Path, seconds: int, channels: int = 2) -> Recording:
    return Recording(
        recording_id="0" * 64,
        path=str(path),
        name=path.name,
        sample_rate_hz=RATE_HZ,
        duration_ms=seconds * 1000,
        audio_channels=channels,
    )


def a_wav(path: Path, seconds: int = 25) -> Recording:
    with wave.open(str(path), "wb") as stream:
        stream.setnchannels(2)
        stream.setsampwidth(2)
        stream.setframerate(RATE_HZ)
        stream.writeframes(a_ramp(seconds).tobytes())
    return recording_at(path, seconds)


def read(path: Path) -> tuple[int, np.ndarray]:
    with wave.open(str(path), "rb") as stream:
        samples = np.frombuffer(stream.readframes(stream.getnframes()), "<i2")
        return stream.getframerate(), samples.reshape(-1, stream.getnchannels())


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        (Interval(0, 1000), Interval(0, 1000)),
        (Interval(9_990, 12_345), Interval(9_990, 12_345)),
        (Interval(24_000, 40_000), Interval(24_000, 25_000)),
    ],
)
def test_the_clip_holds_exactly_what_was_there_on_both_channels(
    tmp_path: Path, asked: Interval, got: Interval
) -> None:
    source, out = a_wav(tmp_path / "call.wav"), tmp_path / "clips" / "k1.wav"
    assert cut_clip(source, asked, out) == got
    rate_hz, samples = read(out)
    assert rate_hz == RATE_HZ
    expected = a_ramp(25)[got.start_ms * 8 : got.end_ms * 8]
    assert np.array_equal(samples, expected)
    assert [p.name for p in out.parent.iterdir()] == ["k1.wav"]


def test_headerless_audio_is_cut_as_it_was_read(tmp_path: Path) -> None:
    path = tmp_path / "call.raw"
    path.write_bytes(a_ramp(3).tobytes())
    options = IngestOptions(
        raw_format=RawFormat(encoding="s16le", sample_rate_hz=RATE_HZ, audio_channels=2)
    )
    cut_clip(recording_at(path, 3), Interval(1000, 2000), tmp_path / "k.wav", options)
    _, samples = read(tmp_path / "k.wav")
    assert np.array_equal(samples, a_ramp(3)[8000:16_000])


def test_a_recording_that_is_gone_is_named(tmp_path: Path) -> None:
    gone = recording_at(tmp_path / "gone.wav", 10)
    with pytest.raises(UnreadableRecording, match=r"gone\.wav: the file is no longer there"):
        cut_clip(gone, Interval(0, 1000), tmp_path / "k.wav")
    assert not (tmp_path / "k.wav").exists()


def test_a_recording_shorter_than_it_was_is_named(tmp_path: Path) -> None:
    source = a_wav(tmp_path / "call.wav", 2)
    with pytest.raises(UnreadableRecording, match="ends before 5000 ms"):
        cut_clip(source, Interval(5000, 6000), tmp_path / "k.wav")


def test_a_ready_transcript_has_no_sound(tmp_path: Path) -> None:
    silent = replace(recording_at(tmp_path / "c.transcript.json", 10), audio_channels=0)
    with pytest.raises(UnreadableRecording, match="holds no sound"):
        cut_clip(silent, Interval(0, 1000), tmp_path / "k.wav")


def test_a_clip_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    source = a_wav(tmp_path / "call.wav", 2)
    (tmp_path / "k.wav").mkdir()
    with pytest.raises(OutputError, match=r"k\.wav: cannot be written"):
        cut_clip(source, Interval(0, 1000), tmp_path / "k.wav")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["call.wav", "k.wav"]
