"""From reviewed calls to all calls: weights, tuned difference estimates, honest intervals.

Arrays have one entry for each call of the frame, in any order. `answers` is NaN where
no reviewer answered. The estimate of a share is

    mean of λ·predicted over all calls + weighted mean of (answer − λ·predicted)

With λ = 0 that is Hájek's estimate, with λ = 1 the difference estimate; λ is tuned so
that the variance is least (Särndal, Swensson, Wretman 1992, ch. 6; Angelopoulos, Duchi,
Zrnic 2023, PPI++). ADR 12 says why these intervals.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.domain.estimate import RARE_BELOW, SMALL_SAMPLE, Estimate
from qa_pipeline.sample.intervals import Margins, margins_of_difference, margins_of_sum

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """`of_call` is 0 where there is no answer; they sum to the calls of the covered days.

    `covered` marks the calls of days that have any answer: only of these is anything
    said. `gaps` counts the classes of drawn calls of which not one was answered, so
    that the other class of the day stands for them.
    """

    of_call: Floats
    covered: Flags
    gaps: int


def weigh_answers(days: Ints, probability: Floats, drawn: Flags, answered: Flags) -> Weights:
    """What each answered call stands for: 1 / its probability, with the unanswered made up for.

    Within a day the drawn calls fall into two classes, those more and those less
    likely drawn than the average call; in each the answered calls stand for the
    unanswered ones (a class without any answer is joined to the other). Then a day's
    weights are brought to the number of its calls. `days` are whole numbers from 0.
    """
    n_days = int(days.max(initial=-1)) + 1
    per_day = np.bincount(days, minlength=n_days)
    mean = np.bincount(days, probability, minlength=n_days) / np.maximum(per_day, 1)
    drawn = drawn & (probability > 0)
    use = answered & drawn
    classes = 2 * days + (probability > mean[days])
    planned = np.bincount(classes[drawn], minlength=2 * n_days).reshape(n_days, 2)
    done = np.bincount(classes[use], minlength=2 * n_days).reshape(n_days, 2)
    gap = (planned > 0) & (done == 0) & done.any(axis=1, keepdims=True)
    stood_for = np.where(gap.any(axis=1, keepdims=True), 1.0, planned / np.maximum(done, 1))
    weights = np.zeros(len(days))
    weights[use] = stood_for.ravel()[classes[use]] / probability[use]
    total = np.bincount(days, weights, minlength=n_days)
    factor = np.divide(per_day, total, out=np.zeros(n_days), where=total > 0)
    return Weights(of_call=weights * factor[days], covered=(total > 0)[days], gaps=int(gap.sum()))


def tune(weights: Floats, predicted: Floats, answers: Floats) -> float:
    """λ of least variance, within 0..1; 0 below thirty answers, where it would be guessed.

    One entry for each answered call.
    """
    if len(weights) < SMALL_SAMPLE:
        return 0.0
    part = weights / weights.sum()
    y, m = answers - part @ answers, predicted - part @ predicted
    left_to_chance = part**2 * _not_certain(weights)
    spread = float(left_to_chance @ m**2)
    return float(np.clip(left_to_chance @ (y * m) / spread, 0.0, 1.0)) if spread > 0 else 0.0


def estimate_share(
    weights: Weights,
    predicted: Floats,
    answers: Floats,
    *,
    inside: Flags | None = None,
    tuning: float | None = None,
) -> Estimate:
    """The share of calls with a violation among those `inside` (default: all), with 95 %.

    `tuning` is λ; None tunes it on these calls. A group takes the λ of the whole
    centre, its own would be guessed from a handful of calls.
    """
    among = weights.covered if inside is None else weights.covered & inside
    use = among & (weights.of_call > 0)
    n_calls, n_reviewed = int(among.sum()), int(use.sum())
    if n_reviewed == 0:
        return Estimate(
            share=None, low=None, high=None,
            n_calls=n_calls, n_reviewed=0, n_found=0.0, tuning=0.0,
        )  # fmt: skip
    w, m, y = weights.of_call[use], predicted[use], answers[use]
    lam = tune(w, m, y) if tuning is None else tuning
    part = w / w.sum()
    seen, foreseen = float(part @ y), float(part @ m)
    share = seen + lam * (float(predicted[among].mean()) - foreseen)
    margins = _margins(
        part * np.sqrt(_not_certain(w)),
        y,
        seen + lam * (m - foreseen),
        exact=share < RARE_BELOW,
    )
    return Estimate(
        share=min(1.0, max(0.0, share)),
        low=min(1.0, max(0.0, share - margins.below)),
        high=max(0.0, min(1.0, share + margins.above)),
        n_calls=n_calls,
        n_reviewed=n_reviewed,
        n_found=float(y.sum()),
        tuning=lam,
    )


def _not_certain(weights: Floats) -> Floats:
    """1 − the chance of being answered, which for a call that stands for w is 1 / w."""
    return np.clip(1.0 - 1.0 / weights, 0.0, 1.0)


def _margins(scale: Floats, answers: Floats, expected: Floats, *, exact: bool) -> Margins:
    """What was found beyond expectation pulls up, what fell short down: two sums of pieces.

    `scale` is a call's part of the mean. One more violation weighs at most
    1 − what was expected of its call, one more call without what was expected.
    """
    residual = scale * (answers - expected)
    up = margins_of_sum(
        residual[residual > 0], float((scale * (1.0 - expected)).max()), exact=exact
    )
    down = margins_of_sum(-residual[residual < 0], float((scale * expected).max()), exact=exact)
    return margins_of_difference(up, down)
