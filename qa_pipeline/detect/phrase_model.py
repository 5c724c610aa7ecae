"""Layer 4: one calibrated probability from what every layer says of a place."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

VERSION = "4"
"""Raised when the coefficients or the features change."""

_FILE = "phrase_model.json"
_LEAST, _MOST = 0.01, 0.99
_MOST_LOG_ODDS = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFeatures:
    """What is known of the best place; the defaults mean "nothing there".

    `match` is the phonetic match's probability, `coverage` belongs to it, `length` is
    its number of columns. `at_lead` is how far the span where it lies is ahead of all
    that is not meant, `at_lean` its side of the criterion's line; `best_*` belong to the
    best span of the window. `taught` is the most that a taught wording (`Criterion.taught`)
    gives to any stretch, in log-odds, `at_taught` to one where the match lies. `whole` is 1
    where the match is all that was said in one breath and less with each syllable beside it:
    no context turns such a phrase into something else (whom it would accuse, it does not
    help to accuse). `forced` is what the
    recognizer's own answer adds to the log-odds. How sure it was of its words is weighed in
    the alignment behind `match`.
    """

    forbidden: bool = False
    match: float | None = None
    coverage: float = 0.0
    length: int = 0
    whole: float = 0.0
    at_lead: float = 0.0
    at_lean: float = 0.0
    best_near: float | None = None
    best_lead: float = 0.0
    best_lean: float = 0.0
    best_denied: bool = False
    best_length: int = 0
    taught: float | None = None
    at_taught: float = 0.0
    forced: float = 0.0

    def values(self) -> Mapping[str, float]:
        """The numbers that the logistic model weighs, by name."""
        heard, near = self.match is not None, self.best_near or 0.0
        taught = _kept(self.taught or 0.0)
        logit = _logit(self.match) if self.match is not None else 0.0
        return {
            "intercept": 1.0,
            "forbidden": float(self.forbidden),
            "match": float(heard),
            "match_logit": logit,
            "match_logit_forbidden": logit * self.forbidden,
            "coverage": self.coverage,
            "length": math.log1p(self.length),
            "match_whole": self.whole * (self.match or 0.0) * (not self.forbidden),
            "at_lead": self.at_lead,
            "at_lean": self.at_lean,
            "best_near": near,
            "best_near_alone": near * (not heard),
            "best_lead": self.best_lead,
            "best_lead_alone": self.best_lead * (not heard),
            "best_lean": self.best_lean,
            "best_lean_alone": self.best_lean * (not heard),
            "best_denied": float(self.best_denied),
            "best_length": math.log1p(self.best_length),
            "taught": taught,
            "taught_alone": taught * (not heard),
            "at_taught": _kept(self.at_taught) * heard,
            "forced": self.forced,
        }

    @property
    def case(self) -> str:
        """Which coefficients weigh it: by what there is to weigh."""
        if self.taught is not None:
            return "taught"
        return "without_meaning" if self.best_near is None else "with_meaning"


def probability_of(place: PlaceFeatures) -> float:
    """The chance that it was said: 0 where nothing was heard, else 0.01 to 0.99."""
    if place.match is None and place.best_near is None and place.taught is None:
        return 0.0
    weights = coefficients()[place.case]
    values = place.values()
    logit = sum(weight * values[name] for name, weight in weights.items())
    return round(min(_MOST, max(_LEAST, 1.0 / (1.0 + math.exp(-logit)))), 4)


@lru_cache(maxsize=1)
def coefficients() -> Mapping[str, Mapping[str, float]]:
    """The shipped coefficients by case and feature; `benchmarks.fit_phrases` writes them."""
    text = files("qa_pipeline.detect").joinpath(_FILE).read_text(encoding="utf-8")
    loaded: dict[str, dict[str, float]] = json.loads(text)["coefficients"]
    return loaded


def forbidden_prior() -> float:
    """What "forbidden" adds to the logit of a match's own probability, by words alone.

    Nearly every call holds its scripts, few hold a forbidden phrase.
    """
    return coefficients()["without_meaning"]["forbidden"]


def _kept(log_odds: float) -> float:
    return min(_MOST_LOG_ODDS, max(-_MOST_LOG_ODDS, log_odds))


def _logit(probability: float) -> float:
    kept = min(_MOST, max(_LEAST, probability))
    return math.log(kept / (1.0 - kept))
