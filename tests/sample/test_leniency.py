"""Bias against the other reviewers, week by week, and gold calls."""

from datetime import date, timedelta

import pytest

from qa_pipeline.sample.leniency import Leniency, Voice, gold_result, leniency_of

MONDAY = date(2026, 3, 2)


def voices(
    inspector_id: str, found: float, others: float, *, calls: int, week: int = 0, alike: int = 0
) -> list[Voice]:
    """`calls` calls with one item each, after `alike` calls on which all agreed."""
    day = MONDAY + timedelta(weeks=week, days=2)
    words = [(1.0, 1.0)] * alike + [(found, others)] * calls
    return [
        Voice(inspector_id=inspector_id, call_id=f"{week}-{i}", day=day, found=f, others=o)
        for i, (f, o) in enumerate(words)
    ]


def of(lines: tuple[Leniency, ...], week: date | None) -> Leniency:
    return next(x for x in lines if x.week == week)


def test_who_finds_fewer_is_lenient() -> None:
    lines = leniency_of(voices("i1", 0, 1, calls=20, alike=20))
    everything = of(lines, None)
    assert everything.bias.value == pytest.approx(-0.5)
    assert everything.stands_out
    assert (everything.n_calls, everything.n_items) == (40, 40)


def test_drift_shows_week_by_week() -> None:
    lines = leniency_of(
        [
            *voices("i1", 0, 0, calls=30),
            *voices("i1", 1, 0, calls=15, alike=15, week=1),
        ]
    )
    first, second = of(lines, MONDAY), of(lines, MONDAY + timedelta(weeks=1))
    assert not first.stands_out
    assert second.stands_out
    assert second.bias.value == pytest.approx(0.5)
    assert of(lines, None).bias.value == pytest.approx(0.25)


def test_items_of_one_call_are_one_piece_of_evidence() -> None:
    day = MONDAY
    same_call = [
        Voice(inspector_id="i1", call_id="one", day=day, found=1, others=0) for _ in range(50)
    ]
    line = of(leniency_of(same_call), None)
    assert (line.n_calls, line.n_items, line.stands_out) == (1, 50, False)


def test_no_difference_on_a_few_calls_is_no_proof() -> None:
    line = of(leniency_of(voices("i1", 0, 0, calls=5)), None)
    assert line.bias.value == 0
    assert line.bias.high == pytest.approx(0.4345, abs=1e-3)  # Wilson's bound of 0 of 5
    assert line.bias.low == -line.bias.high


def test_gold_answers_are_a_share_with_its_interval() -> None:
    found = gold_result("i1", ["a", "a", "b"], 9, 10)
    assert (found.n_calls, found.share.value) == (2, 0.9)
    assert found.share.low == pytest.approx(0.5958, abs=1e-3)
    assert gold_result("i1", [], 0, 0).share.value is None
