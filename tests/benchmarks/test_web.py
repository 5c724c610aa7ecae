"""The benchmark of the review desk runs at a small size and its figures are its own."""

from pathlib import Path

import pytest

from benchmarks import web
from qa_pipeline.domain.call_search import BlindView, CallFilter
from qa_pipeline.store import open_store


def test_percentiles_are_of_the_nearest_rank() -> None:
    figures = web.figures_of([float(i) for i in range(100, -1, -1)])
    assert (figures.p50, figures.p95, figures.slowest) == (50.0, 95.0, 100.0)


@pytest.mark.parametrize(
    ("today", "audible", "expected"), [(149, 999, 0), (151, 999, 3), (1, 1001, 3)]
)
def test_a_missed_goal_is_an_exit_code(today: float, audible: float, expected: int) -> None:
    times = {"today": [today] * 20, "evidence audible": [audible] * 20, "search x": [9999.0]}
    assert web.report(times) == expected


@pytest.mark.slow
def test_fifty_inspectors_at_a_small_size(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--calls", "2000", "--rounds", "1", "--inspectors", "10", "--think", "0.5"]
    code = web.main([*arguments, "--workspace", str(tmp_path)])
    shown = capsys.readouterr().out
    assert code in (0, 3), "a busy machine may miss the goal, never fail"
    for page in ("today", "call", "search", "evidence audible"):
        assert f"  {page} " in shown
    with open_store(tmp_path) as store:
        assert store.check() == ()
        assert store.calls_to_index() == ()
        viewer = BlindView(inspector_id=None, sees_others=True)
        assert len(store.found_calls(CallFilter(), viewer, limit=30)) == 30
