from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.sample.mean_score import mean_score, mean_scores, share_interval

MONDAY = date(2026, 3, 2)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30))
def test_the_interval_holds_the_mean_and_stays_a_percent(values: list[float]) -> None:
    (found,) = mean_scores({MONDAY: values}).values()
    assert found.n == len(values)
    assert 0.0 <= found.low <= found.mean + 1e-9
    assert found.mean - 1e-9 <= found.high <= 100.0


def test_few_calls_are_no_certainty() -> None:
    widths = []
    for n in (1, 2, 5, 50):
        score = mean_score(n, 60.0, 0.0, n - 1)
        widths.append(score.high - score.low)
    assert widths[0] == 100.0, "one call says next to nothing"
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] > 0


def test_weeks_share_what_is_known_of_the_spread() -> None:
    steady = {MONDAY + timedelta(weeks=i): [80.0, 82.0, 78.0, 81.0] for i in range(8)}
    alone = mean_scores({MONDAY: steady[MONDAY]})[MONDAY]
    among = mean_scores(steady)[MONDAY]
    assert among.high - among.low < alone.high - alone.low


@pytest.mark.parametrize("n", [3, 10, 40])
def test_the_interval_covers_the_truth_as_often_as_it_says(n: int) -> None:
    rng = np.random.default_rng(7)
    scores = 100 * rng.beta(8, 2, size=(2000, n))
    hits = 0
    for row in scores:
        (found,) = mean_scores({MONDAY: [float(v) for v in row]}).values()
        hits += found.low <= 80.0 <= found.high
    assert hits / len(scores) >= 0.93


def test_a_share_of_nothing_is_anything() -> None:
    assert share_interval(0, 0) == (0.0, 1.0)
    low, high = share_interval(2, 10)
    assert (round(low, 3), round(high, 3)) == (0.057, 0.510)
