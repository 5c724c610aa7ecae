"""Estimated rates as people and programs read them."""

from collections.abc import Iterator, Mapping
from datetime import date

from rich.console import Console

from qa_pipeline.domain.estimate import Estimate, EstimateLine, Estimates, Item, Level
from qa_pipeline.report.tables import add_texts, plain_table

LEVEL_TITLES: Mapping[Level, str] = {
    Level.CENTRE: "全中心",
    Level.QUEUE: "技能组",
    Level.TEAM: "班组",
    Level.AGENT: "坐席",
}

_COLUMNS = ("项目", "发生率（95% 区间）", "复核", "发现", "通话", "标记")


def item_name(item: Item) -> str:
    """`inbound_service/greeting`, `behaviour:arguing`, `any_violation`."""
    return f"{item.rubric_id}/{item.name}" if item.rubric_id else item.name


def in_words(estimate: Estimate) -> str:
    """The share with its interval, like `4.2% [2.9%, 5.8%]`; `—` where nothing was reviewed."""
    if estimate.share is None or estimate.low is None or estimate.high is None:
        return "—"
    return f"{estimate.share:.1%} [{estimate.low:.1%}, {estimate.high:.1%}]"


def marks_of(estimate: Estimate) -> str:
    """小样本, else 罕见, else nothing: a few calls cannot show that a thing is rare."""
    if estimate.n_reviewed and estimate.is_small_sample:
        return "小样本"
    return "罕见" if estimate.is_rare else ""


def estimate_notes(estimates: Estimates) -> tuple[str, ...]:
    """What the reader has to know of these estimates, in whole sentences."""
    if not (estimates.lines or estimates.unknown_days):
        return ()
    missing = estimates.planned - estimates.reviewed
    notes = [f"抽中 {estimates.planned} 通，已复核 {estimates.reviewed} 通。"]
    if missing and estimates.reviewed:
        notes.append(f"未复核的 {missing} 通由同一天、抽中机会相近的已复核通话代表。")
    if estimates.gaps:
        notes.append(f"有 {estimates.gaps} 组抽中的通话一通也没有复核，推算可能有偏。")
    if estimates.silent_days:
        notes.append(f"没有任何复核、未计入：{_days(estimates.silent_days)}。")
    if estimates.unknown_days:
        notes.append(f"当日未保存抽中概率、未计入：{_days(estimates.unknown_days)}。")
    return tuple(notes)


def estimate_rows(estimates: Estimates) -> Iterator[dict[str, object]]:
    """Lines of the report's CSV: `n` reviewed calls, `hits` found, `recorded` all calls."""
    for line in estimates.lines:
        found = line.estimate
        yield {
            "table": f"estimate_{line.level.value}",
            "item": item_name(line.item),
            "title": line.title,
            "recorded": found.n_calls,
            "n": found.n_reviewed,
            "hits": found.n_found,
            "share": _rounded(found.share),
            "low": _rounded(found.low),
            "high": _rounded(found.high),
            "small_sample": int(found.is_small_sample),
            "group": line.name,
            "rare": int(found.is_rare),
            "tier": line.tier,
        }


def estimate_document(estimates: Estimates) -> dict[str, object]:
    """The estimates as one JSON object."""
    return {
        "planned": estimates.planned,
        "reviewed": estimates.reviewed,
        "silent_days": [d.isoformat() for d in estimates.silent_days],
        "unknown_days": [d.isoformat() for d in estimates.unknown_days],
        "gaps": estimates.gaps,
        "lines": [_line_document(line) for line in estimates.lines],
    }


def markdown_of_estimates(estimates: Estimates) -> str:
    """The centre's rates as a Markdown table with its notes, for the flow's record."""
    rows = [f"| {' | '.join(_cells(line))} |" for line in _of_centre(estimates)]
    head = [f"| {' | '.join(_COLUMNS)} |", "|---" * len(_COLUMNS) + "|"] if rows else []
    return "\n".join([*head, *rows, "", *estimate_notes(estimates)])


def print_estimates(console: Console, estimates: Estimates) -> None:
    """The centre's rates as a table, with what one has to know of them below."""
    shown = _of_centre(estimates)
    if shown:
        table = plain_table("由抽检推算的发生率（占全部可抽检通话）", *_COLUMNS)
        add_texts(table, map(_cells, shown), whole=(1, 2, 3, 4))
        console.print(table)
    for note in estimate_notes(estimates):
        console.print(note, markup=False, soft_wrap=True)


def _of_centre(estimates: Estimates) -> list[EstimateLine]:
    return [x for x in estimates.lines if x.level is Level.CENTRE and x.estimate.n_reviewed]


def _cells(line: EstimateLine) -> tuple[str, ...]:
    found = line.estimate
    return (
        line.title,
        in_words(found),
        str(found.n_reviewed),
        f"{found.n_found:g}",
        str(found.n_calls),
        marks_of(found),
    )


def _line_document(line: EstimateLine) -> dict[str, object]:
    found = line.estimate
    return {
        "level": line.level.value,
        "name": line.name,
        "item": item_name(line.item),
        "title": line.title,
        "share": _rounded(found.share),
        "low": _rounded(found.low),
        "high": _rounded(found.high),
        "n_calls": found.n_calls,
        "n_reviewed": found.n_reviewed,
        "n_found": found.n_found,
        "tuning": round(found.tuning, 4),
        "small_sample": found.is_small_sample,
        "rare": found.is_rare,
        "tier": line.tier,
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 5)


def _days(days: tuple[date, ...]) -> str:
    return "、".join(d.isoformat() for d in days)
