"""Who said what, when."""

from dataclasses import dataclass

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    text: str
    interval: Interval
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One breath of one speaker.

    `utterance_id` is unique within its transcript ("u0001" in time order).
    `role` is UNKNOWN until `speakers` returns a new Transcript. `words` may be
    empty (a ready transcript has none). `confidence` is the mean word
    probability, 1.0 for a ready transcript. An utterance with
    `quarantined_because` is shown and never judged.
    """

    utterance_id: str
    audio_channel: int
    role: Role
    interval: Interval
    text: str
    words: tuple[Word, ...] = ()
    confidence: float = 1.0
    quarantined_because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What made a transcript; `digest` keys the stored work."""

    name: str
    version: str
    weights_hash: str
    settings_digest: str

    @property
    def digest(self) -> str:
        return ":".join((self.name, self.version, self.weights_hash[:16], self.settings_digest))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """Utterances in order of `interval.start_ms`.

    `times_are_estimated` is True for a ready transcript without times: its
    intervals then come from 220 ms a Han character, one utterance after the
    other, and no timing metric may be computed from them. `language` is an ISO
    639-1 code.
    """

    recording_id: str
    language: str
    utterances: tuple[Utterance, ...]
    engine: Engine
    times_are_estimated: bool = False

    @property
    def judged_utterances(self) -> tuple[Utterance, ...]:
        """The utterances that are not quarantined."""
        return tuple(u for u in self.utterances if u.quarantined_because is None)
