"""prefect.yaml names flows that exist, with parameters that they take."""

import importlib
import inspect
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.flows import load_flow_from_entrypoint

ROOT = Path(__file__).parents[2]
DEPLOYMENTS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "prefect.yaml").read_text(encoding="utf-8")
)["deployments"]


def test_the_three_flows_are_deployed() -> None:
    assert [d["name"] for d in DEPLOYMENTS] == ["nightly", "weekly", "retention"]


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: str(d["name"]))
def test_a_deployment_fits_its_flow(
    deployment: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    flow: Any = load_flow_from_entrypoint(deployment["entrypoint"])
    assert flow.name == deployment["name"]
    inspect.signature(flow.fn).bind(**deployment["parameters"])
    (schedule,) = deployment["schedules"]
    assert schedule["timezone"] == "Asia/Shanghai"
    assert len(schedule["cron"].split()) == 5


def test_the_flow_takes_every_option_of_a_run() -> None:
    from qa_pipeline.batch.options import RunOptions

    nightly = importlib.import_module("flows.nightly").nightly
    taken = list(inspect.signature(nightly.fn).parameters)
    assert sorted(taken) == sorted(RunOptions.__dataclass_fields__)
