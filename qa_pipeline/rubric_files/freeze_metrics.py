"""Limits and bands of a metric criterion."""

from dataclasses import replace
from itertools import pairwise

from qa_pipeline.domain.metrics import METRIC_NAMES
from qa_pipeline.domain.rubric import Band, Criterion, CriterionKind
from qa_pipeline.rubric_files.raw_models import RawBand, RawMetric
from qa_pipeline.rubric_files.reading import Reading
from qa_pipeline.rubric_files.shape import suggestion
from qa_pipeline.rubric_files.yaml_tree import Place


def read_metric(
    common: Criterion, item: RawMetric, place: Place, entry: str, reading: Reading
) -> Criterion:
    """The criterion with its metric and its limits, or its bands."""
    if item.metric not in METRIC_NAMES:
        reason = f"unknown metric {item.metric!r}"
        reading.error((*place, "metric"), entry, reason, suggestion(item.metric, METRIC_NAMES))
    limited = item.min is not None or item.max is not None
    if limited == (item.bands is not None):
        reading.error(
            place,
            entry,
            "limits and bands together" if limited else "no limit is given",
            "write `min` and/or `max`, or `bands`",
        )
    if item.min is not None and item.max is not None and item.min > item.max:
        reading.error(
            (*place, "min"), entry, f"no value is ≥ {item.min:g} and ≤ {item.max:g}", "swap them"
        )
    _check_bands(item.bands or [], (*place, "bands"), entry, reading)
    return replace(
        common,
        kind=CriterionKind.METRIC,
        metric=item.metric,
        minimum=item.min,
        maximum=item.max,
        bands=tuple(Band(max=band.max, share=band.share) for band in item.bands or []),
    )


def _check_bands(bands: list[RawBand], place: Place, entry: str, reading: Reading) -> None:
    for position, (band, following) in enumerate(pairwise(bands)):
        here = (*place, position)
        if band.max is None:
            reading.error(
                here, entry, f"band {position + 1} has no max but is not the last", "give its max"
            )
        elif following.max is not None and following.max <= band.max:
            reading.error(
                (*place, position + 1),
                entry,
                f"the bands are not in rising order ({following.max:g} after {band.max:g})",
                "sort them by max; the last may have none",
            )
    if bands and all(band.share == 0 for band in bands):
        reading.error(place, entry, "no band earns a point", "give one of them a share above 0")
