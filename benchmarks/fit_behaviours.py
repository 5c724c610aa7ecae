"""Fit the weights of the five behaviours and write behaviour_model/behaviours.json.

    nice python -m benchmarks.fit_behaviours

Data: pass_a and pass_b of benchmarks/dialogues, each also misheard at 15 and 25 %, and
as the recognizer heard those that were spoken (heard.json); the short dialogues of
tests/detect, each also misheard at 25 %; every other CrossWOZ dialogue as a polite
negative; pass_c is never read. A logistic regression (scikit-learn, L2) per behaviour
and kind of input; weights whose sign contradicts the definition are set to zero and the
rest fitted again. Calibration (Platt) and cut point come from 5-fold cross-validation by
scenario over written and heard words alike; calibration is folded into the weights, so
that a score stays a sum of parts. What written data cannot teach (voice) is set by hand.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from benchmarks import fit_meanings
from benchmarks.behaviour_data import (
    AGAINST,
    DIALOGUES,
    HEARD,
    MODULES,
    TRAINING,
    Dialogue,
    analyzed,
    misheard,
    read_heard,
    read_pass,
    read_polite,
    read_short,
)
from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.conversation import Conversation, conversation_of
from qa_pipeline.detect.fitted import FILE, variant
from tests.detect.dialogues import a_rubric

KINDS = tuple((timed, meaning) for timed in (False, True) for meaning in (False, True))
BY_HAND = {"voice_louder": 0.4, "voice_higher": 0.3, "voice_flat": 0.3}
MISHEARD = ((0.15, 0.5), (0.25, 0.5))
"""Shares of characters, and what a dialogue so spoiled weighs."""
SHORT_MISHEARD = ((0.25, 0.5),)
HEARD_WEIGHT = 1.0
SHORT_WEIGHT = 2.0
"""Their labels are kept by the tests: with less, one is lost."""
STRENGTH = 4.0
"""scikit-learn's C, signs being 0..1: by cross-validation of 0.3, 0.5, 1, 2 and 4."""
POLITE_WEIGHT = 0.1
PRECISION_FIRST = 0.7
"""The beta of the F-measure by which a cut point is chosen."""
LOWEST_CUT, HIGHEST_CUT = 0.35, 0.9
POLITE_FALSE_ALARMS = 0.01
FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One dialogue: whether the behaviour is there, and the value of each sign.

    `hearing` is "written", "heard" (by the recognizer) or "misheard 15 %".
    """

    name: str
    group: str
    is_present: bool
    is_polite: bool
    is_clean: bool
    hearing: str
    weight: float
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    bias: float
    cut: float
    weights: Mapping[str, float]

    def log_odds(self, values: Mapping[str, float]) -> float:
        return self.bias + sum(w * values.get(key, 0.0) for key, w in self.weights.items())

    def probability(self, values: Mapping[str, float]) -> float:
        return float(1 / (1 + np.exp(-self.log_odds(values))))


def main() -> None:
    fit_meanings.main()
    write_models(training_rows())


def write_models(data: Mapping[str, Mapping[str, Sequence[Row]]]) -> None:
    models = {
        name: {kind: as_json(fit(rows)) for kind, rows in kinds.items()}
        for name, kinds in data.items()
    }
    FILE.write_text(
        json.dumps(
            {
                "version": "4",
                "data": {name: digest_of(name) for name in (*TRAINING, HEARD)},
                "settings": {"C": STRENGTH, "folds": FOLDS, "mishearing": MISHEARD},
                "set_by_hand": BY_HAND,
                "models": models,
            },
            ensure_ascii=False,
            indent=1,
            sort_keys=True,
        )
        + "\n",
        encoding="utf-8",
    )


def training_rows() -> dict[str, dict[str, list[Row]]]:
    """Rows by behaviour and kind of input."""
    data: dict[str, dict[str, list[Row]]] = {name: {} for name in MODULES}
    written = [d for name in TRAINING for d in read_pass(name)]
    both = ((written, 1.0, MISHEARD), (read_short(), SHORT_WEIGHT, SHORT_MISHEARD))
    for dialogues, as_written, rates in both:
        for dialogue in dialogues:
            add_rows(data, dialogue, weight=as_written)
            for rate, weight in rates:
                spoiled = misheard(dialogue, rate)
                add_rows(data, spoiled, weight=weight, hearing=f"misheard {rate:.0%}")
    for dialogue in read_heard():
        add_rows(data, dialogue, weight=HEARD_WEIGHT, hearing="heard")
    for dialogue in read_polite()[::2]:
        add_rows(data, dialogue, weight=POLITE_WEIGHT, is_polite=True)
    return data


def add_rows(
    data: dict[str, dict[str, list[Row]]],
    dialogue: Dialogue,
    *,
    weight: float,
    hearing: str = "written",
    is_polite: bool = False,
) -> None:
    for is_timed, has_meaning in KINDS:
        kind = variant(is_timed=is_timed, has_meaning=has_meaning)
        talk = talk_of(dialogue, is_timed=is_timed, has_meaning=has_meaning)
        for name, module in MODULES.items():
            data[name].setdefault(kind, []).append(
                Row(
                    name=dialogue.name,
                    group=dialogue.scenario,
                    is_present=name in dialogue.present,
                    is_polite=is_polite,
                    is_clean=not dialogue.present,
                    hearing=hearing,
                    weight=weight,
                    values={s.key: s.value for s in module.signs(talk)},
                )
            )


def talk_of(dialogue: Dialogue, *, is_timed: bool, has_meaning: bool) -> Conversation:
    call = analyzed(dialogue, is_timed=is_timed, with_meaning=has_meaning)
    return conversation_of(DetectionContext(call=call, rubric=a_rubric()))


def fit(rows: Sequence[Row]) -> Model:
    """Weights from all rows; calibration and cut point from folds by scenario."""
    scores = np.zeros(len(rows))
    groups = [row.group for row in rows]
    for train, test in GroupKFold(FOLDS).split(rows, groups=groups):
        plain = fit_weights([rows[i] for i in train])
        scores[test] = [plain.log_odds(rows[i].values) for i in test]
    slope, offset = platt(scores, rows)
    model = fit_weights(rows)
    cut = cut_point(1 / (1 + np.exp(-(slope * scores + offset))), rows)
    weights = {key: round(slope * w, 4) for key, w in model.weights.items() if w}
    seen = {key for row in rows for key in row.values}
    weights |= {key: weight for key, weight in BY_HAND.items() if key in seen}
    return Model(bias=round(slope * model.bias + offset, 4), cut=cut, weights=weights)


def fit_weights(rows: Sequence[Row]) -> Model:
    """The regression without the signs whose weight contradicts the definition."""
    keys = sorted({key for row in rows for key in row.values} - set(BY_HAND))
    present = np.array([row.is_present for row in rows])
    weight = np.array([row.weight for row in rows])
    while True:
        values = np.array([[row.values.get(key, 0.0) for key in keys] for row in rows])
        fitted = LogisticRegression(C=STRENGTH, max_iter=1000).fit(values, present, weight)
        found = dict(zip(keys, fitted.coef_[0].tolist(), strict=True))
        wrong = {key for key, w in found.items() if (w > 0) == (key in AGAINST) and w}
        if not wrong:
            return Model(bias=float(fitted.intercept_[0]), cut=0.5, weights=found)
        keys = [key for key in keys if key not in wrong]


def platt(scores: NDArray[np.float64], rows: Sequence[Row]) -> tuple[float, float]:
    """Slope and offset that make out-of-fold scores probabilities."""
    present = [row.is_present for row in rows]
    weight = [row.weight for row in rows]
    made = LogisticRegression(C=10.0).fit(scores[:, None], present, weight)
    return float(made.coef_[0, 0]), float(made.intercept_[0])


def cut_point(probabilities: NDArray[np.float64], rows: Sequence[Row]) -> float:
    """The cut with the best F-measure, precision preferred, and hardly a polite call flagged."""
    present = np.array([row.is_present for row in rows])
    weight = np.array([0.0 if row.is_polite else row.weight for row in rows])
    polite = np.array([row.is_polite for row in rows])
    best, chosen = -1.0, HIGHEST_CUT
    for cut in np.arange(LOWEST_CUT, HIGHEST_CUT + 0.001, 0.01):
        flagged = probabilities >= cut
        if polite.any() and flagged[polite].mean() > POLITE_FALSE_ALARMS:
            continue
        hit = weight[flagged & present].sum()
        false, missed = weight[flagged & ~present].sum(), weight[~flagged & present].sum()
        square = PRECISION_FIRST**2
        measure = (1 + square) * hit / max(1e-9, (1 + square) * hit + square * missed + false)
        if measure > best + 1e-9:
            best, chosen = measure, float(cut)
    return round(chosen, 2)


def as_json(model: Model) -> dict[str, object]:
    return {"bias": model.bias, "cut": model.cut, "weights": dict(model.weights)}


def digest_of(name: str) -> str:
    return hashlib.sha256((DIALOGUES / name).read_bytes()).hexdigest()[:16]


if __name__ == "__main__":
    main()
