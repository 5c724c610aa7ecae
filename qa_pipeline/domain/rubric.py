"""The centre's own rules, as `rubric_files` loads them (DESIGN section 6)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.taught import Taught


class CriterionKind(StrEnum):
    SCRIPT = "script"  # must be said
    FORBIDDEN = "forbidden"  # must not be said
    BEHAVIOUR = "behaviour"
    METRIC = "metric"
    MANUAL = "manual"  # only a human answers


class AutoFail(StrEnum):
    SECTION = "section"
    CALL = "call"


class WhenProvoked(StrEnum):
    FULL = "full"
    HALF = "half"
    EXCUSED = "excused"


class Strictness(StrEnum):
    STRICT = "strict"
    STANDARD = "standard"
    LENIENT = "lenient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Where a phrase has to stand; every given bound must hold.

    `after` and `before` name a trigger; `within_ms` and `within_turns` limit the
    distance from it.
    """

    within_first_ms: int | None = None
    within_last_ms: int | None = None
    after: str | None = None
    before: str | None = None
    within_ms: int | None = None
    within_turns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of `any_of` has to be said; an optional step never fails a script."""

    any_of: tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A named situation: `role` said one of `any_of`, or what was taught."""

    name: str
    role: Role
    any_of: tuple[str, ...]
    unless: tuple[str, ...] = ()
    taught: Taught | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """When a section or criterion applies; everything that is given must hold.

    `trigger` fired, `unless_trigger` did not, `metadata` equal, `metric` within
    `minimum` and `maximum` (a long silence, for example).
    """

    trigger: str | None = None
    unless_trigger: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    metric: str | None = None
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A metric value up to `max` (inclusive; None = no bound) earns `share` of the points."""

    max: float | None
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One line of the form; which fields are set depends on `kind`.

    script: role, steps, where, unless, strictness, said, not_said, taught.
    forbidden: role, any_of, unless, where, said, not_said, taught.
    behaviour: behaviour, when_provoked. metric: metric with minimum, maximum or
    bands. manual: guidance, and role with `listen_for`, phrases that lead the
    inspector to places worth hearing. `criterion_id` is stable across rewording.
    """

    criterion_id: str
    title: str
    points: float
    kind: CriterionKind
    role: Role = Role.AGENT
    where: Window | None = None
    steps: tuple[Step, ...] = ()
    any_of: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    strictness: Strictness = Strictness.STANDARD
    said: tuple[str, ...] = ()
    not_said: tuple[str, ...] = ()
    taught: Taught | None = None
    behaviour: str | None = None
    when_provoked: WhenProvoked = WhenProvoked.FULL
    metric: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    bands: tuple[Band, ...] = ()
    guidance: str | None = None
    listen_for: tuple[str, ...] = ()
    bonus: bool = False
    critical: bool = False
    auto_fail: AutoFail | None = None
    applies_when: Condition | None = None

    @property
    def detector_id(self) -> str | None:
        """The id of the detector that answers it, None for `manual`."""
        if self.kind is CriterionKind.MANUAL:
            return None
        if self.kind is CriterionKind.BEHAVIOUR:
            return f"behaviour:{self.behaviour}"
        return f"{self.kind.value}:{self.criterion_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    section_id: str
    title: str
    criteria: tuple[Criterion, ...]
    applies_when: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """A whole form. `digest` is the SHA-256 of its canonical resolved content.

    `source_text` is the YAML as it was read, kept with every score that cites it.
    """

    rubric_id: str
    version: int
    title: str
    pass_percent: float
    sections: tuple[Section, ...]
    applies_to: Mapping[str, str] = field(default_factory=dict)
    triggers: tuple[Trigger, ...] = ()
    digest: str = ""
    source_text: str = ""

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return tuple(c for section in self.sections for c in section.criteria)

    def walk(self) -> Iterator[tuple[Section, Criterion]]:
        for section in self.sections:
            for criterion in section.criteria:
                yield section, criterion

    def trigger(self, name: str) -> Trigger:
        return next(t for t in self.triggers if t.name == name)
