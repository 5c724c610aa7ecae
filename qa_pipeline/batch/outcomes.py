"""What became of each recording, as values that a flow can count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class OutcomeKind(StrEnum):
    EVALUATED = "evaluated"
    ALREADY_DONE = "already_done"
    NOT_READABLE = "not_readable"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingOutcome:
    """One recording's end: judged, already judged, or not readable with its reason."""

    recording: str
    path: str
    kind: OutcomeKind
    call_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupResult:
    """What one task run did; `stage_seconds` are wall seconds by stage name.

    `warnings` are lines for people about recordings that were evaluated (cut off,
    damaged in places). Results add up.
    """

    outcomes: tuple[RecordingOutcome, ...] = ()
    stage_seconds: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def __add__(self, other: "GroupResult") -> "GroupResult":
        seconds = dict(self.stage_seconds)
        for stage, more in other.stage_seconds.items():
            seconds[stage] = seconds.get(stage, 0.0) + more
        return GroupResult(
            outcomes=self.outcomes + other.outcomes,
            stage_seconds=seconds,
            warnings=self.warnings + other.warnings,
        )


STAGES = (
    "decode",
    "vad",
    "transcribe",
    "align",
    "speakers",
    "acoustics",
    "embed",
    "evaluate",
    "save",
    "model_load",
)


def add_seconds(parts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Stage seconds summed over task runs; every stage present, 0.0 when idle."""
    sums = dict.fromkeys(STAGES, 0.0)
    for part in parts:
        for stage, seconds in part.items():
            sums[stage] = sums.get(stage, 0.0) + seconds
    return {stage: round(seconds, 3) for stage, seconds in sums.items()}


def of_kind(
    outcomes: Iterable[RecordingOutcome], kind: OutcomeKind
) -> tuple[RecordingOutcome, ...]:
    return tuple(o for o in outcomes if o.kind is kind)
