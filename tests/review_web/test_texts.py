import ast
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa_pipeline.review_web import app, audit_view, error_pages, login, passwords, texts, users_view
from qa_pipeline.store import CallStore
from tests.review_web.desk import a_task, fill

TEMPLATES = Path(app.__file__).parent / "templates"
OWN = tuple(sorted(path.stem for path in TEMPLATES.glob("*.html")))
HAN = re.compile(r"[\u4e00-\u9fff]")
CALLED = re.compile(r'_\("([^"]+)"')
LISTED = re.compile(r'"([^"]*[\u4e00-\u9fff][^"]*)"')


def sources() -> dict[str, str]:
    return {name: (TEMPLATES / f"{name}.html").read_text("utf-8") for name in OWN}


def test_every_text_of_the_templates_has_its_english() -> None:
    english = texts.catalogue("en")
    wanted = {text for source in sources().values() for text in CALLED.findall(source)}
    wanted |= {text for source in sources().values() for text in LISTED.findall(source)}
    assert wanted - set(english) <= {"中文"}, "add to texts_en.yaml"


def test_every_word_of_the_accounts_pages_has_its_english() -> None:
    english = texts.catalogue("en")
    wanted = {*users_view.ROLE_TITLES.values(), *audit_view.ACTION_TITLES.values()}
    wanted |= {login.WRONG, login.TOO_MANY, users_view.TAKEN}
    wanted |= {passwords.TOO_SHORT, passwords.UNUSABLE, passwords.GUESSABLE}
    assert wanted <= set(english)


def test_every_error_page_has_its_english() -> None:
    wanted = {text for pair in error_pages.REFUSALS.values() for text in pair}
    for path in TEMPLATES.parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "error_page":
                wanted |= {a.value for a in node.args if isinstance(a, ast.Constant)} - {""}
    said = {text for text in wanted if isinstance(text, str)}
    assert len(said) > 25
    assert said - set(texts.catalogue("en")) == set()


def test_no_chinese_stands_outside_the_catalogue() -> None:
    for name, source in sources().items():
        left = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", "", source, flags=re.DOTALL)
        assert HAN.findall(left) == [], name


@pytest.mark.parametrize("text", sorted(texts.catalogue("en")))
def test_a_translation_has_the_same_places_to_fill(text: str) -> None:
    places = [set(re.findall(r"\{(\w+)\}", t)) for t in (text, texts.catalogue("en")[text])]
    assert places[0] == places[1]
    assert not HAN.search(texts.catalogue("en")[text])


def test_the_language_is_kept_in_a_cookie(store: CallStore, web: TestClient) -> None:
    fill(store, a_task("call-1"))
    first = web.get("/calls/call-1?inspector=me&lang=en")
    assert '<html lang="en">' in first.text
    assert "Submit, next call" in first.text
    assert "HttpOnly" in first.headers["set-cookie"]
    assert "Start" in web.get("/").text
    assert "开始复核" in web.get("/?lang=zh").text
    assert "开始复核" in web.get("/").text


def test_an_unknown_language_is_chinese(web: TestClient) -> None:
    page = web.get("/?lang=<script>")
    assert '<html lang="zh-CN">' in page.text
    assert "set-cookie" not in page.headers
