"""A preview as one page of HTML that needs nothing beside it."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from qa_pipeline.atomic_file import replacing
from qa_pipeline.batch.previewing import Disagreement, Preview
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.text.labels import CRITERION_OUTCOME_TITLES

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:1rem 0}th,td{padding:.25rem .75rem;text-align:left;"
    "border-bottom:1px solid #ccc}td.n{text-align:right}"
)


def write_preview(preview: Preview, draft: Rubric, file: Path) -> None:
    """Write the page, whole or not at all (OutputError)."""
    with replacing(file) as temporary:
        temporary.write_text(preview_page(preview, draft), "utf-8")


def preview_page(preview: Preview, draft: Rubric) -> str:
    """The page as text: summary, criteria, settled answers, calls that change."""
    titles = {c.criterion_id: c.title for c in draft.criteria}
    changed = [c for c in preview.changes if c.before != c.after]
    stay = len(preview.changes) - preview.gain - preview.lose
    parts = [
        f"<h1>试评：{escape(draft.title)} 第 {draft.version} 版</h1>",
        f"<p>共 {len(preview.changes)} 通：{preview.gain} 通升分，{preview.lose} 通降分，"
        f"{stay} 通不变。复核结论：{len(preview.settled)} 条由不符变相符，"
        f"{len(preview.unsettled)} 条由相符变不符。</p>",
        _table(
            "哪些评分项带来变化",
            ("评分项", "分数合计变化"),
            ((titles.get(n, n), f"{p:+.1f}") for n, p in preview.criteria),
        ),
        _disagreements("与质检员由不符变相符", preview.settled, titles),
        _disagreements("与质检员由相符变不符", preview.unsettled, titles),
        _table(
            "无法测量的评分项",
            ("评分项", "通话数", "主要原因"),
            ((titles.get(n, n), str(count), why) for n, count, why in preview.not_measurable),
        ),
        _table(
            "变化的通话",
            ("通话", "现在", "试评后", "变化"),
            ((c.call_id, _shown(c.before), _shown(c.after), c.difference) for c in changed),
        ),
    ]
    body = "\n".join(filter(None, parts))
    return (
        '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>试评 {escape(draft.rubric_id)}</title><style>{_STYLE}</style></head>"
        f"<body>\n{body}\n</body></html>\n"
    )


def _disagreements(heading: str, listed: Sequence[Disagreement], titles: Mapping[str, str]) -> str:
    rows = (
        (d.call_id, titles.get(d.criterion_id, d.criterion_id), *map(_answer, _answers(d)))
        for d in listed
    )
    return _table(heading, ("通话", "评分项", "质检员", "现在", "试评"), rows)


def _answers(item: Disagreement) -> tuple[CriterionOutcome | None, ...]:
    return item.human, item.before, item.after


def _answer(outcome: CriterionOutcome | None) -> str:
    return CRITERION_OUTCOME_TITLES[outcome] if outcome else "—"


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    if not cells:
        return ""
    head = "".join(f"<th>{column}</th>" for column in columns)
    lines = "\n".join(f"<tr>{row}</tr>" for row in cells)
    return f"<h2>{title}</h2>\n<table><tr>{head}</tr>\n{lines}\n</table>"


def _shown(percent: float | None) -> str:
    return "—" if percent is None else f"{percent:.1f}"
