"""Means of percents, and shares, with intervals that few calls make wide."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import sqrt

from scipy.stats import binomtest, t

from qa_pipeline.domain.agent_scores import MeanScore

_PRIOR_CALLS = 2.0
_PRIOR_SPREAD = 25.0
"""Half of the widest that percents can spread; weighs like two calls."""


def mean_score(n: int, mean: float, squares: float, freedom: float) -> MeanScore:
    """The mean of `n` ≥ 1 percents with 95 %.

    `squares` is the sum of squared deviations with `freedom` degrees of freedom, of these
    calls or of more of the same agent. The spread starts from a prior of 25 points worth
    two calls (a scaled inverse chi-square, Gelman et al. 2013, section 3.2), so that two equal
    scores do not pass for certainty; the interval is Student's, cut to 0..100.
    """
    freedom += _PRIOR_CALLS
    spread = sqrt((squares + _PRIOR_CALLS * _PRIOR_SPREAD**2) / freedom)
    margin = float(t.ppf(0.975, freedom)) * spread / sqrt(n)
    return MeanScore(n=n, mean=mean, low=max(0.0, mean - margin), high=min(100.0, mean + margin))


def mean_scores(groups: Mapping[date, Sequence[float]]) -> dict[date, MeanScore]:
    """The mean of each week (none empty); they share one spread, taken within weeks."""
    means = {key: sum(values) / len(values) for key, values in groups.items()}
    squares = sum((v - means[key]) ** 2 for key, values in groups.items() for v in values)
    freedom = sum(len(values) - 1 for values in groups.values())
    return {
        key: mean_score(len(values), means[key], squares, freedom) for key, values in groups.items()
    }


def share_interval(found: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share; 0..1 where nothing was counted."""
    if not n:
        return 0.0, 1.0
    bounds = binomtest(found, n).proportion_ci(method="wilson")
    return float(bounds.low), float(bounds.high)
