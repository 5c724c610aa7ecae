"""Headerless audio: said by extension, name or option, never guessed."""

from pathlib import Path

import numpy as np
import pytest

from qa_pipeline.errors import UsageError
from qa_pipeline.ingest import IngestOptions, RawFormat, parse_raw_format
from qa_pipeline.ingest.raw_audio import raw_format_of
from tests.ingest.files import OPTIONS, heard_in, read_one, tone, why_unreadable, write_encoded


def raw(encoding: str, rate_hz: int, channels: int) -> RawFormat:
    return RawFormat(encoding=encoding, sample_rate_hz=rate_hz, audio_channels=channels)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.ulaw", raw("mulaw", 8000, 1)),
        ("a.UL", raw("mulaw", 8000, 1)),
        ("a.al", raw("alaw", 8000, 1)),
        ("a.pcm", raw("s16le", 8000, 1)),
        ("a.sln", raw("s16le", 8000, 1)),
        ("a.sln16", raw("s16le", 16_000, 1)),
        ("night_16k_s16be_stereo.raw", raw("s16be", 16_000, 2)),
        ("night-11k.pcm", raw("s16le", 11_025, 1)),
        ("night.2ch.44100hz.ulaw", raw("mulaw", 44_100, 2)),
        ("13800138000_8016_16000.pcm", raw("s16le", 8000, 1)),  # bare numbers are no rates
        ("stereo_16k.gsm", raw("gsm", 8000, 1)),
        ("a.g722", raw("g722", 16_000, 1)),
        ("a.wav", None),
        ("pcm", None),
    ],
)
def test_extension_and_name_say_the_coding(name: str, expected: RawFormat | None) -> None:
    assert raw_format_of(name, OPTIONS) == expected


def test_the_option_beats_the_name() -> None:
    options = IngestOptions(raw_format=parse_raw_format("alaw:16000:2"))
    assert raw_format_of("a_8k.ulaw", options) == raw("alaw", 16_000, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ulaw", raw("mulaw", 8000, 1)),
        ("ULAW:8000:2", raw("mulaw", 8000, 2)),
        ("s16le:16000", raw("s16le", 16_000, 1)),
        ("g722", raw("g722", 16_000, 1)),
    ],
)
def test_raw_format_option(text: str, expected: RawFormat) -> None:
    assert parse_raw_format(text) == expected


@pytest.mark.parametrize("text", ["", "mp3", "ulaw:fast", "ulaw:0", "ulaw:8000:0", "ulaw:8000:99"])
def test_a_wrong_raw_format_names_the_right_form(text: str) -> None:
    with pytest.raises(UsageError, match="ENCODING:RATE:CHANNELS"):
        parse_raw_format(text)


def test_mu_law_and_a_law_decode_to_what_was_coded(tmp_path: Path) -> None:
    wanted = tone(500, 2, 8000)
    for codec, extension in (("pcm_mulaw", ".ulaw"), ("pcm_alaw", ".alaw")):
        wav = write_encoded(tmp_path / "a.wav", codec, wanted, 8000, "s16")
        data = wav.read_bytes().partition(b"data")[2][4:]
        path = tmp_path / f"a{extension}"
        path.write_bytes(data[:16_000])
        sound = heard_in(read_one(path))
        assert np.abs(sound[0, 500:30_000] - tone(500, 2, 16_000)[500:30_000]).max() < 0.03


def test_a_headerless_wav_is_read_when_the_option_says_how(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes((tone(500, 3, 8000) * 32767).astype("<i2").tobytes())
    assert "pass --raw-format" in why_unreadable(path)
    options = IngestOptions(raw_format=parse_raw_format("s16le:8000:1"))
    read = read_one(path, options)
    assert read.recording.duration_ms == 3000
    assert np.abs(heard_in(read, options)).max() == pytest.approx(0.5, abs=0.02)


def test_text_is_no_samples_even_with_an_option(tmp_path: Path) -> None:
    for name in ("notes.pcm", "notes.wav"):
        path = tmp_path / name
        path.write_text("客户要求回电，明天上午联系。\n" * 50, encoding="utf-8")
        options = IngestOptions(raw_format=parse_raw_format("ulaw:8000:1"))
        assert "the file holds text" in why_unreadable(path, options)


def test_quiet_a_law_is_not_taken_for_text(tmp_path: Path) -> None:
    path = tmp_path / "quiet.alaw"
    path.write_bytes(b"UTWVQPSR]\\" * 2000)
    assert read_one(path).recording.duration_ms == 2500
