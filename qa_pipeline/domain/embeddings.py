"""What utterances mean, as vectors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedSpan:
    """Code points `start` to `end` (not included) of an utterance's text, and their row.

    Equal texts share a row.
    """

    utterance_id: str
    start: int
    end: int
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Embeddings:
    """The vectors of a transcript's unquarantined utterances and of the clauses in them.

    `vectors` is row-major int8, `dimensions` a row. A row stands for a direction:
    its length means nothing, cosines divide by it. Two `Embeddings` compare only
    under the same `model_digest`. Without spans nobody said enough to embed.
    """

    model_digest: str
    dimensions: int
    spans: tuple[EmbeddedSpan, ...]
    vectors: bytes

    # Any bytes are written as JSON text; read by `store.codec`, nothing here needs it.
    __pydantic_config__: ClassVar[Mapping[str, str]] = {
        "ser_json_bytes": "base64",
        "val_json_bytes": "base64",
    }

    def __post_init__(self) -> None:
        if self.dimensions < 1 or len(self.vectors) % self.dimensions:
            raise ValueError(
                f"{len(self.vectors)} bytes are no rows of {self.dimensions} dimensions"
            )
        rows = len(self.vectors) // self.dimensions
        if any(not 0 <= span.row < rows for span in self.spans):
            raise ValueError(f"a span points past the {rows} rows")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextVectors:
    """The int8 vector of each text that a rubric compares with, under one model.

    A text that could not be embedded (no model here, none kept) is left out.
    """

    model_digest: str
    dimensions: int
    vectors: Mapping[str, bytes]
