"""What the shipped rubrics say of the wordings that they have taught: examples, phrases."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from qa_pipeline.detect.literal import said_alone

FOLDER = Path(__file__).parents[1] / "rubrics"
RUBRICS = ("inbound_service", "outbound_sales", "insurance_outbound")


@cache
def entries() -> tuple[tuple[str, dict[str, Any]], ...]:
    """What the shipped rubrics and phrase lists teach: the wording's name and the entry.

    Read from the files as they are written: their taught wordings may not exist yet.
    """
    found = [_read(path) for path in sorted((FOLDER / "phrases").glob("*.yaml"))]
    for name in RUBRICS:
        rubric = _read(FOLDER / f"{name}.yaml")
        found += rubric["triggers"].values() if "triggers" in rubric else ()
        found += [entry for section in rubric["sections"] for entry in section["criteria"]]
    return tuple((entry["taught"], entry) for entry in found if "taught" in entry)


def _read(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


@cache
def rubric_examples() -> dict[str, tuple[tuple[str, bool], ...]]:
    """The examples of the shipped criteria by the wording that they name."""
    found: dict[str, dict[tuple[str, bool], None]] = {}
    for wording, entry in entries():
        listed = found.setdefault(wording, {})
        for key in ("said", "not_said"):
            listed.update(dict.fromkeys((text, key == "said") for text in entry.get(key, ())))
    return {name: tuple(examples) for name, examples in found.items()}


@cache
def rubric_phrases() -> dict[str, tuple[str, ...]]:
    """The phrases, as somebody would say them, of the criteria by the wording that they name."""
    found: dict[str, dict[str, None]] = {}
    for wording, entry in entries():
        required = [step for step in entry.get("steps", ()) if not step.get("optional")]
        listed = FOLDER / "phrases" / f"{entry.get('phrases')}.yaml"
        shared = (_read(listed),) if listed.is_file() else ()
        phrases = [p for step in (*shared, entry, *required) for p in step.get("any_of", ())]
        found.setdefault(wording, {}).update(dict.fromkeys(map(said_alone, phrases)))
    return {name: tuple(phrases) for name, phrases in found.items()}


@cache
def forbidden_wordings() -> frozenset[str]:
    """The wordings that no agent may say."""
    found = set()
    for name in RUBRICS:
        for section in _read(FOLDER / f"{name}.yaml")["sections"]:
            for entry in section["criteria"]:
                listed = FOLDER / "phrases" / f"{entry.get('phrases')}.yaml"
                taught = entry.get("taught")
                if taught is None and listed.is_file():
                    taught = _read(listed).get("taught")
                if taught is not None and entry["kind"] == "forbidden":
                    found.add(taught)
    return frozenset(found)
