"""Expected review times: shipped figures, refit, own pace."""

from random import Random

import pytest

from qa_pipeline.domain.sampling import LoggedReview, ReviewLoad
from qa_pipeline.sample.review_time import SHIPPED, fitted_times


def logged(
    n: int, *, open_ms: int, heard: float, pace: dict[str, float], seed: int = 0
) -> list[LoggedReview]:
    random = Random(seed)
    people = sorted(pace)
    reviews = []
    for i in range(n):
        load = ReviewLoad(
            heard_ms=random.randrange(0, 200_000),
            rest_ms=random.randrange(0, 300_000),
            n_spans=random.randrange(0, 8),
        )
        usual = open_ms + heard * load.heard_ms + 0.35 * load.rest_ms + 6000 * load.n_spans
        spent = usual * pace[people[i % len(people)]] * random.lognormvariate(0, 0.2)
        reviews.append(
            LoggedReview(inspector_id=people[i % len(people)], load=load, spent_ms=round(spent))
        )
    return reviews


def test_below_30_usable_reviews_the_shipped_figures_hold() -> None:
    few = logged(29, open_ms=90_000, heard=2.0, pace={"q": 1.0})
    clicks = [LoggedReview(inspector_id="q", load=few[0].load, spent_ms=900)] * 50
    assert fitted_times([*few, *clicks]) == SHIPPED


def test_a_fit_finds_what_reviews_really_take() -> None:
    times = fitted_times(logged(3000, open_ms=90_000, heard=1.6, pace={"p": 1.0, "q": 1.0}))
    load = ReviewLoad(heard_ms=100_000, rest_ms=100_000, n_spans=3)
    truth = 90_000 + 160_000 + 35_000 + 18_000
    assert times.n_reviews == 3000
    assert times.expected_ms(load) == pytest.approx(truth, rel=0.06)
    assert min(times.open_ms, times.heard_share, times.skim_share, times.decision_ms) >= 0


def test_a_pace_is_learned_and_a_rarely_seen_one_stays_near_usual() -> None:
    paces = {"slow": 1.5, "usual": 1.0, "usual2": 1.0}
    times = fitted_times(logged(900, open_ms=45_000, heard=1.0, pace=paces))
    assert times.pace("slow") / times.pace("usual") == pytest.approx(1.5, rel=0.1)
    once = logged(600, open_ms=45_000, heard=1.0, pace={"usual": 1.0})
    hurry = logged(2, open_ms=45_000, heard=1.0, pace={"fast": 0.4})
    assert 0.8 < fitted_times([*once, *hurry]).pace("fast") < 1.0
    assert times.pace("nobody") == 1.0


def test_an_hour_of_break_does_not_count() -> None:
    usual = logged(200, open_ms=45_000, heard=1.0, pace={"q": 1.0})
    breaks = [LoggedReview(inspector_id="q", load=usual[0].load, spent_ms=6 * 3_600_000)] * 20
    assert fitted_times([*usual, *breaks]) == fitted_times(usual)
