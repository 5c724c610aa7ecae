"""The fitted weights of the behaviours, read from behaviour_model/behaviours.json."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).with_name("behaviour_model")
FILE = _FOLDER / "behaviours.json"


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
    return _read()[name, variant(is_timed=is_timed, has_meaning=has_meaning)]


@lru_cache(maxsize=1)
def model_version() -> str:
    """A digest of the weights and of the example sentences of the meanings."""
    digest = hashlib.sha256()
    for path in sorted(_FOLDER.iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:8]


@lru_cache(maxsize=1)
def _read() -> Mapping[tuple[str, str], Fitted]:
    written = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        (name, kind): Fitted(bias=m["bias"], cut=m["cut"], weights=m["weights"])
        for name, kinds in written["models"].items()
        for kind, m in kinds.items()
    }
