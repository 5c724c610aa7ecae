"""From the cost of an alignment to the chance that the phrase was really said."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.text.pattern import Pattern

LETTER_PERFECT_COST = 1e-6
_NEARLY_NOTHING = 1e-4  # single-precision sums of costs differ by less
MAX_PROBABILITY = 0.99
EXACT_PROBABILITY = 0.96
_LONG_ENOUGH = 2.0
# Fitted by logistic regression on 2,090 places of service phrases said amid CrossWOZ
# dialogues, up to 25 % of the characters misheard and every fifth phrase damaged in one
# piece, against 41,560 pairs of a phrase and 60 utterances of CrossWOZ in which it was
# not said, and 859 places in the rubrics' own `not_said` examples. The intercept was
# then raised by 1.5, so that one phrase in 170 is found by chance in 60 utterances.
_INTERCEPT, _SHORTNESS, _STEEPNESS = 7.0, 7.4, 24.0
_LOST = 0.6
"""A syllable that costs this share of its weight was not heard at all."""
_RUN_ALLOWED, _RUN_STEEPNESS = 1.0, 2.4
_COVERAGE_WANTED, _COVERAGE_STEEPNESS = 0.75, 2.6
_PIECE_ALLOWED, _PIECE_STEEPNESS = 0.1, 5.0

_HEARD = 0.25
"""A syllable that costs no more than this share of its weight was heard."""
_HALF_WEIGHT, _HALF_SHARE = 2.2, 0.45
_HALF_PROBABILITY, _HALF_STEEPNESS, _HALF_AT_MOST = 0.34, 0.36, 0.58
"""Half of a phrase in one piece is no chance; whether the rest was said is in doubt."""
_HALF_DEAREST = 0.45


class Fit(NamedTuple):
    """How well the phrase's own syllables were heard.

    `coverage` is the share (0..1) of its content syllables, by weight; `lost_run` the
    weight of the heaviest run of neighbouring syllables that were not heard: noise
    strikes here and there, another phrase differs in one piece. `worst_piece` is what
    the worst piece between gaps and slots cost, as a share of its weight: behind a gap
    something alike is soon found. 0 for a pattern of one piece. `heard_run` is the
    weight of the content in the heaviest run of neighbouring syllables that were heard,
    `heard_share` its share of all content.
    """

    coverage: float
    lost_run: float
    worst_piece: float
    heard_run: float
    heard_share: float


PERFECT = Fit(coverage=1.0, lost_run=0.0, worst_piece=0.0, heard_run=0.0, heard_share=0.0)


def fit_of(pattern: Pattern, costs: tuple[float, ...]) -> Fit:
    """The fit of the pattern's literals, given what each of them cost."""
    total = heard = run = worst_run = worst_piece = heard_run = best_run = 0.0
    content = pattern.content
    for weight, cost, counts in zip(pattern.weights, costs, content, strict=True):
        share = min(1.0, cost / weight)
        run = run + weight * share if share >= _LOST else 0.0
        worst_run = max(worst_run, run)
        heard_run = heard_run + weight * counts if share <= _HEARD else 0.0
        best_run = max(best_run, heard_run)
        if counts:
            total += weight
            heard += weight * (1.0 - share)
    if len(pattern.pieces) > 1:
        worst_piece = max(sum(costs[s:e]) / sum(pattern.weights[s:e]) for s, e in pattern.pieces)
    return Fit(heard / total, worst_run, worst_piece, best_run, best_run / total)


def match_probability(cost: float, length: float, fit: Fit = PERFECT) -> float:
    """The chance that a phrase of `length` syllables, aligned at `cost`, was said.

    A logistic of the cost and the length: the longer a phrase, the less is found by
    chance, so the more it tolerates. It falls where a whole piece or much of the
    content was not heard.
    """
    if cost <= LETTER_PERFECT_COST:
        return MAX_PROBABILITY if length >= _LONG_ENOUGH else EXACT_PROBABILITY
    logit = _INTERCEPT - _SHORTNESS / length - _STEEPNESS * cost / length
    logit -= _RUN_STEEPNESS * max(0.0, fit.lost_run - _RUN_ALLOWED)
    logit -= _COVERAGE_STEEPNESS * max(0.0, _COVERAGE_WANTED - fit.coverage)
    logit -= _PIECE_STEEPNESS * max(0.0, fit.worst_piece - _PIECE_ALLOWED)
    probability = 1.0 / (1.0 + math.exp(-max(-50.0, logit)))
    if fit.heard_run >= _HALF_WEIGHT and fit.heard_share >= _HALF_SHARE:
        half = _HALF_PROBABILITY + _HALF_STEEPNESS * fit.heard_share
        probability = max(probability, min(_HALF_AT_MOST, half))
    return min(MAX_PROBABILITY, probability)


def dearest_cost(pattern: Pattern, min_probability: float) -> float:
    """The greatest cost at which the pattern can still reach the probability."""
    least = math.log(min_probability / (1.0 - min_probability))
    spare = pattern.length * (_INTERCEPT - least) - _SHORTNESS
    return max(LETTER_PERFECT_COST, spare / _STEEPNESS)


def dearest_costs(
    lengths: NDArray[np.float64], min_probability: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The same for many patterns at once."""
    least = np.log(min_probability / (1.0 - min_probability))
    spare = (lengths * (_INTERCEPT - least) - _SHORTNESS) / _STEEPNESS
    return np.maximum(LETTER_PERFECT_COST, spare)


def most_probable(lengths: NDArray[np.float64], costs: NDArray[np.float64]) -> NDArray[np.float64]:
    """What `match_probability` cannot exceed where a path costs at least so much.

    Half a phrase apart: see `most_probable_half`.
    """
    logit = _INTERCEPT - _SHORTNESS / lengths - _STEEPNESS * np.maximum(0.0, costs) / lengths
    found = 1.0 / (1.0 + np.exp(-logit))
    found[costs <= _NEARLY_NOTHING] = MAX_PROBABILITY
    return np.minimum(MAX_PROBABILITY, found)


def most_probable_half(
    content: NDArray[np.float32], costs: NDArray[np.float32]
) -> NDArray[np.float64]:
    """What half a phrase can yield at most; 0 where less than half can have been heard.

    Both have shape (literals, places): the weight of a literal that counts as content
    (0 for others), and what it costs at least, as a share of its weight.
    """
    run = np.zeros(content.shape[1])
    best = np.zeros(content.shape[1])
    for weight, cost in zip(content, costs, strict=True):
        run = np.where(cost <= _HEARD + _NEARLY_NOTHING, run + weight, 0.0)
        np.maximum(best, run, out=best)
    share = best / content.sum(axis=0)
    is_half = (best >= _HALF_WEIGHT - _NEARLY_NOTHING) & (share >= _HALF_SHARE - _NEARLY_NOTHING)
    half = np.minimum(_HALF_AT_MOST, _HALF_PROBABILITY + _HALF_STEEPNESS * share)
    return np.where(is_half, half, 0.0)


def dearest_half(pattern: Pattern, min_probability: float) -> float:
    """The same where half of the pattern was heard in one piece; 0 where that is too little."""
    if sum(pattern.weights) < _HALF_WEIGHT or min_probability > _HALF_AT_MOST:
        return 0.0
    return _HALF_DEAREST * pattern.length
