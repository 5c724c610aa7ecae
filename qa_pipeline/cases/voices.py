"""Sound that gives nobody away: tones over personal data, a customer's voice made lower."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import av
import av.filter
import numpy as np
import numpy.typing as npt

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval, union
from qa_pipeline.domain.transcript import Transcript

Samples = npt.NDArray[np.float32]

BEEP_HZ = 1000
BEEP_LEVEL = 0.1
"""Peak of the tone: -20 dB, as loud as a quiet talker."""
RAMP_MS = 8
LOWER_BY = 0.82
"""Pitch and formants times this: some three and a half semitones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowered:
    """A voice on one audio channel; `intervals` are milliseconds of the recording.

    None: the whole channel. On a channel that two people share, only when this one speaks.
    """

    audio_channel: int
    intervals: tuple[Interval, ...] | None = None


def customers_voice(transcript: Transcript) -> tuple[Lowered, ...]:
    """Where the customer speaks: a channel of its own, or the utterances on a shared one."""
    channels: dict[int, set[Role]] = {}
    for utterance in transcript.utterances:
        channels.setdefault(utterance.audio_channel, set()).add(utterance.role)
    return tuple(
        Lowered(
            audio_channel=channel,
            intervals=None
            if roles == {Role.CUSTOMER}
            else union(
                u.interval
                for u in transcript.utterances
                if u.audio_channel == channel and u.role is Role.CUSTOMER
            ),
        )
        for channel, roles in sorted(channels.items())
        if Role.CUSTOMER in roles
    )


def beeped(
    piece: Samples, rate_hz: int, start_ms: int, passed: int, beeps: Sequence[Interval]
) -> Samples:
    """The piece with a tone in place of all sound during `beeps`.

    `passed` samples of the clip, which starts at `start_ms`, came before this piece.
    Nothing of the speech is left: the tone's ramps lie inside, the sound is cut.
    """
    if not beeps:
        return piece
    first = start_ms * rate_hz // 1000 + passed
    covered = piece.copy()
    for beep in beeps:
        # rounded outwards: not one sample of the number may be heard
        start = beep.start_ms * rate_hz // 1000 - first
        end = -(-beep.end_ms * rate_hz // 1000) - first
        low, high = max(0, start), min(piece.shape[1], end)
        if low < high:
            covered[:, low:high] = _tone(low - start, high - start, end - start, rate_hz)
    return covered


def _tone(low: int, high: int, length: int, rate_hz: int) -> Samples:
    """Samples `low` to `high` of a tone of `length` samples that fades in and out."""
    at = np.arange(low, high)
    ramp = max(1, min(RAMP_MS * rate_hz // 1000, length // 2))
    fade = np.clip(np.minimum(at + 1, length - at) / ramp, 0.0, 1.0)
    tone = BEEP_LEVEL * fade * np.sin(2 * np.pi * BEEP_HZ * at / rate_hz)
    return tone.astype(np.float32)


def lowered_voice(
    clip: Samples, rate_hz: int, start_ms: int, lowered: Sequence[Lowered]
) -> Samples:
    """The clip with some voices lower and nothing else changed, its length included."""
    changed = clip.copy()
    for voice in lowered:
        if voice.audio_channel >= clip.shape[0]:
            continue
        low = _lower(clip[voice.audio_channel], rate_hz)
        share = _share(clip.shape[1], rate_hz, start_ms, voice.intervals)
        changed[voice.audio_channel] = share * low + (1 - share) * clip[voice.audio_channel]
    return changed


def _share(
    length: int, rate_hz: int, start_ms: int, intervals: tuple[Interval, ...] | None
) -> Samples:
    """For each sample how much of the lowered voice is heard."""
    if intervals is None:
        return np.ones(length, dtype=np.float32)
    share = np.zeros(length, dtype=np.float32)
    for interval in intervals:
        start = (interval.start_ms - start_ms) * rate_hz // 1000
        end = (interval.end_ms - start_ms) * rate_hz // 1000
        share[max(0, start) : max(0, end)] = 1.0
    ramp = max(1, RAMP_MS * rate_hz // 1000)
    return np.convolve(share, np.ones(ramp) / ramp, mode="same").astype(np.float32)


def _lower(samples: Samples, rate_hz: int) -> Samples:
    """One channel played slower and then brought back to its length (FFmpeg's atempo)."""
    graph = av.filter.Graph()
    steps = [
        graph.add_abuffer(format="flt", sample_rate=rate_hz, layout="mono"),
        graph.add("asetrate", str(round(rate_hz * LOWER_BY))),
        graph.add("aresample", str(rate_hz)),
        graph.add("atempo", f"{1 / LOWER_BY:.6f}"),
        graph.add("aformat", f"sample_fmts=flt:sample_rates={rate_hz}:channel_layouts=mono"),
        graph.add("abuffersink"),
    ]
    graph.link_nodes(*steps).configure()
    frame = av.AudioFrame.from_ndarray(samples[np.newaxis, :].astype(np.float32), "flt", "mono")
    frame.sample_rate = rate_hz
    graph.push(frame)
    graph.push(None)
    made = np.concatenate([np.zeros(0, np.float32), *_pulled(graph)])[: samples.size]
    return np.pad(made, (0, samples.size - made.size))


def _pulled(graph: av.filter.Graph) -> Iterator[Samples]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        yield frame.to_ndarray().reshape(-1).astype(np.float32)
