"""Every audio or video container that PyAV (FFmpeg) decodes."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from av.container import InputContainer

from qa_pipeline.ingest.decoding import native_blocks, open_safely, read_audio
from qa_pipeline.ingest.source import (
    Block,
    IngestOptions,
    ReadRecording,
    RecordingFormat,
    SourceFile,
)

_MAX_CHUNKS = 1000
# Recorders that stream write "as large as possible" and never correct it.
_UNKNOWN_SIZES = range(0x7FFF0000, 1 << 32)

_EXTENSIONS = frozenset({
    ".wav", ".wave", ".wav49", ".bwf", ".w64", ".aif", ".aiff", ".aifc", ".au", ".snd", ".caf",
    ".mp3", ".mp2", ".aac", ".ac3", ".m4a", ".m4b", ".mp4", ".mov", ".3gp", ".3gpp", ".amr",
    ".awb", ".ogg", ".oga", ".opus", ".spx", ".flac", ".wma", ".webm", ".mka", ".mkv",
})  # fmt: skip


def _claims(_name: str, _head: bytes, _options: IngestOptions) -> bool:
    """The last entry of FORMATS: it tries whatever nobody else claimed."""
    return True


def _open_container(stream: BinaryIO, _name: str, _options: IngestOptions) -> InputContainer:
    return open_safely(stream)


def _read(source: SourceFile, options: IngestOptions) -> ReadRecording:
    return read_audio(source, options, _open_container, riff_promise_ms)


def _native_blocks(location: str, name: str, options: IngestOptions) -> Iterator[tuple[int, Block]]:
    return native_blocks(location, name, options, _open_container)


def riff_promise_ms(stream: BinaryIO) -> int | None:
    """How long a RIFF/WAVE header says a file is that ends too early, in ms, else None.

    FFmpeg computes a WAV's duration from the file's size, so a file that was cut
    off looks whole to it. Leaves the stream where it was.
    """
    position = stream.tell()
    try:
        size = stream.seek(0, 2)
        stream.seek(0)
        return _walk_chunks(stream, size)
    finally:
        stream.seek(position)


def _walk_chunks(stream: BinaryIO, file_size: int) -> int | None:
    head = stream.read(12)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    byte_rate = 0
    for _ in range(_MAX_CHUNKS):
        header = stream.read(8)
        if len(header) < 8:
            return None
        size = struct.unpack("<I", header[4:])[0]
        if header[:4] == b"data":
            is_whole = stream.tell() + size <= file_size
            if byte_rate == 0 or is_whole or size in _UNKNOWN_SIZES:
                return None
            return int(size) * 1000 // byte_rate
        body = stream.read(12) if header[:4] == b"fmt " and size >= 12 else b""
        if len(body) == 12:
            byte_rate = int(struct.unpack("<I", body[8:12])[0])
        stream.seek(size + size % 2 - len(body), 1)
    return None


AV_AUDIO = RecordingFormat(
    name="av_audio",
    extensions=_EXTENSIONS,
    claims=_claims,
    read=_read,
    native_blocks=_native_blocks,
)
