"""Put a report on disk: one page to read, one table to compute with."""

import csv
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from qa_pipeline.atomic_file import replacing
from qa_pipeline.domain.estimate import Level
from qa_pipeline.domain.training import Side
from qa_pipeline.report.build import Report
from qa_pipeline.report.estimate_rows import LEVEL_TITLES, estimate_notes, estimate_rows
from qa_pipeline.report.figures import GroupLine, QueueDone
from qa_pipeline.report.period import KIND_TITLES
from qa_pipeline.report.rates import SMALL_SAMPLE, Rate
from qa_pipeline.report.safe_cells import safe_csv_cell
from qa_pipeline.report.training_words import (
    EFFECT_NOTES,
    VERDICT_TITLES,
    points,
    share_of,
    training_rows,
)
from qa_pipeline.text.labels import CRITERION_OUTCOME_TITLES

COLUMNS = (
    "table", "item", "title", "recorded", "n", "hits", "share", "low", "high",
    "mean_percent", "points_lost", "not_judged", "small_sample", "group", "rare", "tier",
)  # fmt: skip
"""Of the CSV: `table` says what a line counts, `share` is hits / n with its 95 % interval."""


def write_report(report: Report, folder: Path) -> tuple[Path, Path]:
    """Write `report-<kind>-<period>.html` and `.csv`; the paths in that order.

    The CSV is UTF-8 with BOM, so that Excel opens it. Raises OutputError; an
    older file of the same name stays until the new one is whole.
    """
    stem = f"report-{report.period.kind.value}-{report.period.label}"
    page, table = folder / f"{stem}.html", folder / f"{stem}.csv"
    with replacing(page) as temporary:
        temporary.write_text(render_html(report), encoding="utf-8")
    with (
        replacing(table) as temporary,
        temporary.open("w", encoding="utf-8-sig", newline="") as stream,
    ):
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for row in table_rows(report):
            writer.writerow([safe_csv_cell(row.get(column)) for column in COLUMNS])
    return page, table


def render_html(report: Report) -> str:
    """One self-contained page: no script, nothing loaded from anywhere."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = _percent
    environment.filters["hours"] = _hours
    return environment.get_template("report.html").render(
        report=report,
        kind_title=KIND_TITLES[report.period.kind],
        outcome_titles=CRITERION_OUTCOME_TITLES,
        small_sample=SMALL_SAMPLE,
        levels=LEVEL_TITLES,
        centre=Level.CENTRE,
        estimate_notes=estimate_notes(report.estimates),
        effect_notes=EFFECT_NOTES,
        verdict_titles=VERDICT_TITLES,
        points=points,
        share_of=share_of,
        sides=tuple(Side),
    )


def table_rows(report: Report) -> Iterator[dict[str, object]]:
    """The report as one long table; columns that say nothing of a line are missing."""
    yield _group("overall", report.overall, item=report.period.label)
    for because, calls in report.unscored:
        yield {"table": "unscored", "title": because, "n": calls}
    yield {"table": "not_readable", "n": report.not_readable}
    yield {"table": "undated", "n": report.undated}
    for table, lines in (
        ("day", report.days), ("team", report.teams), ("agent", report.agents),
    ):  # fmt: skip
        for line in lines:
            yield _group(table, line, item=line.name)
    for criterion in report.criteria:
        yield {
            "table": "criterion_failed",
            "item": criterion.criterion_id,
            "title": f"{criterion.rubric}：{criterion.title}",
            **_rate(criterion.failing),
            "points_lost": criterion.points_lost,
            "not_judged": criterion.not_judged,
        }
    for hint in report.hints:
        yield {
            "table": "hint",
            "item": hint.criterion_id,
            "title": f"{hint.rubric}：{hint.title}",
            "n": hint.calls,
            "hits": hint.failing,
        }
    for behaviour in report.behaviours:
        yield {
            "table": "behaviour_found",
            "item": behaviour.name,
            "title": behaviour.title,
            **_rate(behaviour.found_rate),
            "not_judged": behaviour.could_not_judge,
        }
    for reason in report.not_judged:
        title = CRITERION_OUTCOME_TITLES[reason.outcome]
        yield {
            "table": "not_judged",
            "item": reason.outcome.value,
            "title": f"{title}：{reason.because}",
            "n": reason.answers,
        }
    yield from _queue_rows(report.queue)
    yield from estimate_rows(report.estimates)
    yield from training_rows(report.trainings)
    for title, value in report.thresholds:
        yield {"table": "threshold", "item": value, "title": title}


def _queue_rows(queue: QueueDone) -> Iterator[dict[str, object]]:
    yield {"table": "queue", **_rate_counts(queue.reviewed, queue.tasks)}
    for inspector in queue.by_inspector:
        counts = _rate_counts(inspector.reviewed, inspector.tasks)
        yield {"table": "queue_inspector", "item": inspector.inspector_id, **counts}
    for decision, n in queue.decisions:
        yield {"table": "decision", "item": decision.value, "n": n}


def _group(table: str, line: GroupLine, item: str) -> dict[str, object]:
    mean = None if line.mean_percent is None else round(line.mean_percent, 2)
    return {
        "table": f"{table}_passed",
        "item": item,
        "title": line.detail,
        "recorded": line.recorded,
        **_rate(line.passing),
        "mean_percent": mean,
    }


def _rate(rate: Rate) -> dict[str, object]:
    bounds = {"share": rate.share, "low": rate.low, "high": rate.high}
    rounded = {k: None if v is None else round(v, 4) for k, v in bounds.items()}
    return {"n": rate.n, "hits": rate.hits, **rounded, "small_sample": int(rate.is_small_sample)}


def _rate_counts(hits: int, n: int) -> dict[str, object]:
    return {"n": n, "hits": hits, "share": round(hits / n, 4) if n else None}


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share * 100:.1f}%"


def _hours(ms: int) -> str:
    hours, minutes = divmod(round(ms / 60_000), 60)
    return f"{hours} 小时 {minutes} 分" if hours else f"{minutes} 分钟"
