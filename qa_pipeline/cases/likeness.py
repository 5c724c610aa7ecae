"""How alike cases are: jieba TF-IDF of their words."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from qa_pipeline.measure.words import words_of
from qa_pipeline.text.normalize import normalize


def word_vectors(texts: Sequence[str]) -> NDArray[np.float64]:
    """One TF-IDF row of length 1 a text, over jieba words; zeros for a text without words.

    The texts given are the documents (scikit-learn's smoothed idf).
    """
    words = [words_of(normalize(text)) for text in texts]
    if not any(words):
        return np.zeros((len(texts), 1))
    vectorizer = TfidfVectorizer(analyzer=lambda listed: listed)
    rows: NDArray[np.float64] = vectorizer.fit_transform(words).toarray()
    return rows
