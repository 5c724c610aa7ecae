"""Is a recording good enough to be judged? Levels, noise, clipping, bandwidth, dropouts.

Thresholds were chosen so that an ordinary 8 kHz telephone call is measurable,
and by what spoilt versions of two sample calls did to their transcripts
(tests/acoustics/test_spoilt_calls.py); a channel on which nobody speaks does not
count against its recording.
"""

import numpy as np
from scipy.signal import welch

from qa_pipeline.acoustics.damage import clipping_ratio, dropout_ratio
from qa_pipeline.acoustics.frames import (
    FRAME_MS,
    SAMPLE_RATE_HZ,
    ChannelAudio,
    Samples,
    decibels,
    frame_powers,
    stretch,
)
from qa_pipeline.domain.audio_quality import AudioQuality, ChannelQuality, QualityVerdict
from qa_pipeline.domain.interval import Interval, difference, union

SILENT_BELOW_DB = -60.0
DEGRADED_SNR_DB, UNFIT_SNR_DB = 10.0, 3.0
DEGRADED_CLIPPING, UNFIT_CLIPPING = 0.05, 0.25
DEGRADED_DROPOUTS, UNFIT_DROPOUTS = 0.03, 0.10
DEGRADED_BANDWIDTH_HZ, UNFIT_BANDWIDTH_HZ = 2000, 1000
MAX_SNR_DB = 60.0

_BAND_BELOW_PEAK_DB = 50.0
_GUARD_MS = 200
_FEWEST_FRAMES = 25
_LONGEST_LISTENED_MS = 120_000
_LONGEST_SPECTRUM_MS = 30_000
_BLOCK_MS = 60_000

_ORDER = (QualityVerdict.MEASURABLE, QualityVerdict.DEGRADED, QualityVerdict.UNFIT)


def quality_of(channels: ChannelAudio, speech: tuple[tuple[Interval, ...], ...]) -> AudioQuality:
    """Judge the sound of a recording, given where each channel holds speech."""
    if channels.shape[0] == 0 or channels.shape[1] == 0:
        return AudioQuality(channels=(), verdict=QualityVerdict.UNFIT, because="录音没有声音数据")
    measured = tuple(_channel(channels, c, speech[c]) for c in range(channels.shape[0]))
    if all(m.is_silent for m in measured):
        nothing = "所有声道都没有声音"
        return AudioQuality(channels=measured, verdict=QualityVerdict.UNFIT, because=nothing)
    judged = [_verdict(m) for m in measured if speech[m.audio_channel] and not m.is_silent]
    if not judged:
        return AudioQuality(channels=measured, verdict=QualityVerdict.MEASURABLE)
    verdict, because = max(judged, key=lambda pair: _ORDER.index(pair[0]))
    return AudioQuality(channels=measured, verdict=verdict, because=because)


def _channel(channels: ChannelAudio, channel: int, speech: tuple[Interval, ...]) -> ChannelQuality:
    whole = Interval(0, channels.shape[1] * 1000 // SAMPLE_RATE_HZ)
    spoken = _first(speech, _LONGEST_LISTENED_MS)
    pauses = difference((whole,), (i.padded(_GUARD_MS, _GUARD_MS) for i in speech))
    heard = _joined(channels, channel, spoken)
    quiet = _joined(channels, channel, _first(pauses, _LONGEST_LISTENED_MS))
    return ChannelQuality(
        audio_channel=channel,
        snr_db=_snr_db(frame_powers(heard), frame_powers(quiet)),
        clipping_ratio=clipping_ratio(heard),
        bandwidth_hz=_bandwidth_hz(heard if len(heard) else quiet),
        is_silent=_is_silent(channels, channel, whole),
        dropout_ratio=dropout_ratio(heard),
    )


def _verdict(channel: ChannelQuality) -> tuple[QualityVerdict, str | None]:
    name = f"声道{channel.audio_channel}"
    findings = (
        (channel.snr_db is not None and channel.snr_db < UNFIT_SNR_DB,
         channel.snr_db is not None and channel.snr_db < DEGRADED_SNR_DB,
         f"{name}信噪比仅 {channel.snr_db or 0.0:.0f} dB"),
        (channel.clipping_ratio > UNFIT_CLIPPING, channel.clipping_ratio > DEGRADED_CLIPPING,
         f"{name}削波失真 {channel.clipping_ratio:.1%}"),
        (channel.bandwidth_hz < UNFIT_BANDWIDTH_HZ, channel.bandwidth_hz < DEGRADED_BANDWIDTH_HZ,
         f"{name}带宽仅 {channel.bandwidth_hz} Hz"),
        (channel.dropout_ratio > UNFIT_DROPOUTS, channel.dropout_ratio > DEGRADED_DROPOUTS,
         f"{name}断续丢失 {channel.dropout_ratio:.1%}"),
    )  # fmt: skip
    for is_unfit, _, because in findings:
        if is_unfit:
            return QualityVerdict.UNFIT, because
    for _, is_degraded, because in findings:
        if is_degraded:
            return QualityVerdict.DEGRADED, because
    return QualityVerdict.MEASURABLE, None


def _snr_db(speech: Samples, pauses: Samples) -> float | None:
    if len(speech) < _FEWEST_FRAMES:
        return None
    if len(pauses) >= _FEWEST_FRAMES:
        noise = float(np.median(pauses))
    else:
        # Without a pause, the quietest moments within the speech are the noise.
        noise = float(np.percentile(speech, 5))
    ratio = float(speech.mean()) / max(noise, 1e-10) - 1.0
    return round(float(np.clip(decibels(ratio), -10.0, MAX_SNR_DB)), 1)


def _bandwidth_hz(samples: Samples) -> int:
    bounded = samples[: _LONGEST_SPECTRUM_MS * SAMPLE_RATE_HZ // 1000]
    if len(bounded) < 1024 or not np.any(bounded):
        return 0
    hertz, density = welch(bounded, SAMPLE_RATE_HZ, nperseg=512)
    level_db = decibels(np.convolve(density, np.ones(3) / 3, mode="same") * SAMPLE_RATE_HZ)
    audible = np.flatnonzero(level_db[1:] > level_db[1:].max() - _BAND_BELOW_PEAK_DB) + 1
    return int(hertz[audible[-1]])


def _is_silent(channels: ChannelAudio, channel: int, whole: Interval) -> bool:
    for start_ms in range(0, whole.end_ms, _BLOCK_MS):
        block = Interval(start_ms, min(whole.end_ms, start_ms + _BLOCK_MS))
        powers = frame_powers(stretch(channels, channel, block))
        if len(powers) and float(decibels(powers.max())) > SILENT_BELOW_DB:
            return False
    return True


def _first(intervals: tuple[Interval, ...], limit_ms: int) -> tuple[Interval, ...]:
    taken: list[Interval] = []
    left_ms = limit_ms
    for interval in union(intervals):
        if left_ms < FRAME_MS:
            break
        taken.append(Interval(interval.start_ms, min(interval.end_ms, interval.start_ms + left_ms)))
        left_ms -= taken[-1].duration_ms
    return tuple(taken)


def _joined(channels: ChannelAudio, channel: int, intervals: tuple[Interval, ...]) -> Samples:
    parts = [stretch(channels, channel, interval) for interval in intervals]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)
