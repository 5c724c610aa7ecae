"""Which of two parties speaks each unit: voices, pauses, questions and wording together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.speakers.units import Unit

Floats = NDArray[np.float64]

_WITHIN, _WITHIN_AFTER_PAUSE = 0.08, 0.15
_BETWEEN, _AFTER_QUESTION = 0.45, 0.75
_PAUSE_MS = 160


def change_probabilities(units: Sequence[Unit], asks: Sequence[bool]) -> Floats:
    """How probable it is that another party speaks than in the unit before.

    `asks` says of each utterance whether it ends in a question. The first entry
    is one half: anybody may begin.
    """
    changes = np.full(len(units), 0.5)
    for i in range(1, len(units)):
        before, here = units[i - 1], units[i]
        if here.utterance is not None and here.utterance == before.utterance:
            changes[i] = _WITHIN if here.pause_ms < _PAUSE_MS else _WITHIN_AFTER_PAUSE
        elif here.utterance is None and here.pause_ms == 0:
            changes[i] = _WITHIN_AFTER_PAUSE
        elif before.utterance is not None and asks[before.utterance]:
            changes[i] = _AFTER_QUESTION
        else:
            changes[i] = _BETWEEN
    return changes


def read_parties(evidence: Floats, changes: Floats) -> Floats:
    """P(second party) of each unit, forward and backward; `evidence` is its log odds."""
    n = len(evidence)
    ahead = np.zeros((n, 2))
    scores = np.stack([-evidence / 2, evidence / 2], axis=1)
    first, second = 0.5, 0.5
    # plain floats: a 3-hour call has thousands of units and numpy's calls would dominate
    likely = np.exp(scores - np.abs(evidence)[:, None] / 2)
    for i in range(n):
        if i:
            change = changes[i]
            first, second = (
                first * (1 - change) + second * change,
                second * (1 - change) + first * change,
            )
        first, second = first * likely[i, 0], second * likely[i, 1]
        norm = first + second
        first, second = first / norm, second / norm
        ahead[i] = first, second
    result = np.zeros(n)
    behind_first, behind_second = 1.0, 1.0
    for i in range(n - 1, -1, -1):
        a, b = ahead[i, 0] * behind_first, ahead[i, 1] * behind_second
        result[i] = b / (a + b)
        if i:
            x, y = behind_first * likely[i, 0], behind_second * likely[i, 1]
            change = changes[i]
            x, y = x * (1 - change) + y * change, y * (1 - change) + x * change
            behind_first, behind_second = x / (x + y), y / (x + y)
    return result
