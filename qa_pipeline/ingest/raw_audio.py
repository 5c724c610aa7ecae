"""Headerless telephony audio: µ-law, A-law, PCM, G.722 and GSM without a container.

What is in such a file cannot be seen, so it is never guessed: the extension or
the option says it. By extension: `.ulaw .ul .mulaw .pcmu` µ-law, `.alaw .al
.pcma` A-law, `.pcm .raw .s16 .s16le .sln .lin` signed 16 bit little endian, all
8 kHz mono; `.sln16` is 16 kHz; `.g722` 16 kHz; `.gsm` full-rate GSM at 8 kHz. A
name may refine that with parts between `_`, `-`, `.` or spaces: `16k`, `16khz`
or `16000hz` (the rate), `2ch` or `stereo`, and for `.pcm .raw` the coding
(`s16le s16be s8 u8 s24le s32le f32le`): `night_16k_s16le.pcm`. The option
(`ulaw:8000:1`) beats both. A file that begins with a known container header is
no headerless audio, whatever it is called.
"""

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import BinaryIO

from av.container import InputContainer

from qa_pipeline.errors import UsageError
from qa_pipeline.ingest.content import has_container_header, non_audio_content
from qa_pipeline.ingest.decoding import native_blocks, open_safely, read_audio
from qa_pipeline.ingest.source import (
    Block,
    IngestOptions,
    RawFormat,
    ReadRecording,
    RecordingFormat,
    SourceFile,
)

_ENCODINGS = {
    "ulaw": "mulaw", "mulaw": "mulaw", "alaw": "alaw", "g722": "g722", "gsm": "gsm",
    "s16": "s16le", "s16le": "s16le", "s16be": "s16be", "s8": "s8", "u8": "u8",
    "s24le": "s24le", "s32le": "s32le", "f32le": "f32le",
}  # fmt: skip

_BY_EXTENSION = {
    **dict.fromkeys((".ulaw", ".ul", ".mulaw", ".pcmu"), ("mulaw", 8000)),
    **dict.fromkeys((".alaw", ".al", ".pcma"), ("alaw", 8000)),
    **dict.fromkeys((".pcm", ".raw", ".s16", ".s16le", ".sln", ".lin"), ("s16le", 8000)),
    ".sln16": ("s16le", 16_000),
    ".g722": ("g722", 16_000),
    ".gsm": ("gsm", 8000),
}

# These begin with sync bits, so a missing header proves nothing.
_FRAMED_WITHOUT_HEADER = frozenset({".mp3", ".mp2", ".aac", ".ac3"})
_OWN_RATE = frozenset({"g722", "gsm"})
_ANY_CODING = frozenset({".pcm", ".raw"})
_RATES_BY_K = {6: 6000, 8: 8000, 11: 11_025, 12: 12_000, 16: 16_000, 22: 22_050, 24: 24_000,
               32: 32_000, 44: 44_100, 48: 48_000}  # fmt: skip
_RATE_PART = re.compile(r"(\d+)k(?:hz)?|(\d{4,6})hz")
_CHANNEL_PARTS = {"mono": 1, "1ch": 1, "stereo": 2, "2ch": 2}


def parse_raw_format(text: str) -> RawFormat:
    """The option `ENCODING[:RATE[:CHANNELS]]`, such as `ulaw:8000:1`; UsageError if wrong."""
    encoding, _, rest = text.strip().lower().partition(":")
    rate, _, channels = rest.partition(":")
    numbers_ok = all(part.isascii() and part.isdigit() for part in (rate or "0", channels or "0"))
    default_rate = 16_000 if encoding == "g722" else 8000
    found = (
        RawFormat(
            encoding=_ENCODINGS[encoding],
            sample_rate_hz=int(rate or default_rate),
            audio_channels=int(channels or 1),
        )
        if encoding in _ENCODINGS and numbers_ok
        else None
    )
    if (
        found is None
        or found.sample_rate_hz not in range(4000, 192_001)
        or (found.audio_channels not in range(1, 9))
    ):
        raise UsageError(
            f"raw format {text!r} is not ENCODING:RATE:CHANNELS, such as ulaw:8000:1; "
            f"encodings: {', '.join(sorted(_ENCODINGS))}"
        )
    return found


def raw_format_of(name: str, options: IngestOptions) -> RawFormat | None:
    """How a headerless file of that name is coded; None where nothing says it."""
    if options.raw_format is not None:
        return options.raw_format
    path = PurePath(name.lower())
    by_extension = _BY_EXTENSION.get(path.suffix)
    if by_extension is None:
        return None
    encoding, rate_hz = by_extension
    channels = 1
    for part in re.split(r"[^a-z0-9]+", path.stem):
        if part in _CHANNEL_PARTS:
            channels = _CHANNEL_PARTS[part]
        elif part in _ENCODINGS and path.suffix in _ANY_CODING:
            encoding = _ENCODINGS[part]
        elif found := _RATE_PART.fullmatch(part):
            rate_hz = _RATES_BY_K.get(int(found[1]), rate_hz) if found[1] else int(found[2])
    if encoding in _OWN_RATE:
        rate_hz, channels = by_extension[1], 1
    return RawFormat(encoding=encoding, sample_rate_hz=rate_hz, audio_channels=channels)


def _claims(name: str, head: bytes, options: IngestOptions) -> bool:
    if has_container_header(head) or non_audio_content(head) is not None:
        return False
    extension = PurePath(name.lower()).suffix
    return extension in _BY_EXTENSION or (
        options.raw_format is not None and extension not in _FRAMED_WITHOUT_HEADER
    )


def _open_container(stream: BinaryIO, name: str, options: IngestOptions) -> InputContainer:
    found = raw_format_of(name, options)
    if found is None:
        raise UsageError(f"{name}: neither its extension nor an option says how it is coded")
    wanted: dict[str, str] = {}
    if found.encoding not in _OWN_RATE:
        wanted = {
            "sample_rate": str(found.sample_rate_hz),
            "ch_layout": f"{found.audio_channels}c",
        }
    return open_safely(stream, found.encoding, wanted)


def _no_promise(_stream: BinaryIO) -> int | None:
    return None


def _read(source: SourceFile, options: IngestOptions) -> ReadRecording:
    return read_audio(source, options, _open_container, _no_promise)


def _native_blocks(location: str, name: str, options: IngestOptions) -> Iterator[tuple[int, Block]]:
    return native_blocks(location, name, options, _open_container)


RAW_AUDIO = RecordingFormat(
    name="raw_audio",
    extensions=frozenset(_BY_EXTENSION),
    claims=_claims,
    read=_read,
    native_blocks=_native_blocks,
)
