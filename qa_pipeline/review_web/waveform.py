"""The outline of a recording, small enough to be drawn before the sound has arrived."""

import json
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa_pipeline.atomic_file import replacing
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.transcript import Transcript

POINTS_PER_SECOND = 10
MIN_POINTS, MAX_POINTS = 3000, 24_000
_LOUDEST = 100
_FRAMES_LOOKED_AT = 100
"""How many frames speak for one point: of a long call only every so many is looked at."""

Outline = tuple[tuple[int, ...], ...]


def kept_outline(sound: Path, kept: Path) -> Outline:
    """The outline of a 16-bit WAV file, computed once and kept beside other sound.

    One tuple an audio channel, each value the loudest sample of its stretch, 0
    to 100 for full scale. A kept file that cannot be read is made again.
    """
    try:
        return tuple(tuple(channel) for channel in json.loads(kept.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        outline = outline_of(sound)
    with replacing(kept) as temporary:
        temporary.write_text(json.dumps(outline), "utf-8")
    return outline


def outline_of(sound: Path) -> Outline:
    """The loudest sample of each of 3000 to 24000 equal stretches, by audio channel."""
    with wave.open(str(sound), "rb") as file:
        frames, channels = file.getnframes(), file.getnchannels()
        seconds = frames / file.getframerate()
        points = min(max(int(seconds * POINTS_PER_SECOND), MIN_POINTS), MAX_POINTS)
        stretch = max(1, -(-frames // points))
        block_frames = stretch * max(1, 1_000_000 // stretch)
        loud: list[npt.NDArray[np.int16]] = []
        while data := file.readframes(block_frames):
            samples = np.frombuffer(data, "<i2").reshape(-1, channels)
            loud.append(_loudest(samples, stretch))
    if not loud:
        return ((),) * channels
    scaled = np.concatenate(loud).astype(np.int64) * _LOUDEST // 32767
    return tuple(tuple(map(int, scaled[:, channel])) for channel in range(channels))


def lanes_of(transcript: Transcript, audio_channels: int) -> tuple[tuple[int, Role], ...]:
    """(audio channel, who speaks on it) in the order of the page: agent, customer, rest.

    A channel on which nobody or more than one role speaks is UNKNOWN.
    """
    roles: dict[int, set[Role]] = {channel: set() for channel in range(audio_channels)}
    for utterance in transcript.judged_utterances:
        roles.get(utterance.audio_channel, set()).add(utterance.role)
    lanes = [(channel, _only(found)) for channel, found in roles.items()]
    order: Sequence[Role] = (Role.AGENT, Role.CUSTOMER, Role.UNKNOWN)
    return tuple(sorted(lanes, key=lambda lane: (order.index(lane[1]), lane[0])))


def _only(found: set[Role]) -> Role:
    return next(iter(found)) if len(found) == 1 else Role.UNKNOWN


def _loudest(samples: npt.NDArray[np.int16], stretch: int) -> npt.NDArray[np.int16]:
    """The loudest of each stretch of frames; shape (stretches, channels)."""
    seen = samples[:: max(1, stretch // _FRAMES_LOOKED_AT)]
    starts = np.arange(0, len(samples), stretch) // max(1, stretch // _FRAMES_LOOKED_AT)
    columns = []
    for channel in range(samples.shape[1]):
        # -32768 has no positive twin in 16 bits.
        loud = np.abs(np.maximum(seen[:, channel], -32767))
        columns.append(np.maximum.reduceat(loud, np.minimum(starts, len(loud) - 1)))
    return np.stack(columns, axis=1)
