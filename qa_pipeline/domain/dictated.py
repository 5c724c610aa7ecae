"""A stretch of sound in which digits are dictated, whatever was written for it."""

from dataclasses import dataclass

from qa_pipeline.domain.interval import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictated:
    """Digits one after the other (幺三八零…) on one channel, told by their sound alone."""

    audio_channel: int
    interval: Interval
