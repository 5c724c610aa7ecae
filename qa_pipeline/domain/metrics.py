"""What can be counted in a conversation."""

from dataclasses import dataclass, fields

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A maximal run of one role's utterances (DESIGN section 5)."""

    role: Role
    interval: Interval
    utterance_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """One role takes the floor from the other; `interval` is the overlap."""

    by: Role
    interval: Interval
    utterance_id: str
    interrupted_utterance_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Both silent for longer than 3 s, outside holds.

    `excused_ms` is how much of it an announcement excuses; `announced_by` is the
    utterance that announced it.
    """

    interval: Interval
    excused_ms: int = 0
    announced_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Monologue:
    """A stretch in which the agent kept the floor."""

    interval: Interval
    utterance_ids: tuple[str, ...]
    ignored_bid_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationMetrics:
    """Figures of one call; None means "cannot be measured" and why is in `unmeasured`.

    Rubrics name these fields (`kind: metric, metric: dead_air_ms`). The last
    group holds the events that the figures were counted from: `question_run_ids`
    are the utterances of the longest run of questions, `repeated_ids` those that
    say something for the third time.
    """

    duration_ms: int
    no_conversation: bool
    agent_speech_ms: int | None = None
    customer_speech_ms: int | None = None
    crosstalk_ms: int | None = None
    non_speech_ms: int | None = None
    non_talk_ms: int | None = None
    non_talk_over_5s_ms: int | None = None
    excused_silence_ms: int | None = None
    hold_ms: int | None = None
    dead_air_ms: int | None = None
    agent_interruptions: int | None = None
    customer_interruptions: int | None = None
    agent_overlap_ratio: float | None = None
    agent_talk_ratio: float | None = None
    longest_monologue_ms: int | None = None
    ignored_bids: int | None = None
    response_latency_median_ms: int | None = None
    response_latency_p90_ms: int | None = None
    speech_rate_cpm: float | None = None
    pitch_spread_st: float | None = None
    loudness_rise_db: float | None = None
    pitch_rise_st: float | None = None
    question_rate: float | None = None
    consecutive_questions: int | None = None
    agent_repetitions: int | None = None
    customer_repetitions: int | None = None
    ring_ms: int | None = None
    hang_up_by: Role | None = None
    agent_turns: int | None = None
    customer_turns: int | None = None

    turns: tuple[Turn, ...] = ()
    interruptions: tuple[Interruption, ...] = ()
    silences: tuple[Silence, ...] = ()
    monologues: tuple[Monologue, ...] = ()
    dead_air_intervals: tuple[Interval, ...] = ()
    question_run_ids: tuple[str, ...] = ()
    repeated_ids: tuple[str, ...] = ()
    unmeasured: tuple[tuple[str, str], ...] = ()
    measured_by: str = ""

    def why_unmeasured(self, metric: str) -> str | None:
        return dict(self.unmeasured).get(metric)


_EVENTS = {
    "turns",
    "interruptions",
    "silences",
    "monologues",
    "dead_air_intervals",
    "question_run_ids",
    "repeated_ids",
    "unmeasured",
    "measured_by",
}
_NOT_NUMBERS = {"hang_up_by", "no_conversation"}

METRIC_NAMES: tuple[str, ...] = tuple(
    f.name for f in fields(ConversationMetrics) if f.name not in _EVENTS | _NOT_NUMBERS
)
"""The numeric fields that a rubric may put a limit on."""
