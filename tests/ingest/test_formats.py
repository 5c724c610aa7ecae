"""Reading and decoding: what a file really holds, and why it cannot be read."""

import hashlib
import os
import random
import tracemalloc
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest

from qa_pipeline.errors import UnreadableRecording, UsageError
from qa_pipeline.ingest import (
    FORMATS,
    IngestOptions,
    discover,
    open_audio,
    parse_channel_map,
    read_channels,
)
from qa_pipeline.ingest.formats import AUDIO_EXTENSIONS
from tests.ingest.files import (
    OPTIONS,
    SHARED_DATA,
    heard_in,
    needs_shared_data,
    read_one,
    riff,
    tone,
    why_unreadable,
    write_encoded,
    write_wav,
)


def loudest_hz(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples))
    return float(np.argmax(spectrum) * 16_000 / len(samples))


def test_the_registry_is_pinned() -> None:
    assert [f.name for f in FORMATS] == ["transcript_file", "raw_audio", "av_audio"]


def test_a_recording_is_its_bytes_and_what_decoding_yields(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "call.wav", [tone(440, 2.5, 8000), tone(880, 2.5, 8000)])
    read = read_one(path)
    assert read.recording.recording_id == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (read.recording.name, read.recording.path) == ("call.wav", str(path))
    assert read.recording.sample_rate_hz == 8000
    assert read.recording.audio_channels == 2
    assert read.recording.duration_ms == 2500
    assert not read.truncated
    assert read.warnings == ()


@pytest.mark.parametrize("rate_hz", [6000, 8000, 11_025, 16_000, 22_050, 44_100, 48_000])
def test_channels_stay_apart_at_16_khz(tmp_path: Path, rate_hz: int) -> None:
    path = write_wav(
        tmp_path / "call.wav", [tone(440, 3, rate_hz), tone(1000, 3, rate_hz)], rate_hz
    )
    sound = heard_in(read_one(path))
    assert sound.shape[0] == 2
    assert abs(sound.shape[1] - 48_000) <= 16
    assert loudest_hz(sound[0]) == pytest.approx(440, abs=1)
    assert loudest_hz(sound[1]) == pytest.approx(1000, abs=1)
    expected = tone(440, 3, 16_000)
    middle = slice(1000, 40_000)
    assert np.abs(sound[0][middle] - expected[middle]).max() < 0.01


def test_blocks_join_without_a_seam(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "call.wav", [tone(440, 25, 8000)])
    recording = read_one(path).recording
    blocks = list(open_audio(recording, OPTIONS))
    assert len(blocks) >= 3
    joined = np.concatenate(blocks, axis=1)
    whole = read_channels(recording, OPTIONS)
    assert whole.dtype == np.int16
    assert np.abs(joined * 32768 - whole).max() <= 0.5
    assert np.abs(joined[0, 1000:-1000] - tone(440, 25, 16_000)[1000:-1000]).max() < 0.01


@pytest.mark.parametrize(
    ("name", "codec", "rate_hz", "sample_format"),
    [
        ("a.mp3", "libmp3lame", 16_000, "fltp"),
        ("a.flac", "flac", 8000, "s16"),
        ("a.opus", "libopus", 48_000, "flt"),
        ("a.m4a", "aac", 16_000, "fltp"),
        ("a.mka", "pcm_mulaw", 8000, "s16"),
        ("a.au", "pcm_alaw", 8000, "s16"),
        ("a.wav", "pcm_u8", 8000, "u8"),
        ("b.wav", "pcm_s24le", 8000, "s32"),
        ("c.wav", "pcm_f32le", 8000, "flt"),
        ("d.wav", "pcm_f64le", 8000, "dbl"),
        ("e.wav", "adpcm_ms", 8000, "s16"),
    ],
)
def test_every_encoding_yields_the_same_tone(
    tmp_path: Path, name: str, codec: str, rate_hz: int, sample_format: str
) -> None:
    path = write_encoded(tmp_path / name, codec, tone(600, 3, rate_hz), rate_hz, sample_format)
    read = read_one(path)
    assert read.recording.duration_ms == pytest.approx(3000, abs=120)
    sound = heard_in(read)
    assert loudest_hz(sound[0]) == pytest.approx(600, abs=2)
    assert np.abs(sound).max() == pytest.approx(0.5, abs=0.1)


