"""Small real files for the ingest tests."""

import math
import struct
import wave
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from qa_pipeline.errors import UnreadableRecording
from qa_pipeline.ingest import (
    IngestOptions,
    ReadRecording,
    discover,
    read_channels,
    read_recording,
)

OPTIONS = IngestOptions()
SHARED_DATA = Path(__file__).parents[3] / "shared" / "data"
needs_shared_data = pytest.mark.skipif(
    not SHARED_DATA.is_dir(), reason="the shared measuring data is not here"
)


def tone(hz: float, seconds: float, rate_hz: int, peak: float = 0.5) -> npt.NDArray[np.float32]:
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    return (peak * np.sin(2 * math.pi * hz * times)).astype(np.float32)


def write_wav(path: Path, channels: list[npt.NDArray[np.float32]], rate_hz: int = 8000) -> Path:
    """16 bit PCM; `channels` as floats in -1..1."""
    samples = np.stack(channels, axis=1)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(len(channels))
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        out.writeframes((samples * 32767).round().astype("<i2").tobytes())
    return path


def write_encoded(
    path: Path, codec: str, samples: npt.NDArray[np.float32], rate_hz: int, sample_format: str
) -> Path:
    """Mono audio through one of FFmpeg's encoders."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=rate_hz)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        resampler = av.AudioResampler(format=sample_format, layout="mono", rate=rate_hz)
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis, :], format="fltp", layout="mono")
        frame.sample_rate = rate_hz
        for each in [*resampler.resample(frame), *resampler.resample(None), None]:
            out.mux(stream.encode(each))
    return path


def riff(data: bytes, *, promised: int | None = None, rate_hz: int = 8000) -> bytes:
    """A mono 16 bit WAV whose header may promise more than there is."""
    size = len(data) if promised is None else promised
    fmt = struct.pack("<IHHIIHH", 16, 1, 1, rate_hz, rate_hz * 2, 2, 16)
    total = min(size + 36, 0xFFFFFFFF)
    return (
        b"RIFF"
        + struct.pack("<I", total)
        + b"WAVEfmt "
        + fmt
        + b"data"
        + struct.pack("<I", size)
        + data
    )


def read_one(path: Path, options: IngestOptions = OPTIONS) -> ReadRecording:
    """Read a file as if the person had named it."""
    (source,) = discover([path]).found
    return read_recording(source, options)


def heard_in(read: ReadRecording, options: IngestOptions = OPTIONS) -> npt.NDArray[np.float32]:
    """(channels, samples) at 16 kHz in -1..1."""
    return read_channels(read.recording, options).astype(np.float32) / np.float32(32768)


def why_unreadable(path: Path, options: IngestOptions = OPTIONS) -> str:
    """The reason, after checking that it is one line that names the file."""
    with pytest.raises(UnreadableRecording) as caught:
        read_one(path, options)
    assert caught.value.name == path.name
    assert "\n" not in str(caught.value)
    return caught.value.reason
