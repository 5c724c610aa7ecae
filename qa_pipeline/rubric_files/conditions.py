"""Conditions: triggers, metadata of the call, a metric."""

from collections.abc import Mapping
from difflib import get_close_matches

from qa_pipeline.domain.metrics import METRIC_NAMES
from qa_pipeline.domain.rubric import Condition
from qa_pipeline.rubric_files.raw_models import Scalar, When
from qa_pipeline.rubric_files.reading import Reading
from qa_pipeline.rubric_files.shape import suggestion
from qa_pipeline.rubric_files.vocabulary import CALL_FIELDS, CLOSED_VALUES
from qa_pipeline.rubric_files.yaml_tree import Place

TRIGGER_KEYS = ("trigger", "unless_trigger")


def read_condition(
    when: When | None, place: Place, entry: str, reading: Reading
) -> Condition | None:
    """`applies_when: NAME` or `{trigger: NAME, business_type: 退款, …}` as a condition."""
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
    special = {key: rest.pop(key, None) for key in (*TRIGGER_KEYS, "metric", "min", "max")}
    names = {key: None if special[key] is None else str(special[key]) for key in TRIGGER_KEYS}
    for key, name in names.items():
        if name is not None:
            check_trigger(name, (*here, key), entry, reading)
    _check_figure(special, here, entry, reading)
    return Condition(
        trigger=names["trigger"],
        unless_trigger=names["unless_trigger"],
        metadata=read_metadata(rest, here, entry, reading),
        metric=None if special["metric"] is None else str(special["metric"]),
        minimum=_number(special["min"]),
        maximum=_number(special["max"]),
    )


def _check_figure(
    given: Mapping[str, Scalar | None], place: Place, entry: str, reading: Reading
) -> None:
    metric, low, high = given["metric"], given["min"], given["max"]
    for key in ("min", "max"):
        if given[key] is not None and _number(given[key]) is None:
            reading.error((*place, key), entry, f"{key!r} is no number", "write it without quotes")
    if metric is None and (low is not None or high is not None):
        reading.error(place, entry, "min and max of what?", "name a `metric`, or remove them")
    if metric is None:
        return
    if metric not in METRIC_NAMES:
        remedy = suggestion(str(metric), METRIC_NAMES)
        reading.error((*place, "metric"), entry, f"unknown metric {metric!r}", remedy)
    least, most = _number(low), _number(high)
    if low is None and high is None:
        reading.error(place, entry, "no limit is given", "add `min` and/or `max`")
    elif least is not None and most is not None and least > most:
        reading.error(place, entry, f"no value is ≥ {least:g} and ≤ {most:g}", "swap them")


def _number(value: Scalar | None) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


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