def test_the_content_decides_not_the_name(tmp_path: Path) -> None:
    path = write_encoded(tmp_path / "a.mp3", "libmp3lame", tone(600, 3, 16_000), 16_000, "fltp")
    lying = path.rename(tmp_path / "a.wav")
    assert read_one(lying).recording.duration_ms == pytest.approx(3000, abs=120)
    wav = write_wav(tmp_path / "b.wav", [tone(600, 3, 16_000)], 16_000).rename(tmp_path / "b.pcm")
    assert read_one(wav).recording.sample_rate_hz == 16_000


def test_digital_silence_is_readable(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "silence.wav", [np.zeros(16_000, np.float32)] * 2)
    read = read_one(path)
    assert read.recording.duration_ms == 2000
    assert not heard_in(read).any()


def test_a_cut_off_wav_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    path.write_bytes(riff(b"\1\0" * 24_000, promised=960_000))
    read = read_one(path)
    assert read.truncated
    assert read.recording.duration_ms == 3000
    assert read.warnings == (
        "cut.wav: is cut off: its header promises 1:00 min, 3.0 s could be decoded",
    )


def test_a_cut_off_flac_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 8000 * 20).astype(np.float32)
    path = write_encoded(tmp_path / "cut.flac", "flac", noise, 8000, "s16")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    read = read_one(path)
    assert read.truncated
    assert 8000 < read.recording.duration_ms < 12_000
    assert heard_in(read).shape[1] == pytest.approx(read.recording.duration_ms * 16, abs=16)


@pytest.mark.parametrize("promised", [0, 0xFFFFFFFF, 0x7FFFFFFF])
def test_a_recorder_that_never_wrote_the_length_promises_nothing(
    tmp_path: Path, promised: int
) -> None:
    path = tmp_path / "streamed.wav"
    path.write_bytes(riff(b"\1\0" * 24_000, promised=promised))
    read = read_one(path)
    assert not read.truncated
    assert read.recording.duration_ms == 3000


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty (0 bytes)"),
        (riff(b""), "a header but no sound"),
        (riff(b"", promised=320_000), "a header but no sound"),
        (riff(b"\1\0" * 4000, promised=320_000), "only 0.50 s can be decoded"),
        (riff(b"\1\0" * 8000)[:30], "header is damaged or cut off"),
        (riff(b"\1\0" * 16_000, rate_hz=7), "a sample rate of 7 Hz"),
        ("您好，这里是客服中心。\n请问有什么可以帮您？\n".encode() * 40, "the file holds text"),
        ("您好，这里是客服中心。 \n请问有什么？\n".encode("gb18030") * 40, "the file holds text"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 20, "a JPEG image"),
        (b"PK\x03\x04" + bytes(range(256)) * 20, "a ZIP archive"),
        (np.arange(9000, dtype="<i2").tobytes(), "name it .ulaw, .alaw or .pcm, or pass"),
    ],
)
def test_what_is_no_recording_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(content)
    assert reason in why_unreadable(path)


def test_titles_in_a_legacy_encoding_do_not_cost_the_sound(tmp_path: Path) -> None:
    title = "客服录音".encode("gb18030")
    info = b"INFOINAM" + len(title).to_bytes(4, "little") + title
    path = tmp_path / "titled.wav"
    path.write_bytes(riff(b"\1\0" * 16_000) + b"LIST" + len(info).to_bytes(4, "little") + info)
    assert read_one(path).recording.duration_ms == 2000


def test_an_unknown_codec_says_so(tmp_path: Path) -> None:
    path = tmp_path / "vendor.wav"
    content = bytearray(riff(b"\1\0" * 16_000))
    content[20:22] = b"\xef\xbe"  # a format tag that nobody has
    path.write_bytes(content)
    assert "its codec is not known" in why_unreadable(path)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.m4a", "a.mp3", "a.ulaw"])
