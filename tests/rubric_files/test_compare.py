"""Two versions of a rubric: the same meaning is the same text, every difference is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from qa_pipeline.rubric_files.compare import (
    ChangeKind,
    canonical_yaml,
    compare_criteria,
    differing_lines,
)
from tests.rubric_files.writing import GREETING, HEAD, load

SECOND = "      - {criterion: heard, title: 听清, points: 3, kind: manual}\n"


def test_layout_and_comments_do_not_count(tmp_path: Path) -> None:
    plain = load(tmp_path, HEAD + GREETING)
    moved = load(
        tmp_path, "# 注释\n" + HEAD + GREETING.replace("points: 5", "points: 5.0"), "b.yaml"
    )
    assert canonical_yaml(plain) == canonical_yaml(moved)
    assert differing_lines(plain, moved) == ()
    assert compare_criteria(plain, moved) == ()


def test_added_removed_and_changed_criteria_are_told_apart(tmp_path: Path) -> None:
    old = load(tmp_path, HEAD + GREETING)
    text = HEAD + SECOND + GREETING.replace("points: 5", "points: 6").replace("喂什么事", "你谁啊")
    new = load(tmp_path, text, "b.yaml")
    there = [(c.criterion_id, c.kind, c.points_before, c.points_after, c.facets)
             for c in compare_criteria(old, new)]  # fmt: skip
    assert there == [
        ("heard", ChangeKind.ADDED, None, 3.0, ()),
        ("greeting", ChangeKind.CHANGED, 5.0, 6.0, ("examples",)),
    ]
    back = compare_criteria(new, old)
    assert [(c.criterion_id, c.kind) for c in back] == [
        ("greeting", ChangeKind.CHANGED),
        ("heard", ChangeKind.REMOVED),
    ]
    assert "+    points: 6.0" in differing_lines(old, new)


@pytest.mark.parametrize(
    ("field", "value", "facet"),
    [
        ("title", "别的", "title"),
        ("bonus", True, "weight"),
        ("guidance", "听", "guidance"),
        ("maximum", 3.0, "limits"),
        ("said", (), "examples"),
        ("any_of", ("再见",), "phrases"),
    ],
)
def test_every_field_has_its_name(tmp_path: Path, field: str, value: object, facet: str) -> None:
    old = load(tmp_path, HEAD + GREETING)
    (section,) = old.sections
    changed = replace(section.criteria[0], **{field: value})
    new = replace(old, sections=(replace(section, criteria=(changed,)),))
    assert [c.facets for c in compare_criteria(old, new)] == [(facet,)]


def test_a_criterion_that_moves_is_told(tmp_path: Path) -> None:
    old = load(tmp_path, HEAD + GREETING)
    (section,) = old.sections
    new = replace(old, sections=(replace(section, section_id="elsewhere"),))
    assert [c.facets for c in compare_criteria(old, new)] == [("section",)]
