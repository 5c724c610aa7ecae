"""Rubric texts for tests: say only what the test is about."""

from pathlib import Path

import pytest

from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.errors import RubricError
from qa_pipeline.rubric_files import load_rubric

GREETING = """\
      - criterion: greeting
        title: 规范问候
        points: 5
        kind: script
        steps:
          - {any_of: ['您好{0-12}为您服务']}
        said: ['您好很高兴为您服务', '您好这里是客服中心为您服务']
        not_said: ['喂什么事', '喂你说吧我听着']
"""

HEAD = """\
rubric: test
version: 1
pass_percent: 80
triggers:
  complains: {role: customer, any_of: ['我要投诉你们']}
sections:
  - section: opening
    criteria:
"""


def write(folder: Path, text: str | bytes, name: str = "r.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def load(folder: Path, text: str | bytes, name: str = "r.yaml") -> Rubric:
    return load_rubric(write(folder, text, name))


def problems(folder: Path, text: str | bytes) -> tuple[str, ...]:
    """The lines of the RubricError that loading gives, without the folder."""
    with pytest.raises(RubricError) as caught:
        load(folder, text)
    return tuple(line.replace(f"{folder}/", "") for line in caught.value.problems)


def problem(folder: Path, text: str | bytes) -> str:
    """The only problem of a text."""
    found = problems(folder, text)
    assert len(found) == 1, found
    return found[0]


def criterion(line: str) -> str:
    """A rubric with the greeting and one more criterion in flow style, on line 17."""
    return HEAD + GREETING + f"      - {{{line}}}\n"
