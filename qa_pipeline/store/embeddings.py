"""Sentence embeddings as rows, and the kept vectors of rubric texts."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from qa_pipeline.domain.embeddings import EmbeddedSpan, Embeddings
from qa_pipeline.errors import StoreError
from qa_pipeline.store.codec import decode, digest, encode
from qa_pipeline.store.part import StorePart, pages
from qa_pipeline.store.tables import analyses, calls, embeddings, judgements, text_vectors

_SPANS = tuple[EmbeddedSpan, ...]


class StoredVectors(StorePart):
    """What needs no sentence embedder because it was embedded before."""

    def embedding_model(self, recording_id: str) -> str | None:
        """The model behind the embeddings of the recording's current judgement, if any."""
        chosen = (
            select(embeddings.c.model_digest)
            .join(analyses, analyses.c.embeddings_id == embeddings.c.embeddings_id)
            .join(judgements, judgements.c.analysis_id == analyses.c.analysis_id)
            .join(calls, calls.c.call_id == judgements.c.call_id)
            .where(calls.c.recording_id == recording_id)
            .where(judgements.c.is_current)
        )
        with self.database.read() as connection:
            return connection.execute(chosen).scalar()

    def text_vectors(self, model_digest: str, texts: Sequence[str]) -> Mapping[str, bytes]:
        """The kept vectors of these texts; those that are not kept are left out."""
        with self.database.read() as connection:
            return _kept(connection, model_digest, texts)

    def save_text_vectors(self, model_digest: str, vectors: Mapping[str, bytes]) -> None:
        """Keep the vectors of rubric texts; one that is kept already stays as it is."""
        with self.database.write("vectors of rubric texts") as connection:
            known = _kept(connection, model_digest, tuple(vectors))
            rows = [
                {"model_digest": model_digest, "text": text, "vector": vector}
                for text, vector in vectors.items()
                if text not in known
            ]
            if rows:
                connection.execute(insert(text_vectors), rows)


def embeddings_row(recording_id: str, made: Embeddings) -> dict[str, Any]:
    """The row of a recording's embeddings; its id is the digest of the rest."""
    row: dict[str, Any] = {
        "recording_id": recording_id,
        "model_digest": made.model_digest,
        "dimensions": made.dimensions,
        "spans_json": encode(_SPANS, made.spans),
        "vectors": made.vectors,
    }
    contents = hashlib.sha256(made.vectors).hexdigest()
    row["embeddings_id"] = digest(
        recording_id, made.model_digest, str(made.dimensions), row["spans_json"], contents
    )
    return row


def save_embeddings(connection: Connection, row: dict[str, Any]) -> None:
    """Insert the row unless it is there already."""
    chosen = embeddings.c.embeddings_id == row["embeddings_id"]
    if connection.execute(select(embeddings.c.embeddings_id).where(chosen)).first() is None:
        connection.execute(insert(embeddings).values(**row))


def embeddings_of(connection: Connection, ids: Sequence[str | None]) -> Mapping[str, Embeddings]:
    """The embeddings with these ids; None among them stands for none."""
    wanted = [each for each in ids if each is not None]
    rows = connection.execute(select(embeddings).where(embeddings.c.embeddings_id.in_(wanted)))
    return {row.embeddings_id: _embeddings(row) for row in rows}


def _embeddings(row: Row[Any]) -> Embeddings:
    try:
        return Embeddings(
            model_digest=row.model_digest,
            dimensions=row.dimensions,
            spans=decode(_SPANS, row.spans_json),
            vectors=row.vectors,
        )
    except ValueError as error:
        raise StoreError(
            f"the stored embeddings {row.embeddings_id} cannot be read: {error}; run"
            " `qa-pipeline db check`"
        ) from error


def _kept(connection: Connection, model_digest: str, texts: Sequence[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    mine = select(text_vectors).where(text_vectors.c.model_digest == model_digest)
    for page in pages(texts):
        for row in connection.execute(mine.where(text_vectors.c.text.in_(page))):
            found[row.text] = row.vector
    return found
