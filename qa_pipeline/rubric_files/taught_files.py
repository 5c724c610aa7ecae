"""Wordings taught by examples: `rubrics/taught/NAME.json`, written by a machine."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from qa_pipeline.domain.taught import Taught, TaughtWeights
from qa_pipeline.rubric_files.reading import Reading
from qa_pipeline.rubric_files.yaml_tree import Place
from qa_pipeline.text.grams import gram_code
from qa_pipeline.text.lexicons import rubrics_dir


class _RawWeights(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    intercept: float
    grams: dict[str, float]
    embedding: str = ""
    step: float = 0.0


class _RawTaught(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    taught: str
    about: str
    embedder: str
    with_meaning: _RawWeights
    without_meaning: _RawWeights


def read_taught(name: str, place: Place, entry: str, reading: Reading) -> Taught | None:
    """The wording `NAME.json` beside the rubric, else among the project's own.

    None when it is missing or broken: the reason is then in the findings.
    """
    folders = [reading.path.parent / "taught", rubrics_dir() / "taught"]
    path = next((p for folder in folders if (p := folder / f"{name}.json").is_file()), None)
    if path is None:
        known = sorted({p.stem for folder in folders for p in folder.glob("*.json")})
        reading.error(
            place, entry, f"no taught wording taught/{name}.json",
            f"use one of: {', '.join(known) or 'none yet'}; or leave `taught` out",
        )  # fmt: skip
        return None
    try:
        return _load(path.read_bytes())
    except (ValidationError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0]
        reading.error(place, entry, f"{path.name} is no taught wording: {reason}",
                      "restore the file, or leave `taught` out")  # fmt: skip
        return None


def taught_digest(document: Mapping[str, Any]) -> str:
    """The SHA-256 of all that decides an answer."""
    content = {key: value for key, value in document.items() if key != "about"}
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@lru_cache(maxsize=256)
def _load(text: bytes) -> Taught:
    """Made once for all rubrics that use it, wherever its file lies."""
    item = _RawTaught.model_validate_json(text)
    return Taught(
        name=item.taught,
        digest=taught_digest(json.loads(text)),
        embedder=item.embedder,
        with_meaning=_weights(item.with_meaning),
        without_meaning=_weights(item.without_meaning),
    )


def _weights(item: _RawWeights) -> TaughtWeights:
    for gram in item.grams:
        gram_code(gram)  # KeyError: an unknown syllable
    return TaughtWeights(
        intercept=item.intercept,
        grams=tuple(item.grams.items()),
        embedding=item.embedding,
        step=item.step,
    )
