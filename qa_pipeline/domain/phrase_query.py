"""Questions that only the recognizer can answer, and its answers."""

import hashlib
from dataclasses import dataclass

from qa_pipeline.domain.interval import Interval

QUERY_VERSION = "1"
"""Part of every query_id: raise it when the same question would be answered otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseQuery:
    """Was `phrase` said on this channel within this interval, where `heard` was written?

    `query_id` is `query_id_of` its recording, channel, interval, phrase and engine.
    `regions` are the sorted, disjoint stretches of the channel to listen to, the
    interval among them; `before` is what was written of them ahead of `heard`.
    `decoys` are phrases of the same length that were surely not said there.
    """

    query_id: str
    recording_id: str
    audio_channel: int
    interval: Interval
    phrase: str
    decoys: tuple[str, ...] = ()
    regions: tuple[Interval, ...] = ()
    before: str = ""
    heard: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseAnswer:
    """Mean token log-probabilities: the phrase forced, the free decode, the best decoy.

    `weakest_log_probability` is the mean of the forced phrase's two least likely tokens:
    one syllable that was surely not said betrays a phrase that is otherwise near.
    """

    query_id: str
    forced_log_probability: float
    free_log_probability: float
    weakest_log_probability: float
    decoy_log_probability: float | None = None


def query_id_of(
    recording_id: str, audio_channel: int, interval: Interval, phrase: str, engine_digest: str
) -> str:
    """The digest under which an answer is kept and found again."""
    parts = (
        QUERY_VERSION, recording_id, audio_channel, interval.start_ms, interval.end_ms, phrase,
        engine_digest,
    )  # fmt: skip
    return hashlib.sha256(repr(parts).encode()).hexdigest()
