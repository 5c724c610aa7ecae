"""A small embedder for tests: a vector counts its text's characters."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.domain.transcript import Utterance
from tests.builders import A, C, a_transcript


@dataclass(slots=True, kw_only=True)
class CountingEmbedder:
    """Equal texts get equal unit vectors; `asked` remembers what had to be embedded."""

    model_digest: str = "counting:1"
    dimensions: int = 64
    asked: list[str] = field(default_factory=list)

    def load(self) -> None:
        pass

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        made = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(made, texts, strict=True):
            for char in text:
                row[ord(char) % self.dimensions] += 1
        lengths = np.linalg.norm(made, axis=1, keepdims=True)
        unit: NDArray[np.float32] = made / np.maximum(lengths, 1e-9)
        return unit


def utterances(*texts: str) -> tuple[Utterance, ...]:
    """Agent and customer in turn, a second each."""
    lines = [((A, C)[i % 2], 1000 * i, 1000 * i + 900, text) for i, text in enumerate(texts)]
    return a_transcript(lines).utterances
