"""How the speakers of a recording were told apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval


class SplitMethod(StrEnum):
    CHANNELS = "channels"
    DIARIZED = "diarized"
    GIVEN = "given"  # a ready transcript that named the roles itself
    UNDIVIDED = "undivided"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerSplit:
    """When each role was speaking, and how sure we are who is who.

    `speech` holds sorted disjoint intervals for each role that was found.
    `role_confidence` is the probability that agent and customer are not swapped;
    0.0 when undivided. `undivided_because` says why roles are unknown.
    `note` is what an inspector should know of a split that was made all the same:
    the words of a channel contradict the metadata, for example.
    """

    method: SplitMethod
    role_confidence: float
    speech: Mapping[Role, tuple[Interval, ...]]
    undivided_because: str | None = None
    note: str | None = None

    @property
    def overlap_is_measurable(self) -> bool:
        """Only separate channels (or given times) show who spoke at the same time."""
        return self.method in (SplitMethod.CHANNELS, SplitMethod.GIVEN)
