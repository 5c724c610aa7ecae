"""The real model: paraphrases are nearer than other sentences."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from sklearn.metrics import roc_auc_score

from qa_pipeline.domain.embeddings import TextVectors
from qa_pipeline.embed import embed_texts, load_embedder, prototypes

pytestmark = pytest.mark.slow

SCRIPTS = Path(__file__).parents[2] / "benchmarks" / "meaning_scripts.yaml"


def test_paraphrases_are_nearer_than_other_scripts() -> None:
    """Measured 0.943 when the model was chosen; chance is 0.5."""
    embedder = load_embedder()
    assert embedder is not None
    scripts = yaml.safe_load(SCRIPTS.read_text(encoding="utf-8"))
    said = [(name, text) for name, script in scripts.items() for text in script["said"]]
    vectors = embedder.encode([text for _, text in said])
    aucs = []
    for name, script in scripts.items():
        nearest = (vectors @ embedder.encode(script["prototypes"]).T).max(axis=1)
        aucs.append(roc_auc_score([other == name for other, _ in said], nearest))
    assert np.mean(aucs) > 0.92


def test_kept_rows_of_real_texts_change_a_cosine_by_less_than_a_hundredth() -> None:
    embedder = load_embedder()
    assert embedder is not None
    scripts = yaml.safe_load(SCRIPTS.read_text(encoding="utf-8"))
    texts = tuple({text for s in scripts.values() for part in s.values() for text in part})
    vectors = TextVectors(
        model_digest=embedder.model_digest,
        dimensions=embedder.dimensions,
        vectors=embed_texts(embedder, texts),
    )
    kept = prototypes(texts, vectors)
    assert kept is not None
    cosines = (kept.rows @ kept.rows.T) / np.outer(kept.lengths, kept.lengths)
    exact = embedder.encode(texts)
    assert np.abs(cosines - exact @ exact.T).max() < 0.01


def test_other_languages_work_too() -> None:
    embedder = load_embedder()
    assert embedder is not None
    asked, other, far = embedder.encode(
        ["How can I help you", "What can I do for you", "The parcel was lost"]
    )
    assert asked @ other > asked @ far + 0.2


def test_a_text_has_one_vector_whatever_stands_beside_it() -> None:
    embedder = load_embedder()
    assert embedder is not None
    texts = ["请问有什么可以帮您", "请您稍等", "How can I help you"] * 16
    alone = np.stack([embedder.encode([text])[0] for text in texts])
    assert np.abs(embedder.encode(texts) - alone).max() < 1e-5
    assert np.linalg.norm(alone, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_odd_texts_are_embedded_too() -> None:
    embedder = load_embedder()
    assert embedder is not None
    assert np.isfinite(embedder.encode(["", " ", "\ud800您好", "👍", "x" * 5000])).all()
    assert embedder.encode([]).shape == (0, embedder.dimensions)
