"""Conditions: a trigger, metadata of the call, or both."""

from collections.abc import Mapping
from difflib import get_close_matches

from qa_pipeline.domain.rubric import Condition
from qa_pipeline.rubric_files.raw_models import Scalar, When
from qa_pipeline.rubric_files.reading import Reading
from qa_pipeline.rubric_files.shape import suggestion
from qa_pipeline.rubric_files.vocabulary import CALL_FIELDS, CLOSED_VALUES
from qa_pipeline.rubric_files.yaml_tree import Place


def read_condition(
    when: When | None, place: Place, entry: str, reading: Reading
) -> Condition | None:
    """`applies_when: NAME` or `{trigger: NAME, business_type: 退款}` as a condition."""
    if when is None:
        return None
    here = (*place, "applies_when")
    if isinstance(when, str):
        check_trigger(when, here, entry, reading)
        return Condition(trigger=when)
    if not when:
        reading.error(here, entry, "an empty condition", "name a trigger or a field, or remove it")
        return None
    rest = dict(when)
    trigger = rest.pop("trigger", None)
    if trigger is not None:
        check_trigger(str(trigger), (*here, "trigger"), entry, reading)
    metadata = read_metadata(rest, here, entry, reading)
    return Condition(trigger=None if trigger is None else str(trigger), metadata=metadata)


def check_trigger(name: str, place: Place, entry: str, reading: Reading) -> None:
    """Notes a trigger that the file does not define."""
    if name in reading.triggers:
        return
    known = tuple(sorted(reading.triggers))
    remedy = suggestion(name, known) if known else "define it under `triggers:`"
    reading.error(place, entry, f"unknown trigger {name!r}", remedy)


def read_metadata(
    values: Mapping[str, Scalar], place: Place, entry: str, reading: Reading
) -> Mapping[str, str]:
    """Wanted values by field; a name that is no field of a call is an extra column."""
    for name, value in values.items():
        here = (*place, name)
        if name not in CALL_FIELDS and get_close_matches(name, CALL_FIELDS, n=1, cutoff=0.8):
            reading.error(here, entry, f"unknown field {name!r}", suggestion(name, CALL_FIELDS))
        allowed = CLOSED_VALUES.get(name)
        if allowed and value not in allowed:
            reading.error(
                here, entry, f"{name} is never {value!r}", f"use one of: {', '.join(allowed)}"
            )
    return {name: _text(value) for name, value in sorted(values.items())}


def _text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
