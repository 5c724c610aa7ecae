"""The examples of rubrics/README.md load."""

import re
import textwrap
from pathlib import Path

from tests.rubric_files.writing import HEAD, load

README = Path(__file__).parents[2] / "rubrics" / "README.md"
BLOCK = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


def test_the_examples_load(tmp_path: Path) -> None:
    blocks = BLOCK.findall(README.read_text("utf-8"))
    assert load(tmp_path, blocks[0]).rubric_id == "inbound_service"
    criteria = [b for b in blocks if b.startswith("- criterion:")]
    assert len(criteria) == 2
    for block in criteria:
        rubric = load(tmp_path, HEAD + textwrap.indent(block, " " * 6))
        assert len(rubric.criteria) == 1
