"""Margins of weighted counts: the exact Poisson interval where all pieces are alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.sample.intervals import Margins, margins_of_difference, margins_of_sum


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (3, 0.619, 8.767), (10, 4.795, 18.390)],
)
def test_alike_pieces_have_garwoods_interval(count: int, low: float, high: float) -> None:
    found = margins_of_sum(np.ones(count), 1.0, exact=True)
    assert (count - found.below, count + found.above) == pytest.approx((low, high), abs=1e-3)


@given(st.lists(st.floats(0.01, 1.0), max_size=12))
def test_mid_p_is_narrower_than_exact(pieces: list[float]) -> None:
    exact = margins_of_sum(np.array(pieces), 1.0, exact=True)
    mid = margins_of_sum(np.array(pieces), 1.0, exact=False)
    assert 0 <= mid.below <= exact.below + 1e-6 <= sum(pieces) + 2e-6
    assert 0 < mid.above <= exact.above + 1e-6


@given(st.lists(st.floats(0.01, 1.0), max_size=12), st.floats(0.1, 50))
def test_margins_are_in_the_unit_of_the_pieces(pieces: list[float], unit: float) -> None:
    one = margins_of_sum(np.array(pieces), 1.0, exact=False)
    other = margins_of_sum(unit * np.array(pieces), unit, exact=False)
    assert (other.below, other.above) == pytest.approx(
        (unit * one.below, unit * one.above), rel=1e-4, abs=1e-6
    )


def test_a_difference_is_pulled_by_what_pulls_that_way() -> None:
    plus, minus = Margins(below=3, above=6), Margins(below=8, above=4)
    assert margins_of_difference(plus, minus) == Margins(below=5, above=10)


def test_where_no_piece_can_be_missing_there_is_no_margin() -> None:
    assert margins_of_sum(np.empty(0), 0.0, exact=True) == Margins(below=0, above=0)
