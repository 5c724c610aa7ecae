"""How a recording sounds: whether it can be measured, and each utterance's prosody."""

from collections.abc import Sequence

from qa_pipeline.acoustics.frames import ChannelAudio
from qa_pipeline.acoustics.prosody import prosody_of
from qa_pipeline.acoustics.quality import quality_of
from qa_pipeline.domain.audio_quality import AudioQuality
from qa_pipeline.domain.interval import Interval, union
from qa_pipeline.domain.prosody import Prosody
from qa_pipeline.domain.transcript import Transcript

__all__ = ["measure_acoustics"]


def measure_acoustics(
    channels: ChannelAudio,
    transcript: Transcript,
    speech: Sequence[Sequence[Interval]] | None = None,
) -> tuple[AudioQuality, tuple[Prosody, ...]]:
    """Quality of each channel, and pitch, loudness and rate of each judged utterance.

    `channels` is (channels, samples) at 16 kHz, float32 in -1..1 or int16.
    `speech` is the voice activity of each channel where it is known; else the
    utterances say when somebody spoke.
    """
    spoken = tuple(
        union(u.interval for u in transcript.judged_utterances if u.audio_channel == channel)
        if speech is None
        else tuple(speech[channel])
        for channel in range(channels.shape[0])
    )
    # A ready transcript without times says nothing about where to listen.
    if transcript.times_are_estimated:
        return quality_of(channels, tuple(() for _ in spoken)), ()
    return quality_of(channels, spoken), prosody_of(channels, transcript)
