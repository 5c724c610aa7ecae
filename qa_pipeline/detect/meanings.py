"""What the turns of a call mean, told by the stored sentence embeddings.

behaviour_model/prototypes.yaml lists example sentences of each meaning, for the agent
and for the customer. benchmarks/fit_meanings.py learns from them, as written and as
misheard, one linear model a speaker: a direction a meaning in the space of sentences
(multinomial logistic regression). The directions lie in meanings.json, under the model
whose embeddings they were learned from: embeddings of another model have no meanings
until the fit has run again.
"""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.embeddings import Embeddings
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.embed import along

FOLDER = Path(__file__).with_name("behaviour_model")
FILE = FOLDER / "meanings.json"
_NOTHING = -20.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanings:
    """Log-odds by utterance, then meaning; above 0 likelier than all others together."""

    log_odds: Mapping[str, Mapping[str, float]]

    def of(self, utterance_id: str, meaning: str) -> float:
        """How surely the utterance has the meaning; −20 where too little was said."""
        known = self.log_odds.get(utterance_id)
        return known.get(meaning, _NOTHING) if known else _NOTHING

    def surest(self, utterance_ids: Iterable[str], meanings: Sequence[str]) -> float:
        """How surely any of the utterances has any of the meanings."""
        most = _NOTHING
        for utterance_id in utterance_ids:
            known = self.log_odds.get(utterance_id)
            if known:
                for meaning in meanings:
                    most = max(most, known.get(meaning, _NOTHING))
        return most


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Model:
    """One speaker's meanings: directions (meanings, dimensions) of whole steps."""

    names: tuple[str, ...]
    directions: NDArray[np.float32]
    steps: Floats
    biases: Floats


@lru_cache(maxsize=1)
def examples() -> Mapping[Role, Mapping[str, tuple[str, ...]]]:
    """The example sentences of each meaning, by speaker."""
    read = yaml.load(
        (FOLDER / "prototypes.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    return {
        Role(role): {meaning: tuple(texts) for meaning, texts in meanings.items()}
        for role, meanings in read.items()
    }


def meanings_of(
    utterances: tuple[Utterance, ...], embeddings: Embeddings | None
) -> Meanings | None:
    """What each utterance means; None without embeddings or under another model's."""
    digest, models = _models()
    if embeddings is None or digest != embeddings.model_digest:
        return None
    role_of = {u.utterance_id: u.role for u in utterances}
    found: dict[str, Mapping[str, float]] = {}
    for role, model in models.items():
        mine = [s for s in embeddings.spans if role_of.get(s.utterance_id) is role]
        said = dict.fromkeys(s.utterance_id for s in mine)
        places = {utterance_id: place for place, utterance_id in enumerate(said)}
        surest = np.full((len(places), len(model.names)), _NOTHING)
        log_odds = _log_odds(model, embeddings, np.array([s.row for s in mine], dtype=np.intp))
        np.maximum.at(surest, [places[s.utterance_id] for s in mine], log_odds)
        for utterance_id, row in zip(places, surest.tolist(), strict=True):
            found[utterance_id] = dict(zip(model.names, row, strict=True))
    return Meanings(log_odds=found)


def _log_odds(model: _Model, embeddings: Embeddings, rows: NDArray[np.intp]) -> Floats:
    """Of each meaning against all others together, shape (spans, meanings)."""
    scores = along(model.directions, model.steps, embeddings, rows) + model.biases
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    others = np.maximum(powers.sum(axis=1, keepdims=True) - powers, 1e-12)
    odds: Floats = np.round(np.log(np.maximum(powers, 1e-12)) - np.log(others), 4)
    return odds


@lru_cache(maxsize=1)
def _models() -> tuple[str, Mapping[Role, _Model]]:
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    return kept["model_digest"], {Role(role): _model(m) for role, m in kept["meanings"].items()}


def _model(meanings: Mapping[str, Any]) -> _Model:
    rows = [np.frombuffer(base64.b64decode(m["direction"]), np.int8) for m in meanings.values()]
    return _Model(
        names=tuple(meanings),
        directions=np.stack(rows).astype(np.float32),
        steps=np.array([m["step"] for m in meanings.values()]),
        biases=np.array([m["bias"] for m in meanings.values()]),
    )
