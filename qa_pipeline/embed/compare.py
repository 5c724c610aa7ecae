"""Cosines from kept vectors: no model, and the same bytes on every machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from qa_pipeline.domain.embeddings import Embeddings, TextVectors

# 127² · 1024 < 2²⁴: up to here float32 adds whole numbers without rounding, in any order.
MAX_DIMENSIONS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Prototypes:
    """Texts to compare with, ready for `similarities`; make them once for a rubric.

    `rows` holds whole numbers, shape (texts, dimensions); `lengths` their norms.
    """

    texts: tuple[str, ...]
    model_digest: str
    rows: NDArray[np.float32]
    lengths: NDArray[np.float64]


def prototypes(texts: Sequence[str], vectors: TextVectors) -> Prototypes | None:
    """The texts' vectors in their order; None where one of them is missing."""
    if any(text not in vectors.vectors for text in texts):
        return None
    data = b"".join(vectors.vectors[text] for text in texts)
    rows = _rows(data, vectors.dimensions)
    return Prototypes(
        texts=tuple(texts),
        model_digest=vectors.model_digest,
        rows=rows,
        lengths=_lengths(rows),
    )


def similarities(
    queries: Prototypes, embeddings: Embeddings, rows: NDArray[np.intp] | None = None
) -> NDArray[np.float64]:
    """Cosine of each text with each row, shape (texts, rows); by default the rows of all spans.

    Raises ValueError for vectors of two models. Sums of whole numbers below 2²⁴
    are exact, so the answer does not depend on the machine's BLAS.
    """
    if queries.model_digest != embeddings.model_digest:
        raise ValueError(
            f"vectors of {queries.model_digest} and {embeddings.model_digest} do not compare"
        )
    if rows is None:
        rows = np.fromiter((span.row for span in embeddings.spans), dtype=np.intp)
    vectors = _rows(embeddings.vectors, embeddings.dimensions)[rows]
    found = _products(queries.rows, vectors)
    found /= np.outer(queries.lengths, _lengths(vectors))
    return found


def along(
    directions: NDArray[np.float32],
    steps: NDArray[np.float64],
    embeddings: Embeddings,
    rows: NDArray[np.intp],
) -> NDArray[np.float64]:
    """How far each unit row reaches in each direction, shape (rows, directions).

    Directions are whole numbers from −127 to 127, their steps apart: exact as `similarities`.
    """
    vectors = _rows(embeddings.vectors, embeddings.dimensions)[rows]
    found: NDArray[np.float64] = _products(vectors, directions) * steps / _lengths(vectors)[:, None]
    return found


def _products(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float64]:
    """`left @ right.T` of whole numbers, on one core."""
    # Waking a second BLAS thread costs more than the work: 8 ms instead of 0.3 on a busy machine.
    with _blas().limit(limits=1, user_api="blas"):
        return (left @ right.T).astype(np.float64)


@lru_cache(maxsize=1)
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def _rows(data: bytes, dimensions: int) -> NDArray[np.float32]:
    if dimensions > MAX_DIMENSIONS:
        raise ValueError(f"{dimensions} dimensions: at most {MAX_DIMENSIONS} compare exactly")
    return np.frombuffer(data, dtype=np.int8).reshape(-1, dimensions).astype(np.float32)


def _lengths(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    squares = np.einsum("ij,ij->i", rows, rows)
    lengths: NDArray[np.float64] = np.sqrt(np.maximum(squares.astype(np.float64), 1.0))
    return lengths
