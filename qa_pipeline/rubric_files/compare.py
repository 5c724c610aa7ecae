"""Two versions of a rubric side by side: line by line, and criterion by criterion."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from difflib import unified_diff
from enum import Enum, StrEnum

import yaml

from qa_pipeline.domain.rubric import Criterion, Rubric
from qa_pipeline.domain.taught import Taught

_KEYS = {
    "rubric_id": "rubric", "section_id": "section", "criterion_id": "criterion",
    "minimum": "min", "maximum": "max",
}  # fmt: skip
_LEFT_OUT = {"digest", "source_text"}
_FACETS: Mapping[str, tuple[str, ...]] = {
    "title": ("title",),
    "kind": ("kind", "behaviour", "metric", "role"),
    "place": ("where",),
    "phrases": ("steps", "any_of", "unless", "listen_for", "strictness"),
    "taught": ("taught",),
    "examples": ("said", "not_said"),
    "limits": ("minimum", "maximum", "bands"),
    "weight": ("bonus", "critical", "auto_fail", "when_provoked"),
    "condition": ("applies_when",),
    "guidance": ("guidance",),
}


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionChange:
    """What became of one criterion; points are None where there was none.

    `facets` name what else differs: title, kind, place, phrases, taught, examples,
    limits, weight, condition, guidance, section.
    """

    criterion_id: str
    title: str
    kind: ChangeKind
    points_before: float | None
    points_after: float | None
    facets: tuple[str, ...] = ()


def canonical_yaml(rubric: Rubric) -> str:
    """The resolved content of a rubric as YAML: lists written out, defaults left out.

    Two files that mean the same give the same text. What was taught stands by its
    name and digest.
    """
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(
        _plain(rubric), Dumper=dumper, allow_unicode=True, sort_keys=False, width=100
    )
    return text


def differing_lines(old: Rubric, new: Rubric, around: int = 3) -> tuple[str, ...]:
    """A unified diff of the two canonical texts, without its file names."""
    before, after = canonical_yaml(old).splitlines(), canonical_yaml(new).splitlines()
    return tuple(unified_diff(before, after, n=around, lineterm=""))[2:]


def compare_criteria(old: Rubric, new: Rubric) -> tuple[CriterionChange, ...]:
    """The criteria that are not the same: in the order of the new form, then what it lost."""
    was = {c.criterion_id: (s.section_id, c) for s, c in old.walk()}
    changes = []
    for section, criterion in new.walk():
        before = was.pop(criterion.criterion_id, None)
        if before is None:
            changes.append(_change(criterion, ChangeKind.ADDED, None, criterion.points))
            continue
        facets = tuple(_facets(before[1], criterion))
        if before[0] != section.section_id:
            facets = (*facets, "section")
        if facets or before[1].points != criterion.points:
            kind = ChangeKind.CHANGED
            changes.append(_change(criterion, kind, before[1].points, criterion.points, facets))
    gone = (_change(c, ChangeKind.REMOVED, c.points, None) for _, c in was.values())
    return (*changes, *gone)


def _change(
    criterion: Criterion,
    kind: ChangeKind,
    before: float | None,
    after: float | None,
    facets: tuple[str, ...] = (),
) -> CriterionChange:
    return CriterionChange(
        criterion_id=criterion.criterion_id,
        title=criterion.title,
        kind=kind,
        points_before=before,
        points_after=after,
        facets=facets,
    )


def _facets(old: Criterion, new: Criterion) -> Iterator[str]:
    for facet, names in _FACETS.items():
        if any(_plain(getattr(old, n)) != _plain(getattr(new, n)) for n in names):
            yield facet


def _plain(value: object) -> object:
    """Dataclasses as mappings without what has its default; enums as their words."""
    if isinstance(value, Taught):
        return {"name": value.name, "digest": value.digest}
    if is_dataclass(value) and not isinstance(value, type):
        return {
            _KEYS.get(f.name, f.name): _plain(held)
            for f in fields(value)
            if f.name not in _LEFT_OUT and not _is_default(f, held := getattr(value, f.name))
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(held) for key, held in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(held) for held in value]
    return value


def _is_default(field: Field[object], held: object) -> bool:
    if field.default_factory is not MISSING:
        return held == field.default_factory()
    return field.default is not MISSING and held == field.default
