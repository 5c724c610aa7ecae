"""The documents say what the code does."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")])
LINK = re.compile(r"\]\(([^)#\s]+)")


def test_the_reference_is_what_the_code_gives() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_reference.py"), run_name="docs")
    assert (ROOT / "docs" / "reference.md").read_text("utf-8") == made["reference"](), (
        "run `python docs/make_reference.py`"
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = [target for target in LINK.findall(page.read_text("utf-8")) if "://" not in target]
    missing = [target for target in links if not (page.parent / target).exists()]
    assert missing == []


def test_both_readmes_name_the_same_commands() -> None:
    commands = [
        set(re.findall(r"qa-pipeline ([a-z-]+)", (ROOT / name).read_text("utf-8")))
        for name in ("README.md", "README.zh-CN.md")
    ]
    assert commands[0] == commands[1]
