"""Whether the voice's weights, fitted on spoken calls, beat those that are set by hand.

    nice python -m benchmarks.fit_voice FOLDER

The spoken calls of pass_a and pass_b (speak_dialogues, spoken_calls), never pass_c. Each is
scored by a model of words, times and meanings that never saw its scenario; to those log-odds
the voice's signs add theirs: not at all, by hand, or with weights fitted on the other folds
(logistic regression with the log-odds as a fixed offset, weights not below zero). Prints log
loss and F1 by behaviour; nothing is written: BY_HAND in fit_behaviours is where weights go.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.model_selection import GroupKFold

from benchmarks.behaviour_data import MODULES
from benchmarks.fit_behaviours import BY_HAND, FOLDS, Model, Row, fit, training_rows
from benchmarks.spoken_calls import KNOWN, SpokenCall, as_known, spoken_calls
from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.conversation import conversation_of
from qa_pipeline.detect.fitted import variant
from tests.detect.dialogues import a_rubric

FULL = variant(is_timed=True, has_meaning=True)
PRIOR = 1.0
"""The penalty on a voice weight's square: forty calls say little."""

Weights = Mapping[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    rows = training_rows()
    calls = spoken_calls(parser.parse_args().folder, held_back=False)
    print(f"{len(calls)} spoken calls; log loss / F1 without voice, by hand, fitted")
    for name, kinds in rows.items():
        _compare(name, kinds[FULL], calls)


def _compare(name: str, rows: Sequence[Row], calls: Sequence[SpokenCall]) -> None:
    values = [_signs(name, call) for call in calls]
    present = np.array([name in call.dialogue.present for call in calls])
    groups = [call.dialogue.scenario for call in calls]
    keys = [key for key in BY_HAND if any(key in signs for signs in values)]
    ways: dict[str, Callable[[Sequence[int], NDArray[np.float64]], Weights]] = {
        "without": lambda _train, _offset: {},
        "by hand": lambda _train, _offset: BY_HAND,
        "fitted": lambda train, offset: fit_voice(
            _matrix(keys, [values[i] for i in train]), keys, offset[train], present[train]
        ),
    }
    odds = {way: np.zeros(len(calls)) for way in ways}
    found = {way: np.zeros(len(calls), dtype=bool) for way in ways}
    folds = min(FOLDS, len(set(groups)))
    for train, test in GroupKFold(folds).split(calls, groups=groups):
        unseen = {groups[i] for i in test}
        model = _without_voice(fit([row for row in rows if row.group not in unseen]))
        offset = np.array([model.log_odds(signs) for signs in values])
        for way, weigh in ways.items():
            weights = weigh(train, offset)
            for i in test:
                voice = sum(weights.get(key, 0.0) * values[i].get(key, 0.0) for key in keys)
                odds[way][i] = offset[i] + voice
                found[way][i] = 1 / (1 + np.exp(-odds[way][i])) >= model.cut
    everything = fit_voice(
        _matrix(keys, values), keys, np.array([0.0] * len(calls)) + odds["without"], present
    )
    shown = "  ".join(
        f"{way} {_loss(odds[way], present):.3f}/{_f1(found[way], present):.2f}" for way in ways
    )
    on = {key: int(sum(signs.get(key, 0) > 0 for signs in values)) for key in keys}
    print(f"{name:14} {shown}   fitted on all: {everything}, heard in {on}")


def fit_voice(
    voices: NDArray[np.float64],
    keys: Sequence[str],
    offset: NDArray[np.float64],
    present: NDArray[np.bool_],
) -> Weights:
    """Weights of the voice's signs on top of log-odds that stay as they are."""
    if not keys:
        return {}

    def cost(weights: NDArray[np.float64]) -> float:
        odds = offset + voices @ weights
        loss = np.logaddexp(0.0, odds) - present * odds
        return float(loss.sum() + 0.5 * PRIOR * (weights**2).sum())

    bounds = [(0.0, None)] * len(keys)
    best = minimize(cost, np.zeros(len(keys)), bounds=bounds, method="L-BFGS-B").x
    return {key: round(float(weight), 2) for key, weight in zip(keys, best, strict=True)}


def _signs(name: str, spoken: SpokenCall) -> Mapping[str, float]:
    context = DetectionContext(call=as_known(spoken.call, KNOWN[-1]), rubric=a_rubric())
    return {sign.key: sign.value for sign in MODULES[name].signs(conversation_of(context))}


def _without_voice(model: Model) -> Model:
    kept = {key: weight for key, weight in model.weights.items() if key not in BY_HAND}
    return Model(bias=model.bias, cut=model.cut, weights=kept)


def _matrix(keys: Sequence[str], values: Sequence[Mapping[str, float]]) -> NDArray[np.float64]:
    return np.array([[signs.get(key, 0.0) for key in keys] for signs in values])


def _loss(odds: NDArray[np.float64], present: NDArray[np.bool_]) -> float:
    return float((np.logaddexp(0.0, odds) - present * odds).mean())


def _f1(found: NDArray[np.bool_], present: NDArray[np.bool_]) -> float:
    return float(2 * (found & present).sum() / max(1, found.sum() + present.sum()))


if __name__ == "__main__":
    main()
