"""Coefficients of agreement: published values, a library's, and what must always hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from qa_pipeline.sample.agreement import Agreement, Bounded, Unit, agreement_of

PAIRS = st.lists(st.tuples(st.sampled_from("PFN"), st.sampled_from("PFN")), min_size=3, max_size=40)


def table(*cells: tuple[str, str, int]) -> list[Unit]:
    """Units of two raters from (first, second, how often)."""
    return [{"a": x, "b": y} for x, y, n in cells for _ in range(n)]


def values(found: Agreement) -> list[float | None]:
    return [b.value for b in (found.percent, found.kappa, found.ac1, found.alpha)]


def test_the_paradox_of_kappa() -> None:
    """Gwet 2008, Br. J. Math. Stat. Psychol. 61: 118, 5, 2 and 0 of 125 subjects."""
    found = agreement_of(table(("+", "+", 118), ("+", "-", 5), ("-", "+", 2)))
    assert values(found)[:3] == pytest.approx([0.944, -0.0234, 0.9408], abs=1e-4)


def test_cohens_textbook_table() -> None:
    found = agreement_of(table(("y", "y", 20), ("y", "n", 5), ("n", "y", 10), ("n", "n", 15)))
    assert values(found)[:2] == pytest.approx([0.7, 0.4])
    assert found.kappa.low is not None
    assert found.kappa.high is not None
    # The usual large-sample interval is 0.4 ± 1.96 · 0.1265.
    assert (found.kappa.low, found.kappa.high) == pytest.approx((0.152, 0.648), abs=0.05)


def test_four_raters_with_gaps() -> None:
    """Krippendorff 2011, section C: α = 0.743; AC1 = 0.775 on the same data (Gwet 2014)."""
    raters = {
        "A": "1 2 3 3 2 1 4 1 2 . . .",
        "B": "1 2 3 3 2 2 4 1 2 5 . 3",
        "C": ". 3 3 3 2 3 4 2 2 5 1 .",
        "D": "1 2 3 3 2 4 4 1 2 5 1 .",
    }
    columns = zip(*(given.split() for given in raters.values()), strict=True)
    units = [{r: c for r, c in zip(raters, column, strict=True) if c != "."} for column in columns]
    found = agreement_of(units)
    assert found.n == 11
    assert found.percent.value == pytest.approx(0.81818, abs=1e-5)
    assert found.ac1.value == pytest.approx(0.77544, abs=1e-5)
    assert found.alpha.value == pytest.approx(0.74342, abs=1e-5)


@given(PAIRS)
def test_with_two_raters_kappa_is_cohens(pairs: list[tuple[str, str]]) -> None:
    found = agreement_of([{"a": x, "b": y} for x, y in pairs]).kappa.value
    first, second = zip(*pairs, strict=True)
    if found is None:
        assert len({*first, *second}) == 1
    else:
        assert found == pytest.approx(cohen_kappa_score(first, second))


@given(PAIRS)
def test_bounds_enclose_and_names_do_not_matter(pairs: list[tuple[str, str]]) -> None:
    found = agreement_of([{"a": x, "b": y} for x, y in pairs])
    renamed = agreement_of([{"z": f"{x}1", "y": f"{y}1"} for x, y in pairs])
    assert values(renamed) == pytest.approx(values(found))
    for bounded in (found.percent, found.ac1):
        low, value, high = bounds(bounded)
        assert low <= value + 1e-9
        assert value <= high + 1e-9


def bounds(found: Bounded) -> tuple[float, float, float]:
    assert found.low is not None
    assert found.value is not None
    assert found.high is not None
    return found.low, found.value, found.high


def test_full_agreement_on_a_few_calls_is_no_proof() -> None:
    found = agreement_of(table(("P", "P", 4), ("F", "F", 2)))
    assert values(found) == [1, 1, 1, 1]
    low, _, high = bounds(found.kappa)
    assert 0 < low < 0.5
    assert high == 1
    assert found.is_small_sample


def test_one_category_alone_tells_nothing_beyond_chance() -> None:
    found = agreement_of(table(("P", "P", 40)))
    assert values(found) == [1, None, 1, None]


def test_without_double_scored_calls_there_is_no_agreement() -> None:
    assert agreement_of([{"a": "P"}]).n == agreement_of([]).n == 0
    assert values(agreement_of([{"a": "P"}])) == [None] * 4


def test_the_interval_is_the_same_every_time() -> None:
    units = table(("P", "P", 9), ("P", "F", 3), ("F", "F", 2))
    assert agreement_of(units) == agreement_of(units[::-1])
