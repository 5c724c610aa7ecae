"""Utterances that are only the other speaker leaking into a channel."""

from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.text.normalize import normalize

_MIN_CHARS = 4
_MIN_SIMILARITY = 75.0
_MIN_SHARED_TIME = 0.5
_CLEAR_LOUDNESS_DB = 3.0


def echo_ids(utterances: Sequence[Utterance], loudness_db: Mapping[str, float]) -> frozenset[str]:
    """The copies among utterances heard on both channels at the same time.

    Two utterances of different channels that share at least half of the shorter
    one's time and most of its words are one utterance; the copy is the one that
    is clearly quieter (3 dB), else the less complete, else the agent's (what
    leaks into a headset is the customer). `loudness_db` is by utterance_id and
    may be empty.
    """
    copies: set[str] = set()
    ordered = sorted(utterances, key=lambda u: u.interval.start_ms)
    for i, left in enumerate(ordered):
        for right in ordered[i + 1 :]:
            if right.interval.start_ms >= left.interval.end_ms:
                break
            if left.audio_channel != right.audio_channel and _say_the_same(left, right):
                copies.add(_copy_of(left, right, loudness_db).utterance_id)
    return frozenset(copies)


def _say_the_same(left: Utterance, right: Utterance) -> bool:
    shorter_ms = min(left.interval.duration_ms, right.interval.duration_ms)
    if left.interval.overlap_ms(right.interval) < _MIN_SHARED_TIME * shorter_ms:
        return False
    texts = sorted((normalize(left.text), normalize(right.text)), key=len)
    if len(texts[0]) < _MIN_CHARS:
        return False
    return fuzz.partial_ratio(texts[0], texts[1]) >= _MIN_SIMILARITY


def _copy_of(left: Utterance, right: Utterance, loudness_db: Mapping[str, float]) -> Utterance:
    louder = loudness_db.get(left.utterance_id), loudness_db.get(right.utterance_id)
    if louder[0] is not None and louder[1] is not None:
        difference = louder[0] - louder[1]
        if abs(difference) >= _CLEAR_LOUDNESS_DB:
            return left if difference < 0 else right
    lengths = len(normalize(left.text)), len(normalize(right.text))
    if max(lengths) > 1.25 * min(lengths):
        return left if lengths[0] < lengths[1] else right
    return left if left.role is Role.AGENT else right
