"""Decoding with PyAV in blocks: what every audio format shares."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import BinaryIO

import av
import numpy as np
from av.audio.frame import AudioFrame, format_dtypes
from av.audio.stream import AudioStream
from av.container import InputContainer

from qa_pipeline.domain.call import Recording
from qa_pipeline.errors import UnreadableRecording
from qa_pipeline.ingest.content import has_container_header, non_audio_content
from qa_pipeline.ingest.source import (
    HEAD_BYTES,
    Block,
    IngestOptions,
    ReadRecording,
    SourceFile,
    file_state,
    opened,
    sha256_of,
)

OpenContainer = Callable[[BinaryIO, str, IngestOptions], InputContainer]

_BLOCK_SECONDS = 10
_MIN_USABLE_MS = 1000
_MAX_STRAY_FRAMES = 10
_RATES_HZ = range(4000, 384_001)
_MIN_PLAUSIBLE_BIT_RATE = 1000
_FOLLOWS_OTHER_FILES = frozenset(
    {"hls", "applehttp", "concat", "dash", "imf", "sdp", "rtsp", "rtp", "lavfi", "image2"}
)
# Elsewhere FFmpeg estimates the duration, or pauses are left out (Matroska): no promise.
_CONTAINERS_THAT_PROMISE = frozenset({"flac", "aiff", "caf", "mov", "w64"})


@dataclass(frozen=True, slots=True)
class _OpenAudio:
    """A container that was opened, its first audio stream, and the bytes under it."""

    container: InputContainer
    stream: AudioStream
    raw: BinaryIO


@dataclass(slots=True)
class _Decoded:
    """Counters of one pass over a file."""

    frames: int = 0
    damaged: int = 0
    strays: int = 0
    duration_ms: float = 0.0
    rates: list[int] = field(default_factory=list)
    channels: int = 0


def open_safely(
    stream: BinaryIO, demuxer: str | None = None, options: Mapping[str, str] | None = None
) -> InputContainer:
    """Open bytes with FFmpeg, which may not open any other file or address.

    A playlist renamed to `.wav` would otherwise read whatever it points at.
    Raises av.FFmpegError.
    """
    return av.open(
        stream,
        "r",
        format=demuxer,
        options={"format_whitelist": _allowed_demuxers(), "protocol_whitelist": "none"}
        | dict(options or {}),
        metadata_errors="replace",  # titles in GBK must not cost the sound
    )


@cache
def _allowed_demuxers() -> str:
    return ",".join(sorted(n for n in av.formats_available if n not in _FOLLOWS_OTHER_FILES))


def read_audio(
    source: SourceFile,
    options: IngestOptions,
    open_container: OpenContainer,
    promised_ms: Callable[[BinaryIO], int | None],
) -> ReadRecording:
    """Decode the whole file once in blocks and measure it.

    `promised_ms` reads from the header how long the recording claims to be,
    where FFmpeg does not tell. Raises UnreadableRecording.
    """
    before = file_state(source.location)
    with _audio_stream(source.location, source.name, options, open_container) as found:
        stream = found.stream
        promise = promised_ms(found.raw) or _container_promise_ms(found)
        _refuse_if_promised_too_long(source.name, found, options)
        rate_hz, channels = stream.rate, stream.codec_context.channels
        picked = _picked_channels(source.name, channels, options)
        decoded = _Decoded()
        for _ in _frames(found, source.name, decoded):
            if decoded.duration_ms > options.max_duration_ms:
                raise _too_long(source.name, None, options)
        others = len(found.container.streams.audio) - 1
    _refuse_if_unusable(source.name, decoded, promise)
    recording = Recording(
        recording_id=sha256_of(source.location, source.name),
        path=source.location,
        name=source.name,
        sample_rate_hz=decoded.rates[0] if decoded.rates else rate_hz,
        duration_ms=round(decoded.duration_ms),
        audio_channels=2 if picked else decoded.channels,
    )
    if before != file_state(source.location):
        reason = "the file changed while it was read (still being recorded?): run again later"
        raise UnreadableRecording(source.name, reason)
    truncated = _is_cut_off(decoded.duration_ms, promise)
    return ReadRecording(
        recording=recording,
        warnings=tuple(_warnings(source.name, decoded, promise if truncated else None, others)),
        truncated=truncated,
        agent_channel=0 if picked else None,
    )


def native_blocks(
    location: str, name: str, options: IngestOptions, open_container: OpenContainer
) -> Iterator[tuple[int, Block]]:
    """Yield (sample_rate_hz, Block) of about ten seconds at the file's own rate.

    With `options.channel_map` a recording of more than two channels is reduced
    to agent (row 0) and customer (row 1).
    """
    with _audio_stream(location, name, options, open_container) as found:
        picked = _picked_channels(name, found.stream.codec_context.channels, options)
        waiting: list[Block] = []
        samples, rate_hz = 0, 0
        for frame in _frames(found, name, _Decoded()):
            if waiting and (frame.sample_rate != rate_hz or samples >= _BLOCK_SECONDS * rate_hz):
                yield rate_hz, np.concatenate(waiting, axis=1)
                waiting, samples = [], 0
            rate_hz = frame.sample_rate
            block = _planar_float(frame)
            waiting.append(block[list(picked)] if picked else block)
            samples += frame.samples
        if waiting:
            yield rate_hz, np.concatenate(waiting, axis=1)


@contextmanager
def _audio_stream(
    location: str, name: str, options: IngestOptions, open_container: OpenContainer
) -> Iterator[_OpenAudio]:
    with opened(location, name) as raw:
        head = raw.read(HEAD_BYTES)
        raw.seek(0)
        try:
            container = open_container(raw, name, options)
        except av.FFmpegError as error:
            raise UnreadableRecording(name, _why_not_opened(head)) from error
        with container:
            if not container.streams.audio:
                held = non_audio_content(head) or f"{container.format.long_name}"
                raise UnreadableRecording(name, f"holds no audio stream (it is {held})")
            stream = container.streams.audio[0]
            _refuse_header(name, stream)
            yield _OpenAudio(container, stream, raw)


def _refuse_header(name: str, stream: AudioStream) -> None:
    if stream.codec_context is None:  # PyAV's stubs do not know this
        reason = "its codec is not known to FFmpeg: convert it, for example to 8 kHz WAV"
        raise UnreadableRecording(name, reason)
    if stream.rate not in _RATES_HZ:
        reason = f"a sample rate of {stream.rate} Hz cannot be speech: the header is wrong"
        raise UnreadableRecording(name, reason)


def _frames(found: _OpenAudio, name: str, decoded: _Decoded) -> Iterator[AudioFrame]:
    """Decode packet by packet; a damaged packet costs only itself."""
    packets = iter(found.container.demux(found.stream))
    while True:
        try:
            packet = next(packets, None)
            if packet is None:
                return
            frames = packet.decode()
        except av.FFmpegError:
            decoded.damaged += 1
            if decoded.damaged > 100 + decoded.frames:
                reason = "is damaged: most of it cannot be decoded"
                raise UnreadableRecording(name, reason) from None
            continue
        for frame in frames:
            if _fits(frame, name, decoded):
                decoded.frames += 1
                decoded.duration_ms += frame.samples * 1000 / frame.sample_rate
                yield frame


def _fits(frame: AudioFrame, name: str, decoded: _Decoded) -> bool:
    """Whether a frame goes on from the earlier ones; a stray one is damage, many are not."""
    if frame.format.name not in format_dtypes:
        raise UnreadableRecording(name, f"its sample format {frame.format.name} is not supported")
    channels = frame.layout.nb_channels
    decoded.channels = decoded.channels or channels
    if channels != decoded.channels:
        decoded.damaged += 1
        decoded.strays += 1
        if decoded.strays > _MAX_STRAY_FRAMES:
            at = _clock(decoded.duration_ms)
            reason = f"changes from {decoded.channels} to {channels} channels at {at}: split it"
            raise UnreadableRecording(name, reason)
        return False
    if frame.sample_rate not in decoded.rates:
        decoded.rates.append(frame.sample_rate)
    return frame.sample_rate > 0


def _planar_float(frame: AudioFrame) -> Block:
    """The samples as float32 in -1..1, shaped (channels, samples)."""
    samples = frame.to_ndarray()
    if not frame.format.is_planar:
        samples = samples.reshape(-1, frame.layout.nb_channels).T
    block: Block = samples.astype(np.float32)
    if samples.dtype == np.uint8:
        block = (block - np.float32(128)) / np.float32(128)
    elif samples.dtype.kind == "i":
        block /= np.float32(2.0 ** (8 * samples.dtype.itemsize - 1))
    else:
        np.nan_to_num(block, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
        block = block.clip(-1.0, 1.0)
    return block


def _picked_channels(name: str, channels: int, options: IngestOptions) -> tuple[int, int] | None:
    if channels <= 2:
        return None
    if options.channel_map is None:
        reason = (
            f"has {channels} channels: say which is the agent's and which the customer's, "
            "counted from 0 (--channel-map 0,1)"
        )
        raise UnreadableRecording(name, reason)
    if max(options.channel_map) >= channels:
        reason = f"has {channels} channels, the channel map asks for {max(options.channel_map)}"
        raise UnreadableRecording(name, f"{reason} (counted from 0)")
    return options.channel_map


def _container_promise_ms(found: _OpenAudio) -> int | None:
    if not _CONTAINERS_THAT_PROMISE & set(found.container.format.name.split(",")):
        return None
    return _ffmpeg_duration_ms(found)


def _ffmpeg_duration_ms(found: _OpenAudio) -> int | None:
    stream = found.stream
    if stream.duration is not None and stream.time_base is not None:
        return int(stream.duration * stream.time_base * 1000)
    duration = found.container.duration
    return None if duration is None else duration * 1000 // av.time_base


def _refuse_if_promised_too_long(name: str, found: _OpenAudio, options: IngestOptions) -> None:
    """Spare the decoding of a recording that is too long by its header and its size."""
    promised_ms = _ffmpeg_duration_ms(found)
    if promised_ms is None or promised_ms <= options.max_duration_ms:
        return
    if found.container.size * 8000 >= promised_ms * _MIN_PLAUSIBLE_BIT_RATE:
        raise _too_long(name, promised_ms, options)


def _too_long(name: str, promised_ms: int | None, options: IngestOptions) -> UnreadableRecording:
    limit = _clock(options.max_duration_ms)
    lasts = f"lasts {_clock(promised_ms)}, " if promised_ms else "lasts "
    reason = f"{lasts}more than the limit of {limit}: split it or raise run.max_duration_ms"
    return UnreadableRecording(name, reason)


def _refuse_if_unusable(name: str, decoded: _Decoded, promise_ms: int | None) -> None:
    if decoded.frames == 0 or decoded.duration_ms < 1:
        if decoded.damaged:
            raise UnreadableRecording(name, "is damaged: nothing of it can be decoded")
        raise UnreadableRecording(name, "holds a header but no sound (zero length)")
    if decoded.damaged > decoded.frames:
        raise UnreadableRecording(name, "is damaged: most of it cannot be decoded")
    is_short = decoded.duration_ms < _MIN_USABLE_MS
    if is_short and (decoded.damaged or _is_cut_off(decoded.duration_ms, promise_ms)):
        reason = f"is cut off or damaged: only {decoded.duration_ms / 1000:.2f} s can be decoded"
        raise UnreadableRecording(name, reason)


def _is_cut_off(duration_ms: float, promise_ms: int | None) -> bool:
    return promise_ms is not None and promise_ms - duration_ms > max(500, promise_ms * 0.02)


def _warnings(name: str, decoded: _Decoded, promise_ms: int | None, others: int) -> Iterator[str]:
    if promise_ms is not None:
        yield (
            f"{name}: is cut off: its header promises {_clock(promise_ms)}, "
            f"{_clock(decoded.duration_ms)} could be decoded"
        )
    if decoded.damaged:
        yield f"{name}: {decoded.damaged} damaged packets were left out"
    if len(decoded.rates) > 1:
        rates = ", ".join(str(rate) for rate in decoded.rates)
        yield f"{name}: the sample rate changes inside it ({rates} Hz)"
    if others > 0:
        yield f"{name}: holds {others + 1} audio streams; only the first is used"


def _why_not_opened(head: bytes) -> str:
    held = non_audio_content(head)
    if held is not None:
        return f"is not audio: the file holds {held}"
    if has_container_header(head):
        return "its header is damaged or cut off: no sound can be found in it"
    return (
        "no container header: headerless audio is never guessed; name it "
        ".ulaw, .alaw or .pcm, or pass --raw-format (such as ulaw:8000:1)"
    )


def _clock(duration_ms: float) -> str:
    seconds = duration_ms / 1000
    if seconds < 60:
        return f"{seconds:.1f} s"
    hours, rest = divmod(round(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d} h" if hours else f"{minutes}:{left:02d} min"
