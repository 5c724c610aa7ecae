"""How alike cases are: what the customer said before, and how the calls went."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from qa_pipeline.domain.metrics import ConversationMetrics
from qa_pipeline.measure.words import words_of
from qa_pipeline.text.normalize import normalize

Rows = NDArray[np.float32]

_FIGURES = (
    ("agent_talk_ratio", 1.0),
    ("agent_overlap_ratio", 0.3),
    ("agent_interruptions", 5.0),
    ("longest_monologue_ms", 120_000.0),
    ("dead_air_ms", 60_000.0),
    ("speech_rate_cpm", 400.0),
)
"""Metrics and the value from which on more makes no difference."""


class SparseRows(Protocol):
    """The part of a sparse matrix that is used here; scipy has no types."""

    shape: tuple[int, int]

    @property
    def T(self) -> "SparseRows": ...  # noqa: N802
    def __getitem__(self, rows: slice | NDArray[np.int64]) -> "SparseRows": ...
    def __matmul__(self, other: "SparseRows") -> "SparseRows": ...
    def toarray(self) -> Rows: ...


def word_vectors(texts: Sequence[str]) -> SparseRows:
    """One TF-IDF row of length 1 a text, over jieba words; zeros for a text without words.

    The texts given are the documents (scikit-learn's smoothed idf).
    """
    words = [words_of(normalize(text)) for text in texts]
    if not any(words):
        empty: SparseRows = csr_matrix((len(texts), 1), dtype=np.float32)
        return empty
    vectorizer = TfidfVectorizer(analyzer=lambda listed: listed, dtype=np.float32)
    rows: SparseRows = vectorizer.fit_transform(words).tocsr()
    return rows


def call_figures(metrics: ConversationMetrics) -> tuple[float | None, ...]:
    """How the call went, each figure from 0 to 1; None where it could not be measured."""
    return tuple(_share(getattr(metrics, name), most) for name, most in _FIGURES)


def _share(value: float | None, most: float) -> float | None:
    return None if value is None else round(min(1.0, value / most), 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situations:
    """What customers said, ready to be compared: words always, meaning where it is known.

    `models` numbers the model of each row, -1 for none; `vectors` are of length 1, one
    table a model, and `places` says where a row stands in its table.
    """

    words: SparseRows
    models: NDArray[np.int64]
    places: NDArray[np.int64]
    vectors: tuple[Rows, ...]

    def compared(
        self, rows: NDArray[np.int64], columns: NDArray[np.int64]
    ) -> tuple[Rows, NDArray[np.bool_]]:
        """The cosine of each row with each column, and whether it is one of meaning."""
        cosine = np.asarray((self.words[rows] @ self.words[columns].T).toarray())
        by_meaning = (self.models[rows][:, None] == self.models[columns][None, :]) & (
            self.models[rows] >= 0
        )[:, None]
        for number, table in enumerate(self.vectors):
            ours = np.flatnonzero(self.models[rows] == number)
            theirs = np.flatnonzero(self.models[columns] == number)
            left = table[self.places[rows[ours]]]
            right = table[self.places[columns[theirs]]]
            cosine[np.ix_(ours, theirs)] = left @ right.T
        return cosine, by_meaning


def situations_of(
    texts: Sequence[str], meanings: Sequence[tuple[str, NDArray[np.float64]] | None]
) -> Situations:
    """The texts with the model and vector of each, None where nothing was embedded."""
    known = sorted({model for found in meanings if found for model in (found[0],)})
    tables: list[list[NDArray[np.float64]]] = [[] for _ in known]
    models = np.full(len(texts), -1, dtype=np.int64)
    places = np.zeros(len(texts), dtype=np.int64)
    for row, found in enumerate(meanings):
        if found:
            models[row] = known.index(found[0])
            table = tables[models[row]]
            places[row] = len(table)
            table.append(found[1])
    return Situations(
        words=word_vectors(texts),
        models=models,
        places=places,
        vectors=tuple(np.array(table, dtype=np.float32) for table in tables),
    )


def best_of(likeness: Rows, allowed: NDArray[np.bool_], wanted: int) -> NDArray[np.int64]:
    """The columns with the highest likeness among those allowed; of equal ones the first."""
    columns = np.flatnonzero(allowed)
    values = likeness[columns]
    if columns.size > wanted:
        least = np.partition(values, -wanted)[-wanted]
        columns = columns[values >= least]
        values = likeness[columns]
    order = np.argsort(-values, kind="stable")[:wanted]
    return columns[order]
