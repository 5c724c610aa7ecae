"""Every sentence that the rubric files' checks can say has its Chinese."""

import ast
import re
from pathlib import Path

import pytest

from qa_pipeline import rubric_files
from qa_pipeline.review_web.problem_words import in_chinese

SOURCES = sorted(Path(rubric_files.__file__).parent.glob("*.py"))
HAN = re.compile(r"[\u4e00-\u9fff]")

MADE_ELSEWHERE = {"1", "11", "1: 1"}
"""Nothing but places: their words come with what fills them."""


def sentences() -> set[str]:
    """Reason and remedy of every `.error(…)`, `.warn(…)` and complaint, places filled with 1."""
    found: set[str] = set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            told: list[ast.expr] = []
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr in {"error", "warn"}:
                    told = node.args[-2:]
            elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
                told = node.value.elts[1:] if source.name == "lint.py" else []
            found |= {text for part in told if (text := _text(part))}
    return found


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "1" for v in node.values)
    return ""


def test_the_sentences_are_found() -> None:
    assert len(sentences()) > 60


@pytest.mark.parametrize("sentence", sorted(sentences() - MADE_ELSEWHERE))
def test_a_sentence_has_its_chinese(sentence: str) -> None:
    assert HAN.search(in_chinese(sentence)), sentence


def test_what_varies_stays() -> None:
    assert in_chinese("unknown key 'kin'") == "没有 'kin' 这个键"
    assert in_chinese("criterion greeting") == "评分项 greeting"
    assert in_chinese("nobody wrote this") == "nobody wrote this"
