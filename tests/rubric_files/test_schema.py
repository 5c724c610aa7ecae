"""The editors' schema says about shapes what the loader says."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from qa_pipeline.domain.metrics import METRIC_NAMES
from qa_pipeline.rubric_files.schema import rubric_schema
from tests.rubric_files.writing import GREETING, HEAD, criterion

FOLDER = Path(__file__).parents[2] / "rubrics"


def errors(document: Any) -> list[str]:
    return [e.message for e in Draft202012Validator(rubric_schema()).iter_errors(document)]


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yaml")), ids=lambda f: f.stem)
def test_the_shipped_rubrics_fit(file: Path) -> None:
    assert errors(yaml.safe_load(file.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "text",
    [
        HEAD + GREETING.replace("points", "poins"),
        (HEAD + GREETING).replace("version: 1\n", ""),
        criterion("criterion: a, points: 1, kind: metric, metric: no_such_metric, max: 1"),
        criterion("criterion: a, points: 1, kind: behaviour, behaviour: shouting"),
        criterion("criterion: a, points: 1, kind: guess"),
    ],
)
def test_what_the_loader_refuses_is_underlined(text: str) -> None:
    assert errors(yaml.safe_load(HEAD + GREETING)) == []
    assert errors(yaml.safe_load(text)) != []


def test_every_metric_is_offered() -> None:
    offered = rubric_schema()["$defs"]["RawMetric"]["properties"]["metric"]["enum"]
    assert offered == list(METRIC_NAMES)
