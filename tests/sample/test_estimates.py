"""From reviewed calls to all calls: what must hold exactly, and what intervals must cover."""

from itertools import combinations
from math import log

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qa_pipeline.domain.estimate import Estimate
from qa_pipeline.sample.estimates import Floats, Weights, estimate_share, tune, weigh_answers

SHARES = st.floats(0, 1, allow_nan=False)
ANSWERS = st.sampled_from([0.0, 0.5, 1.0])


def surveyed(
    probability: list[float], answered: list[int], days: list[int] | None = None
) -> Weights:
    """Weights of calls of which `answered` (places) were drawn and reviewed."""
    done = np.zeros(len(probability), dtype=bool)
    done[answered] = True
    day_of = np.array(days or [0] * len(probability))
    return weigh_answers(day_of, np.array(probability), done, done)


def drawn_at_random(n_calls: int, n: int) -> Weights:
    return surveyed([n / n_calls] * n_calls, list(range(n)))


@given(st.lists(st.tuples(ANSWERS, SHARES), min_size=5, max_size=7), SHARES)
def test_over_all_samples_of_one_size_the_estimates_average_to_the_truth(
    calls: list[tuple[float, float]], tuning: float
) -> None:
    answers, predicted = (np.array(column) for column in zip(*calls, strict=True))
    raw = []
    for chosen in combinations(range(len(calls)), 3):
        weights = surveyed([3 / len(calls)] * len(calls), list(chosen))
        part = weights.of_call / weights.of_call.sum()
        found = estimate_share(weights, predicted, answers, tuning=tuning)
        unclipped = part @ answers + tuning * (predicted.mean() - part @ predicted)
        assert found.share == pytest.approx(min(1.0, max(0.0, unclipped)), abs=1e-12)
        raw.append(unclipped)
    assert np.mean(raw) == pytest.approx(answers.mean(), abs=1e-12)


@given(
    st.lists(st.tuples(ANSWERS, st.floats(0.05, 0.95)), min_size=4, max_size=12),
    st.data(),
)
def test_perfect_predictions_leave_no_error_whatever_was_drawn(
    calls: list[tuple[float, float]], data: st.DataObject
) -> None:
    answers = np.array([y for y, _ in calls])
    chosen = data.draw(st.sets(st.integers(0, len(calls) - 1), min_size=1))
    weights = surveyed([p for _, p in calls], sorted(chosen))
    found = estimate_share(weights, answers, answers, tuning=1.0)
    assert found.share == pytest.approx(answers.mean())


@given(
    st.lists(st.tuples(ANSWERS, SHARES, st.floats(0.05, 0.95)), min_size=6, max_size=30),
    st.integers(0, 5),
)
def test_what_is_not_violated_is_the_complement(
    calls: list[tuple[float, float, float]], left_out: int
) -> None:
    answers, predicted, probability = (np.array(c) for c in zip(*calls, strict=True))
    weights = surveyed(list(probability), [i for i in range(len(calls)) if i != left_out])
    one = estimate_share(weights, predicted, answers, tuning=0.6)
    other = estimate_share(weights, 1 - predicted, 1 - answers, tuning=0.6)
    assume(0.03 < shares(one)[1] < 0.97)  # rare shares have their own interval
    assert shares(other) == pytest.approx([1 - s for s in shares(one)[::-1]], abs=1e-6)


def shares(estimate: Estimate) -> list[float]:
    """Lower bound, share, upper bound."""
    assert estimate.share is not None
    assert estimate.low is not None
    assert estimate.high is not None
    return [estimate.low, estimate.share, estimate.high]


@given(st.lists(st.tuples(ANSWERS, SHARES, st.floats(0.05, 1.0)), min_size=2, max_size=20))
def test_bounds_enclose_the_share_and_stay_within_0_and_1(
    calls: list[tuple[float, float, float]],
) -> None:
    answers, predicted, probability = (np.array(c) for c in zip(*calls, strict=True))
    weights = surveyed(list(probability), list(range(0, len(calls), 2)))
    low, share, high = shares(estimate_share(weights, predicted, answers))
    assert 0 <= low <= share <= high <= 1


def test_hearing_every_call_leaves_nothing_to_chance() -> None:
    answers = np.array([1.0, 0.0, 0.0, 1.0, 0.5])
    weights = surveyed([1.0] * 5, [0, 1, 2, 3, 4])
    found = estimate_share(weights, np.zeros(5), answers)
    assert shares(found) == pytest.approx([0.5, 0.5, 0.5])
    assert found.n_found == 2.5


def test_nothing_reviewed_is_no_estimate() -> None:
    found = estimate_share(surveyed([0.5, 0.5], []), np.zeros(2), np.zeros(2))
    assert (found.share, found.low, found.high, found.n_calls) == (None, None, None, 0)


def test_none_found_in_a_hundred_has_the_exact_poisson_bound() -> None:
    found = estimate_share(drawn_at_random(10**6, 100), np.zeros(10**6), np.zeros(10**6))
    assert shares(found) == pytest.approx([0, 0, -log(0.025) / 100], abs=1e-5)
    assert found.is_rare


