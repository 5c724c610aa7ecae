"""What a recognizer hears and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.domain.dictated import Dictated
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.phrase_query import PhraseAnswer
from qa_pipeline.domain.transcript import Transcript

SAMPLE_RATE_HZ = 16_000
SAMPLES_PER_MS = SAMPLE_RATE_HZ // 1000
_COMPARED = SAMPLE_RATE_HZ * 10

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioInput:
    """The sound of one recording: `channels` is (channels, samples) at 16 kHz.

    float32 in -1..1, or int16, which takes half the memory; it is never copied
    as a whole, so a memory-mapped array works too.
    """

    recording_id: str
    channels: NDArray[Any]

    @property
    def n_channels(self) -> int:
        return int(self.channels.shape[0])

    @property
    def duration_ms(self) -> int:
        return int(self.channels.shape[1]) // SAMPLES_PER_MS

    @property
    def distinct_channels(self) -> tuple[int, ...]:
        """The channels that are worth hearing: a copy of the first one is left out."""
        return (0, *(c for c in range(1, self.n_channels) if not self._repeats_the_first(c)))

    def _repeats_the_first(self, channel: int) -> bool:
        blocks = range(0, int(self.channels.shape[1]), _COMPARED)
        return all(
            np.array_equal(*self.channels[[0, channel], start : start + _COMPARED])
            for start in blocks
        )

    def samples(self, channel: int, start: int, end: int) -> Samples:
        """A stretch of one channel as float32 without DC offset repair or gain."""
        stretch = self.channels[channel, max(0, start) : end]
        if np.issubdtype(stretch.dtype, np.integer):
            return stretch.astype(np.float32) / np.float32(32768.0)
        return np.ascontiguousarray(stretch, dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupResult:
    """Transcripts of a group (roles UNKNOWN) by recording id.

    `speech` holds, for each recording, the voice activity of each channel, less
    what was another channel's leakage; a channel that repeats the first one has
    the first one's activity and no utterances. `stage_seconds` has the wall
    seconds of vad, transcribe, align. `dictated` is, for each recording, where digits are
    dictated by their sound alone; None where the recognizer was not asked or cannot tell.
    """

    transcripts: Mapping[str, Transcript]
    speech: Mapping[str, tuple[tuple[Interval, ...], ...]]
    stage_seconds: Mapping[str, float]
    dictated: Mapping[str, tuple[Dictated, ...]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Answers to phrase queries by query_id, and the wall seconds that they took."""

    answers: Mapping[str, PhraseAnswer]
    seconds: float
