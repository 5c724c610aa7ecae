"""Cut the sound of a case out of its recording, with personal data beeped over."""

import wave
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa_pipeline.atomic_file import replacing
from qa_pipeline.cases.voices import Lowered, beeped, lowered_voice
from qa_pipeline.domain.call import Recording
from qa_pipeline.domain.interval import Interval
from qa_pipeline.errors import UnreadableRecording
from qa_pipeline.ingest import FORMATS, IngestOptions, SourceFile
from qa_pipeline.ingest.source import read_head

Samples = npt.NDArray[np.float32]


def cut_clip(
    recording: Recording,
    interval: Interval,
    out_path: Path,
    options: IngestOptions | None = None,
    *,
    beeps: Sequence[Interval] = (),
    lowered: Sequence[Lowered] = (),
) -> Interval:
    """Write the interval as 16-bit WAV at the recording's own rate, all channels kept.

    Returns what was really cut: an interval that goes past the end of the file is
    cut there. `options` say how headerless audio is coded, as they did when it
    was read. A 1 kHz tone stands in for all channels during `beeps`, and the voices
    of `lowered` are lower; both are in milliseconds of the recording. Where a voice
    is lowered the whole clip is held in memory. Raises UnreadableRecording when the
    recording is gone, holds no sound or ends before the interval, OutputError when
    the clip cannot be written; nothing half-written stays.
    """
    pieces = _disguised(
        _pieces(recording, interval, options or IngestOptions()), interval.start_ms, beeps, lowered
    )
    rate_hz, first = next(pieces, (0, None))
    if first is None:
        reason = f"ends before {interval.start_ms} ms, where the clip should start"
        raise UnreadableRecording(recording.name, reason)
    with replacing(out_path) as temporary, wave.open(str(temporary), "wb") as clip:
        clip.setnchannels(first.shape[0])
        clip.setsampwidth(2)
        clip.setframerate(rate_hz)
        clip.writeframes(_as_pcm(first))
        samples = first.shape[1]
        for _, piece in pieces:
            clip.writeframes(_as_pcm(piece))
            samples += piece.shape[1]
    end_ms = interval.start_ms + samples * 1000 // rate_hz
    return Interval(interval.start_ms, min(interval.end_ms, end_ms))


def _disguised(
    pieces: Iterator[tuple[int, Samples]],
    start_ms: int,
    beeps: Sequence[Interval],
    lowered: Sequence[Lowered],
) -> Iterator[tuple[int, Samples]]:
    """The pieces with voices lowered and places beeped over."""
    if lowered:
        held = list(pieces)
        if held:
            rate = held[0][0]
            whole = np.concatenate([piece for _, piece in held], axis=1)
            pieces = iter([(rate, lowered_voice(whole, rate, start_ms, lowered))])
    passed = 0
    for rate, piece in pieces:
        yield rate, beeped(piece, rate, start_ms, passed, beeps)
        passed += piece.shape[1]


def _as_pcm(samples: Samples) -> bytes:
    scaled = np.clip(np.round(samples.T * 32768.0), -32768, 32767)
    return scaled.astype("<i2").tobytes()


def _pieces(
    recording: Recording, interval: Interval, options: IngestOptions
) -> Iterator[tuple[int, Samples]]:
    """The blocks within the interval, never empty, at one sample rate."""
    first_rate = 0
    passed = 0
    for rate, block in _native_blocks(recording, options):
        first_rate = first_rate or rate
        if rate != first_rate:
            raise UnreadableRecording(recording.name, "its sample rate changes: cannot be cut")
        start = max(0, interval.start_ms * rate // 1000 - passed)
        end = interval.end_ms * rate // 1000 - passed
        if end <= 0:
            return
        piece = block[:, start:end]
        if piece.shape[1]:
            yield rate, piece
        passed += block.shape[1]


def _native_blocks(recording: Recording, options: IngestOptions) -> Iterator[tuple[int, Samples]]:
    if recording.audio_channels == 0:
        raise UnreadableRecording(recording.name, "is a ready transcript: it holds no sound")
    head = read_head(SourceFile(location=recording.path, name=recording.name))
    found = next(f for f in FORMATS if f.claims(recording.name, head, options))
    yield from found.native_blocks(recording.path, recording.name, options)