def test_a_group_is_estimated_from_its_own_calls() -> None:
    answers = np.array([1.0, 0, 0, 0] * 100)
    weights = drawn_at_random(400, 40)
    group = np.arange(400) % 2 == 0
    found = estimate_share(weights, np.zeros(400), answers, inside=group, tuning=0.0)
    assert (found.n_calls, found.n_reviewed, found.share) == (200, 20, pytest.approx(0.5))
    assert found.is_small_sample


def test_tuning_is_never_worse_than_the_weighted_share_alone() -> None:
    """Over many draws, with useless, good and misleading predictions."""
    rng = np.random.default_rng(7)
    answers = (rng.random(4000) < 0.2).astype(float)
    for predicted in (rng.random(4000), 0.1 + 0.8 * answers, 1 - answers):
        alone, tuned = [], []
        for _ in range(150):
            weights = surveyed([0.05] * 4000, list(rng.choice(4000, 200, replace=False)))
            alone.append(shares(estimate_share(weights, predicted, answers, tuning=0.0))[1])
            tuned.append(shares(estimate_share(weights, predicted, answers))[1])
        assert np.std(tuned) <= 1.02 * np.std(alone)
        assert np.mean(tuned) == pytest.approx(answers.mean(), abs=4 * np.std(tuned) / 150**0.5)


@given(st.lists(st.tuples(ANSWERS, SHARES), min_size=30, max_size=60))
def test_the_tuned_weight_lies_between_0_and_1(pairs: list[tuple[float, float]]) -> None:
    answers, predicted = (np.array(column) for column in zip(*pairs, strict=True))
    assert 0 <= tune(np.full(len(pairs), 9.0), predicted, answers) <= 1
    assert tune(np.full(29, 9.0), predicted[:29], answers[:29]) == 0


@pytest.mark.parametrize("share", [0.01, 0.05, 0.3, 0.7])
def test_intervals_cover_with_small_unequal_samples(share: float) -> None:
    """Twenty-five calls of a team, some drawn three times as likely as others."""
    rng = np.random.default_rng(int(1000 * share))
    n_calls, covered = 2000, 0
    answers = (rng.random(n_calls) < share).astype(float)
    probability = np.where(rng.random(n_calls) < 0.3, 0.0225, 0.0075)
    for _ in range(300):
        drawn = rng.random(n_calls) < probability
        weights = weigh_answers(np.zeros(n_calls, dtype=int), probability, drawn, drawn)
        low, _, high = shares(estimate_share(weights, np.zeros(n_calls), answers))
        covered += low <= answers.mean() <= high
    assert covered / 300 >= 0.93


def test_unanswered_calls_are_stood_for_by_their_like() -> None:
    """Four likely calls (0.5) of which two were drawn, six unlikely ones (0.25)."""
    probability = np.array([0.5] * 4 + [0.25] * 8)
    days = np.zeros(12, dtype=int)
    drawn = np.isin(np.arange(12), [0, 1, 4, 5])
    every = weigh_answers(days, probability, drawn, drawn)
    assert every.of_call[drawn].tolist() == [2, 2, 4, 4]
    answered = np.isin(np.arange(12), [0, 4, 5])
    some = weigh_answers(days, probability, drawn, answered)
    assert some.of_call[answered].tolist() == [4, 4, 4]
    assert (every.gaps, some.gaps) == (0, 0)


def test_a_class_that_nobody_answered_is_counted_as_a_gap() -> None:
    probability = np.array([0.5] * 4 + [0.25] * 8)
    drawn = np.isin(np.arange(12), [0, 1, 4, 5])
    found = weigh_answers(np.zeros(12, dtype=int), probability, drawn, np.arange(12) == 0)
    assert (found.gaps, found.of_call[0]) == (1, 12)


def test_days_without_answers_are_not_spoken_of() -> None:
    days = np.array([0, 0, 1, 1, 1])
    drawn = np.array([True, False, True, False, False])
    found = weigh_answers(days, np.full(5, 0.4), drawn, drawn & (days == 0))
    assert found.covered.tolist() == [True, True, False, False, False]
    assert found.of_call.tolist() == [2, 0, 0, 0, 0]


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.floats(0.01, 1.0), st.booleans(), st.booleans()),
        min_size=1,
        max_size=40,
    )
)
def test_weights_sum_to_the_calls_of_the_covered_days(
    calls: list[tuple[int, float, bool, bool]],
) -> None:
    days, probability, drawn, answered = (np.array(c) for c in zip(*calls, strict=True))
    found = weigh_answers(days, probability, drawn, answered)
    assert found.of_call.sum() == pytest.approx(found.covered.sum())
    assert not found.of_call[~(drawn & answered)].any()


def test_answers_of_calls_that_were_not_drawn_do_not_count() -> None:
    answers: Floats = np.array([1.0, 1.0, 0.0, 0.0])
    drawn = np.array([False, False, True, True])
    weights = weigh_answers(np.zeros(4, dtype=int), np.full(4, 0.5), drawn, np.ones(4, dtype=bool))
    assert shares(estimate_share(weights, np.zeros(4), answers))[1] == 0
