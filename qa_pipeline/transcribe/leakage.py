"""Cross-talk: the same words on both channels, much quieter on one of them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from rapidfuzz import fuzz

from qa_pipeline.domain.interval import Interval, difference
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.text.normalize import normalize
from qa_pipeline.transcribe.audio import SAMPLES_PER_MS, AudioInput, Samples

MIN_DIFFERENCE_DB = 8.0
MIN_SHARED = 0.6
SAME_WORDS = 70.0
SAME_ENVELOPE = 0.85
_ENVELOPE_MS = 20
_FEWEST_CHARS = 4


LEAK = "串音"


def speech_without_leakage(
    speech: Sequence[tuple[Interval, ...]], utterances: Sequence[Utterance]
) -> tuple[tuple[Interval, ...], ...]:
    """Voice activity of each channel without the utterances that were only leakage."""

    def leaked(channel: int) -> tuple[Interval, ...]:
        own = [u for u in utterances if u.audio_channel == channel]
        leaks = [u.interval for u in own if (u.quarantined_because or "").startswith(LEAK)]
        return difference(leaks, (u.interval for u in own if u.quarantined_because is None))

    return tuple(difference(regions, leaked(c)) for c, regions in enumerate(speech))


def without_leakage(audio: AudioInput, utterances: Sequence[Utterance]) -> tuple[Utterance, ...]:
    """Quarantine each utterance that is a quieter copy of what the other channel holds."""
    if audio.n_channels < 2:
        return tuple(utterances)
    return tuple(_judged(audio, u, utterances) for u in utterances)


def _judged(audio: AudioInput, one: Utterance, all_of_them: Sequence[Utterance]) -> Utterance:
    if one.quarantined_because is not None or one.interval.duration_ms == 0:
        return one
    others = [
        other
        for other in all_of_them
        if other.audio_channel != one.audio_channel
        and other.quarantined_because is None
        and other.interval.overlap_ms(one.interval) > 0
    ]
    shared_ms = sum(other.interval.overlap_ms(one.interval) for other in others)
    if shared_ms < MIN_SHARED * one.interval.duration_ms:
        return one
    loudest = max(others, key=lambda other: other.interval.overlap_ms(one.interval))
    own = envelope_db(audio, one.audio_channel, one.interval)
    theirs = envelope_db(audio, loudest.audio_channel, one.interval)
    difference_db = _level(theirs) - _level(own)
    said_there = "".join(other.text for other in others)
    if difference_db >= MIN_DIFFERENCE_DB and _is_copy(one.text, said_there, own, theirs):
        return replace(
            one,
            quarantined_because=f"{LEAK}：与另一声道同时同内容，且低 {difference_db:.0f} dB",
        )
    return one


def _is_copy(text: str, said_there: str, own: Samples, theirs: Samples) -> bool:
    plain = normalize(text)
    if len(plain) >= _FEWEST_CHARS and (
        fuzz.partial_ratio(plain, normalize(said_there)) >= SAME_WORDS
    ):
        return True
    return _correlation(own, theirs) >= SAME_ENVELOPE


def envelope_db(audio: AudioInput, channel: int, interval: Interval) -> Samples:
    """Level of each 20 ms in dB relative to full scale."""
    samples = audio.samples(
        channel, interval.start_ms * SAMPLES_PER_MS, interval.end_ms * SAMPLES_PER_MS
    )
    step = _ENVELOPE_MS * SAMPLES_PER_MS
    frames = samples[: len(samples) // step * step].reshape(-1, step)
    power = np.square(frames).mean(axis=1) if len(frames) else np.full(1, 1e-12)
    return np.asarray(10 * np.log10(np.maximum(power, 1e-10)), dtype=np.float32)


def _level(envelope: Samples) -> float:
    return float(np.percentile(envelope, 90))


def _correlation(left: Samples, right: Samples) -> float:
    if len(left) < 10 or left.std() < 1e-3 or right.std() < 1e-3:
        return 0.0
    return float(np.corrcoef(left, right)[0, 1])
