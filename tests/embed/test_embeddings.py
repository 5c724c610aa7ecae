from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from qa_pipeline.domain.embeddings import EmbeddedSpan, Embeddings, TextVectors
from qa_pipeline.embed import Prototypes, embed_texts, embed_utterances, prototypes, similarities
from qa_pipeline.embed.compare import MAX_DIMENSIONS
from qa_pipeline.embed.model import PACKAGE, installed_digest
from tests.embed.words import CountingEmbedder, utterances


def queries(embedder: CountingEmbedder, *texts: str) -> Prototypes:
    vectors = embed_texts(embedder, texts)
    made = prototypes(
        texts,
        TextVectors(
            model_digest=embedder.model_digest, dimensions=embedder.dimensions, vectors=vectors
        ),
    )
    assert made is not None
    return made


def test_each_span_is_told_by_its_own_words() -> None:
    embedder = CountingEmbedder()
    made = embed_utterances(embedder, utterances("您请讲，先别挂机", "我要退货"))
    found = similarities(queries(embedder, "先别挂机", "我要退货"), made)
    assert [(s.utterance_id, s.start, s.end) for s in made.spans] == [
        ("u0001", 0, 8),
        ("u0001", 0, 3),
        ("u0001", 4, 8),
        ("u0002", 0, 4),
    ]
    assert found.argmax(axis=1).tolist() == [2, 3]
    assert found[0, 2] == pytest.approx(1.0)


def test_equal_texts_are_embedded_once_and_noises_and_quarantine_never() -> None:
    embedder = CountingEmbedder()
    first, noise, again, junk = utterances("请您稍等", "嗯", "请您稍等", "字幕由志愿者提供")
    made = embed_utterances(
        embedder, (first, noise, again, replace(junk, quarantined_because="junk"))
    )
    assert embedder.asked == ["请您稍等"]
    assert [(s.utterance_id, s.row) for s in made.spans] == [("u0001", 0), ("u0003", 0)]


def test_a_call_without_words_has_embeddings_without_spans() -> None:
    embedder = CountingEmbedder()
    made = embed_utterances(embedder, utterances("嗯"))
    assert made.spans == ()
    assert made.vectors == b""
    assert similarities(queries(embedder, "您好"), made).shape == (1, 0)


@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_kept_rows_change_a_cosine_by_less_than_a_hundredth(seed: int, alike: float) -> None:
    """Rows whose parts are spread as an embedder's are; `test_model` has real ones."""
    rng = np.random.default_rng(seed)
    raw = rng.normal(size=(6, 512)) + alike * rng.normal(size=(1, 512))
    unit = raw / np.linalg.norm(raw, axis=1, keepdims=True)

    class Given(CountingEmbedder):
        def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
            return unit.astype(np.float32)[: len(texts)]

    kept = queries(Given(dimensions=512), "一", "二", "三", "四", "五", "六")
    cosines = (kept.rows @ kept.rows.T) / np.outer(kept.lengths, kept.lengths)
    assert np.abs(cosines - unit @ unit.T).max() < 0.01


def test_sums_of_the_largest_rows_are_exact() -> None:
    row = bytes([127]) * MAX_DIMENSIONS
    vectors = TextVectors(model_digest="m", dimensions=MAX_DIMENSIONS, vectors={"a": row})
    made = prototypes(("a",), vectors)
    assert made is not None
    assert float((made.rows @ made.rows.T)[0, 0]) == 127**2 * MAX_DIMENSIONS < 2**24


def test_a_missing_text_leaves_nothing_to_compare_with() -> None:
    vectors = TextVectors(model_digest="m", dimensions=2, vectors={"您好": b"\x01\x02"})
    assert prototypes(("您好", "再见"), vectors) is None


def test_vectors_of_two_models_do_not_compare() -> None:
    made = embed_utterances(CountingEmbedder(model_digest="other:1"), utterances("您好"))
    with pytest.raises(ValueError, match="do not compare"):
        similarities(queries(CountingEmbedder(), "您好"), made)


def test_broken_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="no rows of 4"):
        Embeddings(model_digest="m", dimensions=4, spans=(), vectors=b"123")
    beyond = EmbeddedSpan(utterance_id="u1", start=0, end=2, row=1)
    with pytest.raises(ValueError, match="past the 1 rows"):
        Embeddings(model_digest="m", dimensions=4, spans=(beyond,), vectors=b"1234")


def test_no_package_and_half_a_package_give_no_model() -> None:
    assert installed_digest("no-such-package-here", "nothing") is None
    assert installed_digest(PACKAGE, "no_such_module_here") is None
    assert installed_digest(PACKAGE, "json") is None
