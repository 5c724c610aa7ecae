"""Whether the sound is good enough to be judged."""

from dataclasses import dataclass
from enum import StrEnum


class QualityVerdict(StrEnum):
    MEASURABLE = "measurable"
    DEGRADED = "degraded"
    UNFIT = "unfit"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelQuality:
    """`snr_db` is None where the channel holds no speech or no pause."""

    audio_channel: int
    snr_db: float | None
    clipping_ratio: float
    bandwidth_hz: int
    is_silent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioQuality:
    channels: tuple[ChannelQuality, ...]
    verdict: QualityVerdict
    because: str | None = None