def test_damaged_bytes_never_raise_anything_else(tmp_path: Path, name: str) -> None:
    codec = {".wav": "pcm_mulaw", ".flac": "flac", ".m4a": "aac", ".mp3": "libmp3lame"}
    sample_format = {".m4a": "fltp", ".mp3": "fltp"}
    extension = Path(name).suffix
    path = tmp_path / f"a{extension if extension in codec else '.wav'}"
    write_encoded(
        path,
        codec.get(extension, "pcm_mulaw"),
        tone(500, 2, 16_000),
        16_000,
        sample_format.get(extension, "s16"),
    )
    whole = path.read_bytes()
    chance = random.Random(name)
    target = tmp_path / name
    for _ in range(40):
        content = bytearray(whole[: chance.choice([None, chance.randrange(1, len(whole))])])
        for _ in range(chance.choice([3, 100])):
            at = chance.randrange(chance.choice([min(80, len(content)), len(content)]))
            content[at] = chance.randrange(256)
        target.write_bytes(content)
        complaint = ""
        try:
            recording = read_one(target).recording
            sound = read_channels(recording, OPTIONS)
        except UnreadableRecording as error:
            complaint = str(error)
        else:
            assert np.isfinite(sound).all()
            assert sound.shape[1] == pytest.approx(recording.duration_ms * 16, abs=64)
        assert "\n" not in complaint


def test_a_playlist_cannot_make_us_open_another_file(tmp_path: Path) -> None:
    target = write_wav(tmp_path / "target.wav", [tone(440, 3, 8000)])
    playlist = tmp_path / "call.wav"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{target.as_uri()}\n")
    assert "the file holds text" in why_unreadable(playlist)
    playlist.write_text(f"ffconcat version 1.0\nfile {target.name}\n")
    assert "the file holds text" in why_unreadable(playlist)


def test_a_video_without_sound_says_so(tmp_path: Path) -> None:
    import av

    path = tmp_path / "screen.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=25)
        stream.width, stream.height = 64, 64
        stream.pix_fmt = "yuv420p"
        for _ in range(5):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    assert "holds no audio stream" in why_unreadable(path)


def test_more_than_two_channels_need_a_map(tmp_path: Path) -> None:
    tones = [tone(hz, 2, 8000) for hz in (300, 500, 700, 900)]
    path = write_wav(tmp_path / "four.wav", tones)
    assert "has 4 channels" in why_unreadable(path)
    assert "asks for 4" in why_unreadable(path, IngestOptions(channel_map=(4, 0)))
    options = IngestOptions(channel_map=(3, 1))
    read = read_one(path, options)
    assert (read.recording.audio_channels, read.agent_channel) == (2, 0)
    sound = heard_in(read, options)
    assert [round(loudest_hz(row)) for row in sound] == [900, 500]


@pytest.mark.parametrize("text", ["", "0", "0,0", "0,1,2", "a,b", "-1,0", ",1"])
def test_a_wrong_channel_map_is_bad_usage(text: str) -> None:
    assert parse_channel_map("3, 1") == (3, 1)
    with pytest.raises(UsageError, match="AGENT,CUSTOMER"):
        parse_channel_map(text)


def test_a_map_leaves_two_channels_as_they_are(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "two.wav", [tone(300, 2, 8000), tone(500, 2, 8000)])
    options = IngestOptions(channel_map=(3, 1))
    read = read_one(path, options)
    assert read.agent_channel is None
    assert [round(loudest_hz(row)) for row in heard_in(read, options)] == [300, 500]


