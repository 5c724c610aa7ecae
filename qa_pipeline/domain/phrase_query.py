"""Questions that only the recognizer can answer, and its answers."""

from dataclasses import dataclass

from qa_pipeline.domain.interval import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseQuery:
    """Was `phrase` said on this channel within this interval?

    `query_id` is the digest of (recording_id, audio_channel, interval, phrase,
    model digest).
    """

    query_id: str
    recording_id: str
    audio_channel: int
    interval: Interval
    phrase: str
    decoys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseAnswer:
    """Mean token log-probabilities: the phrase forced, the free decode, the decoys."""

    query_id: str
    forced_log_probability: float
    free_log_probability: float
    decoy_log_probability: float | None = None
