"""The fitted weights of the behaviours, and what inspectors' decisions made of them since.

The shipped weights are behaviour_model/behaviours.json. `qa-pipeline calibrate` may add
versions to the folder rubrics/behaviours (0001.json, 0002.json, …): of those that were
learned from the weights shipped now the last one counts, behaviour by behaviour.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from qa_pipeline.errors import RubricError
from qa_pipeline.text.lexicons import rubrics_dir

_FOLDER = Path(__file__).with_name("behaviour_model")
FILE = _FOLDER / "behaviours.json"

Models = Mapping[tuple[str, str], "Fitted"]
"""By behaviour and variant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """One linear model in log-odds: bias, weight by sign, and the probability that counts."""

    bias: float
    cut: float
    weights: Mapping[str, float]


def variant(*, is_timed: bool, has_meaning: bool) -> str:
    """What a model may look at: the words always, times and meanings where there are any."""
    return "text" + "+timing" * is_timed + "+meaning" * has_meaning


def fitted_model(name: str, *, is_timed: bool, has_meaning: bool) -> Fitted:
    """The behaviour's model for what is known of the call."""
    key = (name, variant(is_timed=is_timed, has_meaning=has_meaning))
    learned = learned_file()
    found = _learned(learned).get(key) if learned else None
    return found or _shipped()[key]


def model_version() -> str:
    """A digest of the weights and of the example sentences of the meanings."""
    return _version(learned_file())


def learned_file() -> Path | None:
    """The version of rubrics/behaviours that counts, None where none does."""
    folder = f"{rubrics_dir()}/behaviours"
    try:
        names = sorted(os.listdir(folder), reverse=True)  # asked for every behaviour of every call
    except (FileNotFoundError, NotADirectoryError):
        return None
    versions = (Path(folder, name) for name in names if name.endswith(".json"))
    return next((path for path in versions if _is_of_these_weights(path)), None)


def save_learned(models: Models, figures: Mapping[str, object]) -> Path:
    """Add a version with these models, all others as they are now; older ones stay.

    `figures` says in the file what was learned from. Raises RubricError where the centre
    has no rubrics folder of its own.
    """
    folder = rubrics_dir()
    if folder.is_relative_to(_FOLDER.parents[1]):
        raise RubricError(f"{folder}: comes with the package; run in a folder with its own rubrics")
    now = learned_file()
    kept = {**(_learned(now) if now else {}), **models}
    document: dict[str, Any] = {"learned_from": shipped_digest(), "figures": figures, "models": {}}
    for (name, kind), model in sorted(kept.items()):
        document["models"].setdefault(name, {})[kind] = asdict(model)
    (folder / "behaviours").mkdir(exist_ok=True)
    taken = [int(p.stem) for p in (folder / "behaviours").glob("*.json") if p.stem.isdigit()]
    path = folder / "behaviours" / f"{max(taken, default=0) + 1:04}.json"
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
    return path


@lru_cache(maxsize=1)
def shipped_digest() -> str:
    return hashlib.sha256(FILE.read_bytes()).hexdigest()[:16]


@lru_cache(maxsize=8)
def _version(learned: Path | None) -> str:
    digest = hashlib.sha256()
    for path in (*sorted(_FOLDER.iterdir()), *((learned,) if learned else ())):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:8]


@lru_cache(maxsize=1)
def _shipped() -> Models:
    return _models(json.loads(FILE.read_text(encoding="utf-8")))


@lru_cache(maxsize=64)
def _is_of_these_weights(path: Path) -> bool:
    return bool(_document(path).get("learned_from") == shipped_digest())


@lru_cache(maxsize=8)
def _learned(path: Path) -> Models:
    return _models(_document(path))


def _document(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        _models(found)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RubricError(
            f"behaviours/{path.name}: no version of the behaviours' weights ({error!r}); "
            "remove the file, or run `qa-pipeline calibrate` again"
        ) from error
    assert isinstance(found, dict)
    return found


def _models(written: Mapping[str, Any]) -> Models:
    return {
        (name, kind): Fitted(bias=m["bias"], cut=m["cut"], weights=m["weights"])
        for name, kinds in written["models"].items()
        for kind, m in kinds.items()
    }
