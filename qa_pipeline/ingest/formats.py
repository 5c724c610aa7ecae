"""The formats that are read, and the three ways to read one.

A new format is one file beside this one and one line in FORMATS.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from qa_pipeline.domain.call import Recording
from qa_pipeline.errors import UnreadableRecording
from qa_pipeline.ingest.av_audio import AV_AUDIO
from qa_pipeline.ingest.dc_offset import without_offset
from qa_pipeline.ingest.raw_audio import RAW_AUDIO
from qa_pipeline.ingest.resampling import WORKING_RATE_HZ, resampled
from qa_pipeline.ingest.source import (
    Block,
    IngestOptions,
    ReadRecording,
    RecordingFormat,
    SourceFile,
    read_head,
)
from qa_pipeline.ingest.transcript_file import TRANSCRIPT_FILE, with_transcript

FORMATS: tuple[RecordingFormat, ...] = (TRANSCRIPT_FILE, RAW_AUDIO, AV_AUDIO)
"""Asked in this order; the first that claims a file reads it."""

AUDIO_EXTENSIONS: frozenset[str] = RAW_AUDIO.extensions | AV_AUDIO.extensions


def read_recording(source: SourceFile, options: IngestOptions) -> ReadRecording:
    """Measure one file by really decoding it (containers lie).

    Memory stays bounded however long it is. A transcript beside the audio is
    read with it. Raises UnreadableRecording with one line that says why.
    """
    found = _format_of(source, options)
    read = found.read(source, options)
    if source.transcript_location is None or read.transcript is not None:
        return read
    return with_transcript(read, source.transcript_location, options)


def open_audio(recording: Recording, options: IngestOptions) -> Iterator[Block]:
    """Yield float32 blocks shaped (channels, samples) at 16 kHz, channels kept apart.

    Reads the file again at `recording.path`; a block is about ten seconds. A
    recorder's constant offset is taken away. Raises UnreadableRecording.
    """
    if recording.audio_channels == 0:
        raise UnreadableRecording(recording.name, "is a ready transcript: it holds no sound")
    source = SourceFile(location=recording.path, name=recording.name)
    found = _format_of(source, options)
    native = found.native_blocks(recording.path, recording.name, options)
    yield from without_offset(resampled(native))


def read_channels(recording: Recording, options: IngestOptions) -> npt.NDArray[np.int16]:
    """The whole recording as one int16 array (channels, samples) at 16 kHz.

    Takes 32 kB a second and channel. Raises UnreadableRecording, also where
    the file is no longer as long as when it was measured.
    """
    slack = WORKING_RATE_HZ // 10
    expected = recording.duration_ms * WORKING_RATE_HZ // 1000
    whole = np.zeros((recording.audio_channels, expected + slack), np.int16)
    filled = 0
    for block in open_audio(recording, options):
        end = filled + block.shape[1]
        if end > whole.shape[1] or block.shape[0] != whole.shape[0]:
            raise _changed(recording)
        whole[:, filled:end] = _whole_numbers(block)
        filled = end
    if filled < expected - slack:
        raise _changed(recording)
    return whole[:, :filled]


def _whole_numbers(block: Block) -> npt.NDArray[np.int16]:
    # 32768 on the way in and out: 16 bit recordings keep their very samples.
    scaled = np.clip(np.rint(block * np.float32(32768)), -32768, 32767)
    return np.asarray(scaled, dtype=np.int16)


def _changed(recording: Recording) -> UnreadableRecording:
    return UnreadableRecording(recording.name, "the file has changed since it was measured")


def _format_of(source: SourceFile, options: IngestOptions) -> RecordingFormat:
    head = read_head(source)
    return next(f for f in FORMATS if f.claims(source.name, head, options))