def test_too_long_is_refused_by_its_header_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "ten_hours.wav"
    size = 10 * 3600 * 16_000
    with path.open("wb") as out:
        out.write(riff(b"", promised=size))
        out.truncate(44 + size)
    tracemalloc.start()
    reason = why_unreadable(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "lasts 10:00:00 h, more than the limit of 4:00:00 h" in reason
    assert peak < 5_000_000


def test_too_long_is_noticed_while_decoding_where_the_header_is_silent(tmp_path: Path) -> None:
    path = write_encoded(tmp_path / "a.opus", "libopus", tone(300, 20, 48_000), 48_000, "flt")
    reason = why_unreadable(path, IngestOptions(max_duration_ms=10_000))
    assert "more than the limit of 10.0 s" in reason


def test_a_long_file_is_measured_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    size = 300 * 16_000
    with path.open("wb") as out:
        out.write(riff(b"", promised=size))
        out.truncate(44 + size)
    tracemalloc.start()
    read = read_one(path)
    for _ in open_audio(read.recording, OPTIONS):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read.recording.duration_ms == 300_000
    assert peak < 8_000_000  # all of it would take 19 MB


def test_a_recording_that_changed_since_is_refused(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "call.wav", [tone(440, 3, 8000)])
    recording = read_one(path).recording
    write_wav(path, [tone(440, 5, 8000)])
    with pytest.raises(UnreadableRecording, match="has changed since"):
        read_channels(recording, OPTIONS)
    write_wav(path, [tone(440, 2, 8000)])
    with pytest.raises(UnreadableRecording, match="has changed since"):
        read_channels(recording, OPTIONS)
    path.unlink()
    with pytest.raises(UnreadableRecording, match="no longer there"):
        read_channels(recording, OPTIONS)


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    path = tmp_path / "pipe.wav"
    os.mkfifo(path)
    assert "not a regular file" in why_unreadable(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_says_so(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "secret.wav", [tone(440, 2, 8000)])
    path.chmod(0)
    assert "no permission to read it" in why_unreadable(path)


def test_no_file_handle_stays_open(tmp_path: Path) -> None:
    good = write_wav(tmp_path / "good.wav", [tone(440, 25, 8000)])
    bad = tmp_path / "bad.wav"
    bad.write_bytes(riff(b""))
    before = len(os.listdir("/proc/self/fd"))
    recording = read_one(good).recording
    blocks = open_audio(recording, OPTIONS)
    next(blocks)
    assert isinstance(blocks, Generator)
    blocks.close()
    why_unreadable(bad)
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize(
    "name", ["2026-01-05T10:00:00.wav", "%03d.wav", "-i.wav", "通话 一.wav", "http:x.wav"]
)
def test_strange_names_are_only_names(tmp_path: Path, name: str) -> None:
    path = write_wav(tmp_path / name, [tone(440, 2, 8000)])
    recording = read_one(path).recording
    assert recording.name == name
    assert read_channels(recording, OPTIONS).shape == (1, 32_000)


def test_a_name_that_is_no_utf8_can_be_stored_and_opened_again(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/" + "通话.wav".encode("gb18030")
    path = Path(os.fsdecode(raw))
    write_wav(path, [tone(440, 2, 8000)])
    (source,) = discover([tmp_path]).found
    assert source.name == "通话.wav"
    source.location.encode()
    from qa_pipeline.ingest import read_recording

    recording = read_recording(source, OPTIONS).recording
    assert read_channels(recording, OPTIONS).shape == (1, 32_000)


EXPECTED_MS = {
    "M1F1-int16-AFsp.wav": 2937, "M1F1-uint8-AFsp.wav": 2937, "audio_silence_padding.wav": 5811,
    "commercial_mono.wav": 45_300, "empty.wav": 1000, "hold_music_60s.wav": 60_000,
    "mono.aiff": 2745, "mono_32bit.wav": 2745, "opus_48k.opus": 8000, "raw_16k_s16le.pcm": 4050,
    "raw_8k.alaw": 7493, "raw_8k.ulaw": 2570, "stereo_24bit.flac": 2745,
    "stereo_diarization.wav": 5000, "test_audio.mp3": 630, "test_audio_stereo.wav": 1720,
    "tone_rejected_by_ffprobe.gsm": 200, "two_channel_16k.wav": 6665, "voice.g722": 2892,
    "voice.gsm": 16_180, "whatstheweatherlike-mulaw.wav": 2030, "zh_aac.m4a": 4096,
    "zh_amr_wb.amr": 4060,
}  # fmt: skip


@needs_shared_data
def test_what_telephony_delivers_is_read_or_says_why() -> None:
    found = discover([SHARED_DATA / "formats"]).found
    assert {s.name for s in found} == {*EXPECTED_MS, "missing_wav_header.wav"}
    for name, duration_ms in EXPECTED_MS.items():
        read = read_one(SHARED_DATA / "formats" / name)
        assert read.recording.duration_ms == duration_ms, name
        assert not read.truncated, name
        sound = heard_in(read)
        assert sound.shape[1] == pytest.approx(duration_ms * 16, abs=16), name
        assert np.isfinite(sound).all(), name
        assert name == "empty.wav" or sound.std() > 0.001, name
    headerless = SHARED_DATA / "formats" / "missing_wav_header.wav"
    assert "no container header" in why_unreadable(headerless)


@needs_shared_data
def test_the_shared_calls_have_two_different_channels() -> None:
    for path in sorted((SHARED_DATA / "calls").glob("*.wav")):
        recording = read_one(path).recording
        assert (recording.audio_channels, recording.sample_rate_hz) == (2, 8000)
        assert 230_000 < recording.duration_ms < 250_000
        left, right = read_channels(recording, OPTIONS)
        assert abs(np.corrcoef(left, right)[0, 1]) < 0.1


def test_extensions_are_lower_case_with_their_dot() -> None:
    assert all(e.startswith(".") and e == e.lower() for e in AUDIO_EXTENSIONS)
