"""What the turns of a call mean, told by the stored sentence embeddings.

behaviour_model/prototypes.yaml lists example sentences of each meaning, for the
agent and for the customer. A text means m as far as it is nearer to the examples of
m than to those of all other meanings of the same speaker: the margin of two soft
maxima of cosines. Fixed cosines are not compared (docs/adr/0008). The sentences'
vectors lie beside them in vectors.json, under the model that the weights were fitted
with: embeddings of another model have no meanings until benchmarks/fit_behaviours.py
has run again.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.embeddings import Embeddings, TextVectors
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.embed import Prototypes, prototypes, similarities

FOLDER = Path(__file__).with_name("behaviour_model")
_SOFTNESS = 0.08
_NOTHING = -1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanings:
    """Margins by utterance and meaning, −1..1; above 0 the meaning is the likeliest."""

    margins: Mapping[tuple[str, str], float]

    def of(self, utterance_id: str, meaning: str) -> float:
        """How clearly the utterance has the meaning; −1 where too little was said."""
        return self.margins.get((utterance_id, meaning), _NOTHING)


@lru_cache(maxsize=1)
def examples() -> Mapping[Role, Mapping[str, tuple[str, ...]]]:
    """The example sentences of each meaning, by speaker."""
    read = yaml.safe_load((FOLDER / "prototypes.yaml").read_text(encoding="utf-8"))
    return {
        Role(role): {meaning: tuple(texts) for meaning, texts in meanings.items()}
        for role, meanings in read.items()
    }


@lru_cache(maxsize=1)
def example_texts() -> tuple[str, ...]:
    """Every example sentence: the texts whose vectors `meanings_of` needs."""
    return tuple(
        text for meanings in examples().values() for texts in meanings.values() for text in texts
    )


@lru_cache(maxsize=1)
def _example_vectors() -> Prototypes | None:
    kept = json.loads((FOLDER / "vectors.json").read_text(encoding="utf-8"))
    vectors = {text: base64.b64decode(row) for text, row in kept["vectors"].items()}
    made = TextVectors(
        model_digest=kept["model_digest"], dimensions=kept["dimensions"], vectors=vectors
    )
    return prototypes(example_texts(), made)


def meanings_of(
    utterances: tuple[Utterance, ...], embeddings: Embeddings | None
) -> Meanings | None:
    """What each utterance means; None without embeddings or under another model's."""
    wanted = _example_vectors()
    if wanted is None or embeddings is None or wanted.model_digest != embeddings.model_digest:
        return None
    nearness = np.exp(similarities(wanted, embeddings) / _SOFTNESS)
    role_of = {u.utterance_id: u.role for u in utterances}
    margins: dict[tuple[str, str], float] = {}
    start = 0
    for role, meanings in examples().items():
        rows = nearness[start : start + sum(map(len, meanings.values()))]
        start += len(rows)
        mine = [
            (place, span.utterance_id)
            for place, span in enumerate(embeddings.spans)
            if role_of.get(span.utterance_id) is role
        ]
        found = _margins(rows[:, [place for place, _ in mine]], tuple(map(len, meanings.values())))
        for meaning, row in zip(meanings, found.tolist(), strict=True):
            for (_, utterance_id), margin in zip(mine, row, strict=True):
                key = (utterance_id, meaning)
                margins[key] = max(margin, margins.get(key, _NOTHING))
    return Meanings(margins=margins)


def _margins(nearness: NDArray[np.float64], sizes: tuple[int, ...]) -> NDArray[np.float64]:
    """Soft maximum of each meaning's examples less that of all the others', (meanings, spans)."""
    starts = np.cumsum((0, *sizes[:-1]))
    own = np.add.reduceat(nearness, starts, axis=0)
    others = nearness.sum(axis=0, keepdims=True) - own
    margins: NDArray[np.float64] = np.round(
        _SOFTNESS * (np.log(own) - np.log(np.maximum(others, 1e-12))), 4
    )
    return margins
