"""Refit a behaviour's weights to inspectors' decisions, and keep what is better.

The new weights minimize the log loss of the decisions plus a penalty for leaving the
present ones (a Gaussian prior around them), no weight changing its sign. Three in ten
calls, told by a digest of their id, never teach: a candidate is adopted only when it does
better on them.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from qa_pipeline.detect.fitted import Fitted

LEAST_TAUGHT, LEAST_HELD_BACK, LEAST_OF_EACH = 20, 10, 3
"""Decisions below which nothing is learned; of each answer there must be three on both sides."""
HELD_BACK_SHARE = 0.3
_STIFFNESS, _BIAS_STIFFNESS = 1.0, 0.1
_BETTER_BY = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A decided call: the value of each sign, and the share of inspectors who found it so."""

    call_id: str
    values: Mapping[str, float]
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What came of one behaviour's decisions; `model` is None where nothing better was found.

    `loss` and `errors` are those of the held-back calls, before and with the candidate;
    None where there was too little to learn from.
    """

    taught: int
    held_back: int
    loss: tuple[float, float] | None
    errors: tuple[int, int] | None
    model: Fitted | None


def is_held_back(call_id: str) -> bool:
    """Whether a call is one of the three in ten that never teach."""
    first = hashlib.sha256(call_id.encode()).digest()[:4]
    return int.from_bytes(first) < HELD_BACK_SHARE * 2**32


def learn(now: Fitted, examples: Sequence[Example]) -> Learned:
    """Try other weights on the calls that teach; adopt them if the others agree."""
    taught = [e for e in examples if not is_held_back(e.call_id)]
    held = [e for e in examples if is_held_back(e.call_id)]
    nothing = Learned(taught=len(taught), held_back=len(held), loss=None, errors=None, model=None)
    if len(taught) < LEAST_TAUGHT or len(held) < LEAST_HELD_BACK:
        return nothing
    if not (_has_both(taught) and _has_both(held)):
        return nothing
    candidate = refit(now, taught)
    loss = (log_loss(now, held), log_loss(candidate, held))
    errors = (_errors(now, held), _errors(candidate, held))
    is_better = loss[1] < loss[0] * (1 - _BETTER_BY) and errors[1] <= errors[0]
    return Learned(
        taught=len(taught),
        held_back=len(held),
        loss=loss,
        errors=errors,
        model=candidate if is_better else None,
    )


def refit(now: Fitted, examples: Sequence[Example]) -> Fitted:
    """The weights that the decisions ask for, as near to the present ones as they allow."""
    keys = sorted(now.weights)
    before = np.array([now.bias, *(now.weights[key] for key in keys)])
    values = _matrix(keys, examples)
    share = np.array([e.share for e in examples])
    stiffness = np.array([_BIAS_STIFFNESS, *[_STIFFNESS] * len(keys)])

    def cost(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        odds, moved = values @ weights, weights - before
        loss = np.logaddexp(0.0, odds).sum() - share @ odds + 0.5 * (stiffness * moved**2).sum()
        return float(loss), values.T @ (1 / (1 + np.exp(-odds)) - share) + stiffness * moved

    bounds = [(None, None), *((0, None) if w > 0 else (None, 0) for w in before[1:])]
    found = minimize(cost, before, jac=True, bounds=bounds, method="L-BFGS-B").x
    weights = {key: round(float(w), 4) for key, w in zip(keys, found[1:], strict=True)}
    return Fitted(bias=round(float(found[0]), 4), cut=now.cut, weights=weights)


def log_loss(model: Fitted, examples: Sequence[Example]) -> float:
    """The mean cross entropy of the decisions under a model, in nats."""
    odds = _odds(model, examples)
    share = np.array([e.share for e in examples])
    return float((np.logaddexp(0.0, odds) - share * odds).mean())


def _errors(model: Fitted, examples: Sequence[Example]) -> int:
    is_found = 1 / (1 + np.exp(-_odds(model, examples))) >= model.cut
    return int((is_found != np.array([e.share > 0.5 for e in examples])).sum())


def _odds(model: Fitted, examples: Sequence[Example]) -> NDArray[np.float64]:
    keys = sorted(model.weights)
    weights = np.array([model.bias, *(model.weights[key] for key in keys)])
    return np.asarray(_matrix(keys, examples) @ weights, dtype=np.float64)


def _matrix(keys: Sequence[str], examples: Sequence[Example]) -> NDArray[np.float64]:
    return np.array([[1.0, *(e.values.get(key, 0.0) for key in keys)] for e in examples])


def _has_both(examples: Sequence[Example]) -> bool:
    present = sum(e.share > 0.5 for e in examples)
    return min(present, len(examples) - present) >= LEAST_OF_EACH
