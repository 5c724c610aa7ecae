"""`training add|correct|withdraw|list|effect|needs`."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from qa_pipeline.batch.training_needs import training_needs
from qa_pipeline.batch.trainings import correct_training, record_training, training_effect
from qa_pipeline.cli.common import (
    EXIT_DONE,
    JsonOption,
    WorkspaceOption,
    cli_user,
    day_or,
    existing_store,
    parse_day,
    print_json,
    settings_for,
    stdout,
)
from qa_pipeline.domain.need import Needs
from qa_pipeline.domain.training import Side, Training, TrainingEffect
from qa_pipeline.errors import OutputError, UsageError
from qa_pipeline.report.tables import add_texts, plain_table
from qa_pipeline.report.training_words import (
    EFFECT_NOTES,
    NEEDS_NOTES,
    VERDICT_TITLES,
    effect_document,
    effect_notes,
    need_in_words,
    needs_document,
    points,
    share_of,
    training_document,
    write_needs,
)

app = typer.Typer(help="Trainings: what was held, what it changed, who needs one.")

NEEDS_DAYS = 28
TrainingArgument = Annotated[int, typer.Argument(metavar="ID", help="As `training list` shows.")]
WeeksOption = Annotated[
    int, typer.Option("--weeks", min=1, max=26, help="Weeks before and after the training.")
]
TitleOption = Annotated[str | None, typer.Option(help="What it was called.")]
HeldOption = Annotated[
    str | None, typer.Option("--date", "-d", help="The day it was held, YYYY-MM-DD.")
]
AgentsOption = Annotated[str | None, typer.Option(help="agent_ids, with commas between them.")]
AgentsFileOption = Annotated[
    Path | None, typer.Option(help="A file with one agent_id a line instead.")
]
ClausesOption = Annotated[
    str | None,
    typer.Option(help="Detector ids or criteria: script:greeting,behaviour:arguing."),
]
TrainerOption = Annotated[str | None, typer.Option(help="Who held it.")]
NoteOption = Annotated[str | None, typer.Option(help="Anything else.")]


def register(program: typer.Typer) -> None:
    program.add_typer(app, name="training")


@app.command("add")
def add(
    title: Annotated[str, typer.Option(help="What it was called.")],
    held_on: Annotated[str, typer.Option("--date", "-d", help="The day it was held, YYYY-MM-DD.")],
    clauses: Annotated[
        str, typer.Option(help="Detector ids or criteria: script:greeting,behaviour:arguing.")
    ],
    agents: AgentsOption = None,
    agents_file: AgentsFileOption = None,
    trainer: TrainerOption = None,
    note: NoteOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Record a training that was held."""
    named = _agents(agents, agents_file)
    if named is None:
        raise UsageError("who was trained? give --agents a,b or --agents-file FILE")
    training = Training(
        training_id=0,
        held_on=parse_day(held_on),
        title=title,
        agents=named,
        clauses=tuple(clauses.split(",")),
        trainer=trainer or "",
        note=note or "",
        recorded_by=cli_user(),
        recorded_at=datetime.now(UTC),
    )
    with existing_store(settings_for(workspace)) as store:
        _say(record_training(store, training), as_json)
    return EXIT_DONE


