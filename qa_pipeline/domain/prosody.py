"""How an utterance sounded, and what is usual for its agent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Prosody:
    """Raw values of one utterance; None where it could not be measured.

    Pitch is in semitones relative to 55 Hz (A1); `pitch_spread_st` is the
    distance of the 10th and 90th percentile of voiced frames. `loudness_db` is
    RMS relative to full scale over the speech frames.
    """

    utterance_id: str
    pitch_median_st: float | None
    pitch_spread_st: float | None
    loudness_db: float | None
    speech_rate_cpm: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentBaseline:
    """What is usual for an agent, frozen before the night.

    `medians` and `spreads` (1.4826 × MAD) are by Prosody field name.
    """

    baseline_id: str
    agent_id: str
    as_of_day: date
    n_calls: int
    medians: Mapping[str, float]
    spreads: Mapping[str, float]
