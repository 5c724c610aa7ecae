"""Vectors of what was said, and of what a rubric compares it with."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.domain.embeddings import EmbeddedSpan, Embeddings
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.embed.model import Embedder
from qa_pipeline.embed.spans import spans_of

LARGEST = 127


def embed_utterances(embedder: Embedder, utterances: Iterable[Utterance]) -> Embeddings:
    """Embed unquarantined utterances and their clauses; equal texts once.

    Utterances of fewer than two Han characters (four letters) have no span.
    """
    rows: dict[str, int] = {}
    spans: list[EmbeddedSpan] = []
    for said in utterances:
        if said.quarantined_because is not None:
            continue
        for start, end in spans_of(said.text):
            row = rows.setdefault(said.text[start:end], len(rows))
            spans.append(
                EmbeddedSpan(utterance_id=said.utterance_id, start=start, end=end, row=row)
            )
    return Embeddings(
        model_digest=embedder.model_digest,
        dimensions=embedder.dimensions,
        spans=tuple(spans),
        vectors=_int8(embedder.encode(tuple(rows))).tobytes() if rows else b"",
    )


def embed_texts(embedder: Embedder, texts: Sequence[str]) -> Mapping[str, bytes]:
    """The int8 vector of each text, `embedder.dimensions` bytes."""
    wanted = tuple(dict.fromkeys(texts))
    rows = _int8(embedder.encode(wanted))
    return {text: row.tobytes() for text, row in zip(wanted, rows, strict=True)}


def _int8(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Each row scaled so that its largest part becomes 127; its length is lost.

    Fine for rows without one part far above the rest (cosine error 0.002 for this
    model's); another model has to be measured again.
    """
    largest = np.abs(vectors).max(axis=1, initial=0.0, keepdims=True)
    scaled = vectors * (LARGEST / np.where(largest > 0, largest, 1.0))
    return np.rint(scaled).astype(np.int8)
