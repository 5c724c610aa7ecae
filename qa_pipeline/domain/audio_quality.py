"""Whether the sound is good enough to be judged."""

from dataclasses import dataclass
from enum import StrEnum


class QualityVerdict(StrEnum):
    MEASURABLE = "measurable"
    DEGRADED = "degraded"
    UNFIT = "unfit"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelQuality:
    """What was measured of one channel.

    `snr_db` is None where the channel holds no speech or no pause. `clipping_ratio`
    is the share of flattened samples within the speech, `dropout_ratio` the share
    of the speech that was lost in gaps.
    """

    audio_channel: int
    snr_db: float | None
    clipping_ratio: float
    bandwidth_hz: int
    is_silent: bool
    dropout_ratio: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioQuality:
    channels: tuple[ChannelQuality, ...]
    verdict: QualityVerdict
    because: str | None = None
