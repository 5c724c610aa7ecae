"""The shape of a rubric file, as it is written (DESIGN section 6).

The only place where keys are named; a JSON Schema for editors can be generated
from it. What needs the whole file (ids, triggers, phrases) is checked in `freeze`.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from qa_pipeline.domain.metrics import METRIC_NAMES


class _Raw(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Text = Annotated[str, Field(min_length=1)]
Points = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
PositiveMs = Annotated[int, Field(gt=0)]
Phrases = Annotated[list[Text], Field(min_length=1)]
SpeakingRole = Literal["agent", "customer"]
Scalar = str | int | float | bool
When = str | dict[str, Scalar]
"""A trigger's name, or `trigger`, `unless_trigger`, `metric` with `min`/`max`, metadata fields."""


class RawWindow(_Raw):
    within_first_ms: PositiveMs | None = None
    within_last_ms: PositiveMs | None = None
    after: Id | None = None
    before: Id | None = None
    within_ms: PositiveMs | None = None
    within_turns: Annotated[int, Field(gt=0)] | None = None


class RawStep(_Raw):
    any_of: Phrases
    optional: bool = False


class RawTrigger(_Raw):
    role: SpeakingRole
    any_of: Phrases | None = None
    phrases: Id | None = None
    unless: list[Text] = []
    taught: Id | None = None


class RawBand(_Raw):
    max: Number | None = None
    share: Share


class RawCriterion(_Raw):
    """The keys that every kind has."""

    criterion: Id
    title: Text | None = None
    points: Points
    bonus: bool = False
    critical: bool = False
    auto_fail: Literal["section", "call"] | None = None
    applies_when: When | None = None


class _RawSpoken(RawCriterion):
    role: SpeakingRole = "agent"
    where: RawWindow | None = None
    unless: list[Text] = []
    strictness: Literal["strict", "standard", "lenient"] = "standard"
    said: list[Text] = []
    not_said: list[Text] = []
    taught: Id | None = None


class RawScript(_RawSpoken):
    """`phrases` names a list whose `any_of` is the script's first step."""

    kind: Literal["script"]
    phrases: Id | None = None
    steps: Annotated[list[RawStep], Field(min_length=1)] | None = None


class RawForbidden(_RawSpoken):
    kind: Literal["forbidden"]
    phrases: Id | None = None
    any_of: Phrases | None = None


class RawBehaviour(RawCriterion):
    kind: Literal["behaviour"]
    behaviour: Text
    when_provoked: Literal["full", "half", "excused"] = "full"


class RawMetric(RawCriterion):
    kind: Literal["metric"]
    metric: Annotated[str, Field(json_schema_extra={"enum": list(METRIC_NAMES)})]
    min: Number | None = None
    max: Number | None = None
    bands: Annotated[list[RawBand], Field(min_length=1)] | None = None


class RawManual(RawCriterion):
    """`listen_for` are phrases that lead the inspector to the places worth hearing."""

    kind: Literal["manual"]
    guidance: Text | None = None
    role: SpeakingRole = "agent"
    listen_for: list[Text] = []


KINDS: dict[str, type[RawCriterion]] = {
    "script": RawScript,
    "forbidden": RawForbidden,
    "behaviour": RawBehaviour,
    "metric": RawMetric,
    "manual": RawManual,
}


class RawSection(_Raw):
    section: Id
    title: Text | None = None
    applies_when: When | None = None
    criteria: Annotated[list[Any], Field(min_length=1)]


class RawRubric(_Raw):
    rubric: Id
    version: Annotated[int, Field(ge=1)]
    title: Text | None = None
    pass_percent: Annotated[float, Field(ge=0, le=100)] = 85.0
    applies_to: dict[str, Scalar] = {}
    triggers: dict[str, Any] = {}
    sections: Annotated[list[Any], Field(min_length=1)]


class RawPhraseList(_Raw):
    """A file in `rubrics/phrases/`."""

    phrases: Id
    title: Text | None = None
    any_of: Phrases
    unless: list[Text] = []
    said: list[Text] = []
    not_said: list[Text] = []
    taught: Id | None = None
