"""Effects of trainings and training needs as people and programs read them."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from qa_pipeline.domain.estimate import Estimate
from qa_pipeline.domain.need import NeedCell, Needs
from qa_pipeline.domain.training import (
    ClauseEffect,
    Difference,
    Side,
    SideRate,
    Training,
    TrainingEffect,
    Verdict,
)
from qa_pipeline.report.estimate_rows import in_words
from qa_pipeline.report.safe_cells import without_control_characters

VERDICT_TITLES: Mapping[Verdict, str] = {
    Verdict.TOO_LITTLE: "数据不足",
    Verdict.FELL: "失分率下降",
    Verdict.ROSE: "失分率上升",
    Verdict.NOT_SHOWN: "没有显示出效果",
}
EFFECT_NOTES = (
    "效果 = 参训坐席培训后减培训前，再减去未参训坐席同期的变化（双重差分，百分点；负数是好转）。",
    "区间为 95%，以坐席为单位；多个条款一起看时按 Benjamini–Hochberg 控制误报（5%）。",
    "培训前趋势：培训前窗口后半段与前半段的同一差分，应接近 0；看不出差别不等于没有差别。",
    "若坐席正因这段时间失分多而被选来培训，失分率自己也会回落（均值回归），效果会显得偏大。",
)
NEEDS_NOTES = (
    "标记：区间整个高于全中心，且在全部被检验的格子里按 Benjamini–Hochberg 控制误报（5%）。",
    "没有标记不等于没有问题；复核少于 5 通的格子只列出、不检验。次序不是排名。",
)


def points(difference: Difference | None) -> str:
    """Percentage points with the interval, like `-4.2 [-7.0, -1.4]`; `—` where there is none."""
    if difference is None:
        return "—"
    value, low, high = (100 * x for x in (difference.value, difference.low, difference.high))
    return f"{value:+.1f} [{low:+.1f}, {high:+.1f}]"


def share_of(rate: SideRate) -> str:
    """`12.3% (37/301)`: the share, finds and reviewed calls."""
    if rate.share is None:
        return "—"
    return f"{rate.share:.1%} ({rate.n_found:g}/{rate.n_reviewed})"


def effect_notes(effect: TrainingEffect) -> tuple[str, ...]:
    """What the reader has to know of this effect, in whole sentences."""
    w = effect.windows
    notes = [
        f"培训前 {w.before_first} 至 {w.before_last}，培训后 {w.after_first} 至 {w.after_last}。"
    ]
    if effect.last_day is None:
        notes.append("培训后窗口内还没有任何复核。")
    elif effect.last_day < w.after_last:
        notes.append(f"培训后窗口的复核目前只到 {effect.last_day}。")
    if effect.left_out:
        again = "、".join(effect.left_out)
        notes.append(f"窗口内就同一条款又参加过培训、未计入：{again}。")
    uneven = [e.clause.title for e in effect.clauses if e.trend and e.trend.is_clear]
    if uneven:
        notes.append(f"培训前两组走势已经不同，不宜归因于培训：{'、'.join(uneven)}。")
    return tuple(notes)


def training_document(training: Training) -> dict[str, Any]:
    """A training as one JSON object."""
    return {
        "training_id": training.training_id,
        "entry": training.entry,
        "date": training.held_on.isoformat(),
        "title": training.title,
        "agents": list(training.agents),
        "clauses": list(training.clauses),
        "trainer": training.trainer,
        "note": training.note,
        "withdrawn": training.is_withdrawn,
        "recorded_by": training.recorded_by,
        "recorded_at": training.recorded_at.isoformat(),
    }


def effect_document(effect: TrainingEffect) -> dict[str, Any]:
    """The effect as one JSON object; differences are shares, not points."""
    w = effect.windows
    return {
        "training": training_document(effect.training),
        "before": [w.before_first.isoformat(), w.before_last.isoformat()],
        "after": [w.after_first.isoformat(), w.after_last.isoformat()],
        "reviewed_until": effect.last_day.isoformat() if effect.last_day else None,
        "left_out": list(effect.left_out),
        "clauses": [_clause_document(e) for e in effect.clauses],
        "notes": [*effect_notes(effect), *EFFECT_NOTES],
    }


def training_rows(effects: Iterable[TrainingEffect]) -> Iterator[dict[str, object]]:
    """Lines of the report's CSV: shares are differences, `n` the reviewed calls of all sides."""
    for effect in effects:
        for line in effect.clauses:
            found = line.effect
            yield {
                "table": "training_effect",
                "item": line.clause.clause_id,
                "title": f"{effect.training.held_on} {effect.training.title}：{line.clause.title}",
                "n": sum(r.n_reviewed for r in line.rates),
                "hits": sum(r.n_found for r in line.rates),
                "share": round(found.value, 5) if found else None,
                "low": round(found.low, 5) if found else None,
                "high": round(found.high, 5) if found else None,
                "small_sample": int(line.is_small_sample),
                "group": line.verdict.value,
            }


