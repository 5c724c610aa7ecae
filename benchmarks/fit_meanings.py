"""Learn what a turn means from example sentences: behaviour_model/meanings.json.

    nice python -m benchmarks.fit_meanings

One multinomial logistic regression a speaker over the sentence embeddings of
behaviour_model/prototypes.yaml, each sentence as written and misheard twice. No development
dialogue is read. Directions are kept in 255 whole steps, so that every machine answers alike.
`fit_behaviours` runs this first.
"""

import base64
import json
from collections.abc import Mapping
from random import Random

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.mishearing import mishear
from qa_pipeline.detect.meanings import FILE, examples
from qa_pipeline.embed import Embedder, embed_texts, load_embedder

MISHEARD = (0.15, 0.3)
MISHEARD_WEIGHT = 0.5
STRENGTH = 20.0
"""scikit-learn's C: of 8, 20 and 100 by the folds of fit_behaviours, where it hardly matters."""


def main() -> None:
    embedder = load_embedder()
    if embedder is None:
        raise SystemExit("no sentence embedder is installed; run `make setup`")
    learned = {role.value: fit(embedder, meant) for role, meant in examples().items()}
    kept = {
        "model_digest": embedder.model_digest,
        "dimensions": embedder.dimensions,
        "meanings": learned,
    }
    FILE.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def fit(
    embedder: Embedder, meant: Mapping[str, tuple[str, ...]]
) -> dict[str, dict[str, float | str]]:
    """Bias, step and direction of each meaning of one speaker."""
    rows = [
        (text, meaning, weight)
        for meaning, texts in meant.items()
        for written in texts
        for text, weight in _heard(written)
    ]
    made = embed_texts(embedder, tuple(dict.fromkeys(text for text, _, _ in rows)))
    vectors = np.stack([np.frombuffer(made[text], dtype=np.int8) for text, _, _ in rows])
    fitted = LogisticRegression(C=STRENGTH, max_iter=500).fit(
        _of_length_one(vectors),
        np.array([meaning for _, meaning, _ in rows]),
        np.array([weight for _, _, weight in rows]),
    )
    return {
        str(meaning): _kept(float(bias), direction)
        for meaning, bias, direction in zip(
            fitted.classes_, fitted.intercept_, fitted.coef_, strict=True
        )
    }


def _heard(written: str) -> list[tuple[str, float]]:
    spoiled = [mishear(written, rate, Random(f"{written}{rate}")) for rate in MISHEARD]
    return [(written, 1.0), *((text, MISHEARD_WEIGHT) for text in spoiled)]


def _of_length_one(vectors: NDArray[np.int8]) -> NDArray[np.float64]:
    wide = vectors.astype(np.float64)
    unit: NDArray[np.float64] = wide / np.maximum(
        1.0, np.sqrt((wide * wide).sum(axis=1, keepdims=True))
    )
    return unit


def _kept(bias: float, direction: NDArray[np.float64]) -> dict[str, float | str]:
    step = float(np.abs(direction).max()) / 127
    whole = np.round(direction / step).astype(np.int8)
    return {
        "bias": round(bias, 5),
        "step": round(step, 8),
        "direction": base64.b64encode(whole.tobytes()).decode(),
    }


if __name__ == "__main__":
    main()
