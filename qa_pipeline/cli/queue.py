"""`queue`, `queue export-sheet` and `review import`: today's work, and its answers."""

from collections.abc import Collection
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from qa_pipeline.batch.gold import agree_on_gold
from qa_pipeline.batch.queueing import PlannedDay, check_inspector, plan_queue
from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.cli.common import (
    EXIT_DONE,
    EXIT_FOUND_SOMETHING,
    DayOption,
    JsonOption,
    WorkspaceOption,
    cli_user,
    day_or,
    existing_store,
    print_json,
    settings_for,
    stderr,
    stdout,
)
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.review import ReviewTask
from qa_pipeline.errors import NotFound
from qa_pipeline.report import queue_rows
from qa_pipeline.report.review_files import read_reviews
from qa_pipeline.report.review_sheet import write_review_sheet
from qa_pipeline.report.tables import add_texts, plain_table
from qa_pipeline.sample import read_inspectors
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore
from qa_pipeline.text.labels import clock

review_app = typer.Typer(help="Reviews that inspectors made elsewhere.", no_args_is_help=True)
queue_app = typer.Typer(
    help="Today's reviews and why each was chosen.", invoke_without_command=True
)


def register(app: typer.Typer) -> None:
    app.add_typer(queue_app, name="queue")
    app.add_typer(review_app, name="review")


InspectorOption = Annotated[
    str | None, typer.Option("--inspector", help="Only (or by default) this inspector.")
]


@queue_app.callback()
def queue(
    context: typer.Context,
    day: DayOption = None,
    inspector: InspectorOption = None,
    plan: Annotated[bool, typer.Option("--plan", help="Plan (again): started tasks stay.")] = False,
    inspectors: Annotated[Path | None, typer.Option(help="inspectors.csv, kept.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the draw.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Show the queue of a day; plan it when asked, or when it was not planned yet."""
    if context.invoked_subcommand is not None:
        return EXIT_DONE
    settings = settings_for(workspace)
    with existing_store(settings) as store:
        if inspectors is not None:
            store.save_inspectors(read_inspectors(inspectors))
        if inspector is not None:
            check_inspector(store, settings, inspector)
        shown = day_or(day, _today(settings))
        planned = plan_queue(store, settings, shown, again=plan, seed=seed)
        tasks = tuple(t for t in planned.tasks if inspector is None or t.inspector_id == inspector)
        done = store.reviewed_pairs()
    if as_json:
        rows = [r | {"done": (r["inspector_id"], r["call_id"]) in done} for r in queue_rows(tasks)]
        excluded = dict(planned.excluded)
        print_json({"day": shown, "tasks": rows, "excluded": excluded, "notes": planned.notes})
        return EXIT_DONE
    _print(planned, tasks, done)
    return EXIT_DONE


def _print(
    planned: PlannedDay, tasks: tuple[ReviewTask, ...], done: Collection[tuple[str, str]]
) -> None:
    title = f"{planned.day} 复核队列"
    table = plain_table(title, "#", "质检员", "通话", "为何抽到", "概率", "预计", "状态")
    rows = (
        (
            str(task.position),
            task.inspector_id,
            task.call_id,
            task.reason,
            _chance(task),
            clock(task.expected_review_ms),
            "已复核" if (task.inspector_id, task.call_id) in done else "待复核",
        )
        for task in tasks
    )
    add_texts(table, rows, whole=(0, 2, 4, 5, 6))
    stdout.print(table)
    total_ms = sum(t.expected_review_ms for t in tasks)
    stdout.print(f"{len(tasks)} 通，预计 {round(total_ms / 60000)} 分钟")
    for reason, count in planned.excluded:
        stdout.print(f"未进入抽样：{reason} {count} 通", markup=False, soft_wrap=True)
    for note in planned.notes:
        stdout.print(f"提示：{note}", markup=False, soft_wrap=True)


def _chance(task: ReviewTask) -> str:
    """The probability; a blind task shows none, or a gold call would be told from a double."""
    if task.blind or task.inclusion_probability is None:
        return "—"
    return f"{task.inclusion_probability:.2f}"


@queue_app.command("gold")
def gold(
    call_id: Annotated[str, typer.Argument(help="A call that two inspectors have reviewed.")],
    by: Annotated[str, typer.Option("--by", help="Who decides on the right answers.")],
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", help="criterion=OUTCOME where the reviews differ; repeatable."),
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Mark a call as gold: what its reviewers agree on, and what was decided besides."""
    settings = settings_for(workspace)
    with existing_store(settings) as store:
        marked = agree_on_gold(store, call_id, by, answer or (), datetime.now(UTC))
        store.audit(by, "mark gold call", call_id, f"{len(marked.answers)} criteria")
    if as_json:
        outcomes = {a.criterion_id: a.outcome.value for a in marked.answers}
        print_json({"call_id": call_id, "marked_by": by, "answers": outcomes})
    else:
        stdout.print(
            f"{call_id}: gold, {len(marked.answers)} criteria", markup=False, soft_wrap=True
        )
    return EXIT_DONE


@queue_app.command("export-sheet")
def export_sheet(
    output: Annotated[Path, typer.Option("-o", "--output", help="The xlsx to write.")],
    day: DayOption = None,
    inspector: InspectorOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Write the queue as a table to fill in; `review import` reads it back."""
    settings = settings_for(workspace)
    with existing_store(settings) as store:
        shown = day_or(day, _today(settings))
        tasks = tuple(store.tasks(shown, inspector))
        calls = {c.call_id: c for c in store.judged_calls(call_ids=[t.call_id for t in tasks])}
        address = settings.queue.review_address
        write_review_sheet(output, tasks, calls.get, stored_rubrics(store), address)
        store.audit(cli_user(), "export review sheet", str(shown), str(output))
    if as_json:
        print_json({"day": shown, "tasks": len(tasks), "file": output})
    else:
        stdout.print(f"{len(tasks)} tasks of {shown} → {output}", markup=False, soft_wrap=True)
    return EXIT_DONE


@review_app.command("import")
def import_reviews(
    file: Annotated[Path, typer.Argument(help="Reviews as csv, xlsx or jsonl.")],
    inspector: InspectorOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Append reviews from a table; a line that cannot be used costs only itself."""
    settings = settings_for(workspace)
    with existing_store(settings) as store:
        read = read_reviews(
            file,
            imported_at=datetime.now(UTC),
            time_zone=settings.queue.centre_time_zone,
            default_inspector=inspector,
            judged_of=partial(_judged_or_none, store),
        )
        added = store.append_reviews(read.reviews)
        store.audit(cli_user(), "import reviews", str(file), f"{added} new")
    if as_json:
        print_json(
            {
                "new": added,
                "already_there": len(read.reviews) - added,
                "problems": list(read.problems),
            }
        )
    else:
        for problem in read.problems:
            stderr.print(problem, markup=False, soft_wrap=True)
        stdout.print(f"{added} reviews imported, {len(read.reviews) - added} already there")
    return EXIT_FOUND_SOMETHING if read.problems else EXIT_DONE


def _today(settings: Settings) -> date:
    return datetime.now(ZoneInfo(settings.queue.centre_time_zone)).date()


def _judged_or_none(store: CallStore, call_id: str) -> JudgedCall | None:
    try:
        return store.judged_call(call_id)
    except NotFound:
        return None