def needs_document(needs: Needs) -> dict[str, Any]:
    """The matrix, the groups and their cases as one JSON object."""
    return {
        "first": needs.first.isoformat(),
        "last": needs.last.isoformat(),
        "clauses": [
            {"clause": c.clause_id, "title": c.title, **_estimate_document(rate)}
            for c, rate in zip(needs.clauses, needs.centre, strict=True)
        ],
        "cells": [
            {
                "agent_id": cell.agent_id,
                "clause": cell.clause_id,
                **_estimate_document(cell.estimate),
                "need": cell.is_need,
            }
            for cell in needs.cells
        ],
        "tested": needs.n_tested,
        "groups": [
            {
                "agents": list(g.agents),
                "clauses": list(g.clauses),
                "cases": [c.case_id for c in g.cases],
            }
            for g in needs.groups
        ],
        "alone": [{"agent_id": a, "clauses": list(clauses)} for a, clauses in needs.alone],
        "notes": list(NEEDS_NOTES),
    }


def write_needs(needs: Needs, target: Path | Any) -> None:
    """Write the matrix and the groups as xlsx; `target` is a path or a binary file."""
    book = Workbook(write_only=True)
    matrix = book.create_sheet("培训需求")
    for row in _matrix_rows(needs):
        matrix.append([_cell(value) for value in row])
    groups = book.create_sheet("建议分组")
    for row in _group_rows(needs):
        groups.append([_cell(value) for value in row])
    book.save(target)


def _matrix_rows(needs: Needs) -> Iterator[tuple[object, ...]]:
    yield ("坐席", "条款", "编号", "失分率", "下限", "上限", "复核", "发现", "通话", "需要培训")
    titles = {c.clause_id: c.title for c in needs.clauses}
    for clause, rate in zip(needs.clauses, needs.centre, strict=True):
        yield ("全中心", clause.title, clause.clause_id, *_figures(rate), "")
    for cell in needs.cells:
        mark = "是" if cell.is_need else ""
        figures = _figures(cell.estimate)
        yield (cell.agent_id, titles[cell.clause_id], cell.clause_id, *figures, mark)
    for note in NEEDS_NOTES:
        yield (note,)


def _group_rows(needs: Needs) -> Iterator[tuple[object, ...]]:
    titles = {c.clause_id: c.title for c in needs.clauses}
    yield ("组", "坐席", "条款", "案例")
    for number, group in enumerate(needs.groups, start=1):
        names = "、".join(titles.get(c, c) for c in group.clauses)
        yield (number, "、".join(group.agents), names, "、".join(c.case_id for c in group.cases))
    for agent_id, clauses in needs.alone:
        yield ("个别辅导", agent_id, "、".join(titles.get(c, c) for c in clauses), "")


def _figures(estimate: Estimate) -> tuple[object, ...]:
    return (
        estimate.share,
        estimate.low,
        estimate.high,
        estimate.n_reviewed,
        estimate.n_found,
        estimate.n_calls,
    )


def _cell(value: object) -> object:
    """Text that a spreadsheet takes for a formula would be run: it stays text behind a quote."""
    if not isinstance(value, str):
        return value
    text = without_control_characters(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _clause_document(effect: ClauseEffect) -> dict[str, Any]:
    return {
        "clause": effect.clause.clause_id,
        "title": effect.clause.title,
        "verdict": effect.verdict.value,
        "refused_because": effect.refused_because,
        "small_sample": effect.is_small_sample,
        "effect": _difference_document(effect.effect),
        "level_before": _difference_document(effect.level),
        "trend_before": _difference_document(effect.trend),
        "rates": {
            side.value: {
                "share": _rounded(rate.share),
                "n_agents": rate.n_agents,
                "n_calls": rate.n_calls,
                "n_reviewed": rate.n_reviewed,
                "n_found": rate.n_found,
            }
            for side in Side
            for rate in [effect.rate(side)]
        },
    }


def _difference_document(difference: Difference | None) -> dict[str, float] | None:
    if difference is None:
        return None
    names = ("value", "low", "high", "p_value")
    return {name: round(getattr(difference, name), 5) for name in names}


def _estimate_document(estimate: Estimate) -> dict[str, object]:
    return {
        "share": _rounded(estimate.share),
        "low": _rounded(estimate.low),
        "high": _rounded(estimate.high),
        "n_reviewed": estimate.n_reviewed,
        "n_calls": estimate.n_calls,
        "n_found": estimate.n_found,
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 5)


def need_in_words(cell: NeedCell | None) -> str:
    """A cell of the matrix: the rate with its interval, `—` where nothing was reviewed."""
    return "—" if cell is None else in_words(cell.estimate)
