"""The pages of a training pack, which a browser opens from a folder without network."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from qa_pipeline.cases.pack import PackCase, topics_of
from qa_pipeline.cases.quiz import START_TOLERANCE_MS, quiz_items
from qa_pipeline.domain.quiz import QuizItem
from qa_pipeline.text.labels import ROLE_TITLES, clock

_TEMPLATES = Path(__file__).parent / "templates"
_AS_THEY_ARE = ("pack.css", "pack.js")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What one pack is made of: `title` is the collection's name."""

    title: str
    cases: tuple[PackCase, ...]

    @property
    def items(self) -> tuple[QuizItem, ...]:
        return quiz_items(self.cases)

    @property
    def n_pairs(self) -> int:
        """How many pairs stand side by side."""
        return sum(len(row) == 2 for topic in topics_of(self.cases) for row in topic.rows)


def pack_pages(pack: Pack) -> Iterator[tuple[str, str]]:
    """File names with their texts: the cases, the quiz, and its key apart from both.

    Scripts and styles are files beside the pages, so that no policy against inline code
    stops them; nothing names an address outside the pack. Without anything to ask there
    is no quiz and no key.
    """
    environment = _environment()
    items = pack.items
    context = {
        "pack": pack,
        "items": items,
        "topics": topics_of(pack.cases),
        "n_good": sum(case.is_good for case in pack.cases),
        "n_pairs": pack.n_pairs,
        "tolerance_s": START_TOLERANCE_MS // 1000,
    }
    names = ("index.html", "quiz.html", "key.html") if items else ("index.html",)
    for name in names:
        yield name, environment.get_template(name).render(context)
    for name in _AS_THEY_ARE:
        yield name, (_TEMPLATES / name).read_text("utf-8")
    if items:
        yield "key.json", _key(pack.title, items)


def _key(title: str, items: Sequence[QuizItem]) -> str:
    answers = [
        {
            "number": number,
            "item_id": item.item_id,
            "right": list(item.right),
            "starts_ms": list(item.starts_ms),
            "tolerance_ms": item.tolerance_ms,
            "explanation": item.explanation,
            "model_answer": item.model_answer,
        }
        for number, item in enumerate(items, start=1)
    ]
    return json.dumps({"quiz": title, "answers": answers}, ensure_ascii=False, indent=2) + "\n"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(clock=clock, lines=_lines)
    environment.globals.update(role_titles=ROLE_TITLES)
    return environment


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.splitlines())