@app.command("correct")
def correct(
    training_id: TrainingArgument,
    title: TitleOption = None,
    held_on: HeldOption = None,
    agents: AgentsOption = None,
    agents_file: AgentsFileOption = None,
    clauses: ClausesOption = None,
    trainer: TrainerOption = None,
    note: NoteOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Correct a training: what is given replaces what was said, and both are kept."""
    with existing_store(settings_for(workspace)) as store:
        known = store.training(training_id)
        changed = replace(
            known,
            title=known.title if title is None else title,
            held_on=day_or(held_on, known.held_on),
            agents=_agents(agents, agents_file) or known.agents,
            clauses=known.clauses if clauses is None else tuple(clauses.split(",")),
            trainer=known.trainer if trainer is None else trainer,
            note=known.note if note is None else note,
            recorded_by=cli_user(),
            recorded_at=datetime.now(UTC),
            is_withdrawn=False,
        )
        _say(correct_training(store, changed, n_known=known.entry), as_json)
    return EXIT_DONE


@app.command("withdraw")
def withdraw(
    training_id: TrainingArgument,
    note: Annotated[str, typer.Option(help="Why it counts no longer.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take back a training that was recorded by mistake; its entries are kept."""
    with existing_store(settings_for(workspace)) as store:
        known = store.training(training_id)
        gone = replace(
            known,
            note=note,
            is_withdrawn=True,
            recorded_by=cli_user(),
            recorded_at=datetime.now(UTC),
        )
        _say(correct_training(store, gone, n_known=known.entry), as_json)
    return EXIT_DONE


@app.command("list")
def list_trainings(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> int:
    """List the trainings, the latest first."""
    with existing_store(settings_for(workspace)) as store:
        trainings = store.trainings()
    if as_json:
        print_json([training_document(t) for t in trainings])
        return EXIT_DONE
    table = plain_table("", "编号", "日期", "培训", "坐席", "条款", "培训员")
    rows = (
        (
            str(t.training_id),
            t.held_on.isoformat(),
            t.title,
            str(len(t.agents)),
            "、".join(t.clauses),
            t.trainer,
        )
        for t in trainings
    )
    add_texts(table, rows, whole=(0, 1, 3))
    stdout.print(table)
    stdout.print(f"{len(trainings)} trainings")
    return EXIT_DONE


@app.command("effect")
def effect(
    training_id: TrainingArgument,
    weeks: WeeksOption = 4,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Compare the clauses' rates before and after, trained against not yet trained agents."""
    settings = settings_for(workspace)
    zone = ZoneInfo(settings.queue.centre_time_zone)
    with existing_store(settings) as store:
        found = training_effect(store, store.training(training_id), zone, weeks=weeks)
    if as_json:
        print_json(effect_document(found))
    else:
        _print_effect(found)
    return EXIT_DONE


@app.command("needs")
def needs(
    day: Annotated[
        str | None,
        typer.Option("--date", "-d", help="Last day as YYYY-MM-DD.", show_default="today"),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days to look at.")] = (
        NEEDS_DAYS
    ),
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Also write the matrix as xlsx.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Agents against the centre, clause by clause, and suggested groups for the next session."""
    settings = settings_for(workspace)
    last = day_or(day, datetime.now(ZoneInfo(settings.queue.centre_time_zone)).date())
    with existing_store(settings) as store:
        found = training_needs(store, last - timedelta(days=days - 1), last)
        if output is not None:
            _write(found, output)
            store.audit(cli_user(), "export training needs", str(output))
    if as_json:
        print_json(needs_document(found))
    else:
        _print_needs(found)
    return EXIT_DONE


def _agents(given: str | None, file: Path | None) -> tuple[str, ...] | None:
    if given is not None and file is not None:
        raise UsageError("--agents and --agents-file: give one of them")
    if file is None:
        return None if given is None else tuple(given.split(","))
    try:
        return tuple(file.read_text("utf-8-sig").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{file}: no list of agents: {error}; write one agent_id a line in UTF-8"
        ) from error


def _write(found: Needs, output: Path) -> None:
    try:
        write_needs(found, output)
    except OSError as error:
        raise OutputError(f"{output}: {error.strerror}; choose another place with -o") from error


def _say(training: Training, as_json: bool) -> None:
    if as_json:
        print_json(training_document(training))
        return
    state = "withdrawn" if training.is_withdrawn else f"entry {training.entry}"
    stdout.print(
        f"training {training.training_id} ({state}): {training.held_on} {training.title},"
        f" {len(training.agents)} agents, {', '.join(training.clauses)}",
        markup=False,
        soft_wrap=True,
    )


def _print_effect(found: TrainingEffect) -> None:
    training = found.training
    table = plain_table(f"{training.held_on} {training.title}", "条款", "效果（百分点）", "结论")
    rows = (
        (
            e.clause.title,
            points(e.effect),
            VERDICT_TITLES[e.verdict] + ("（小样本）" if e.effect and e.is_small_sample else ""),
        )
        for e in found.clauses
    )
    add_texts(table, rows, whole=(1, 2))
    stdout.print(table)
    for e in found.clauses:
        before, after, before_others, after_others = (share_of(e.rate(side)) for side in Side)
        stdout.print(
            f"{e.clause.title}：参训 {before} → {after}；未参训 {before_others} → {after_others}；"
            f"培训前差距 {points(e.level)}，培训前趋势 {points(e.trend)}",
            markup=False,
            soft_wrap=True,
        )
    refused = [f"{e.clause.title}：{e.refused_because}" for e in found.clauses if e.refused_because]
    for line in (*refused, *effect_notes(found), *EFFECT_NOTES):
        stdout.print(line, markup=False, soft_wrap=True)


def _print_needs(found: Needs) -> None:
    titles = {c.clause_id: c.title for c in found.clauses}
    table = plain_table(
        f"{_span(found.first, found.last)} 需要培训的坐席", "坐席", "条款", "失分率"
    )
    marked = [c for c in found.cells if c.is_need]
    rows = ((c.agent_id, titles[c.clause_id], need_in_words(c)) for c in marked)
    add_texts(table, rows, whole=(0, 2))
    stdout.print(table)
    for number, group in enumerate(found.groups, start=1):
        names = "、".join(titles.get(c, c) for c in group.clauses)
        cases = "、".join(c.case_id for c in group.cases) or "—"
        line = f"第 {number} 组：{names}；坐席 {'、'.join(group.agents)}；案例 {cases}"
        stdout.print(line, markup=False, soft_wrap=True)
    for agent_id, clauses in found.alone:
        names = "、".join(titles.get(c, c) for c in clauses)
        stdout.print(f"个别辅导：{agent_id}，{names}", markup=False, soft_wrap=True)
    for note in (f"共检验 {found.n_tested} 格，标记 {found.n_needs} 格。", *NEEDS_NOTES):
        stdout.print(note, markup=False, soft_wrap=True)


def _span(first: date, last: date) -> str:
    return f"{first} 至 {last}"
