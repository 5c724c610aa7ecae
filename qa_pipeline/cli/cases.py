"""`cases list|show|hear|approve|export`: what trainers teach from."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Annotated

import typer

from qa_pipeline.batch.case_export import export_cases
from qa_pipeline.batch.case_redaction import approve_case
from qa_pipeline.batch.mining import hear_candidates
from qa_pipeline.batch.packing import export_pack
from qa_pipeline.batch.second_hearing import SecondHearing
from qa_pipeline.cli.common import (
    EXIT_DONE,
    EXIT_SOME_UNREADABLE,
    JsonOption,
    WorkspaceOption,
    cli_user,
    existing_store,
    print_json,
    settings_for,
    stderr,
    stdout,
)
from qa_pipeline.domain.case import Case, CaseKind, CaseStatus
from qa_pipeline.errors import NotFound, UsageError
from qa_pipeline.report import case_rows
from qa_pipeline.report.tables import add_texts, plain_table
from qa_pipeline.settings import Settings
from qa_pipeline.text.labels import clock, detector_title

app = typer.Typer(help="The case library.", no_args_is_help=True)

_KINDS = {CaseKind.GOOD: "正例", CaseKind.BAD: "反例"}
_STATUSES = {
    CaseStatus.CANDIDATE: "候选",
    CaseStatus.APPROVED: "已入库",
    CaseStatus.RETIRED: "已停用",
}
StatusOption = Annotated[CaseStatus | None, typer.Option("--status", help="Only this status.")]
SubjectOption = Annotated[
    str | None, typer.Option("--subject", help="Only this behaviour or criterion.")
]
KindOption = Annotated[CaseKind | None, typer.Option("--kind", help="good or bad.")]


def register(program: typer.Typer) -> None:
    program.add_typer(app, name="cases")


@app.command("list")
def list_cases(
    status: StatusOption = None,
    subject: SubjectOption = None,
    kind: KindOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Count the cases by subject; with a filter list them, the clearest first."""
    with existing_store(settings_for(workspace)) as store:
        cases = store.cases(status, subject, kind)
        known = Counter(case.subject for case in store.cases())
        titles = store.shelf().titles
    if subject is not None and subject not in known:
        raise UsageError(
            f"--subject {subject}: no case shows it; the library has"
            f" {', '.join(sorted(known)) or 'no cases yet'}"
        )
    if as_json:
        print_json(list(case_rows(cases)))
    elif (status, subject, kind) == (None, None, None):
        _print_counts(cases, titles)
    else:
        _print_list(cases, titles)
    return EXIT_DONE


def _print_counts(cases: Sequence[Case], titles: Mapping[str, str]) -> None:
    counts = Counter((case.subject, case.kind, case.status) for case in cases)
    rows = (
        (
            subject,
            titles.get(subject) or detector_title(subject),
            *(str(sum(counts[subject, kind, s] for s in CaseStatus)) for kind in _KINDS),
            str(sum(counts[subject, kind, CaseStatus.APPROVED] for kind in _KINDS)),
        )
        for subject in sorted({case.subject for case in cases})
    )
    table = plain_table("", "编号", "主题", *_KINDS.values(), "已入库")
    add_texts(table, rows, whole=(0, 2, 3, 4))
    stdout.print(table)
    stdout.print(f"{len(cases)} cases; --subject, --kind or --status lists them one by one")


def _print_list(cases: Sequence[Case], titles: Mapping[str, str]) -> None:
    rows = (
        (
            case.case_id,
            titles.get(case.subject) or detector_title(case.subject),
            _KINDS[case.kind],
            case.call_id,
            f"{clock(case.clip.start_ms)}–{clock(case.clip.end_ms)}",
            case.situation[:40],
            _STATUSES[case.status],
        )
        for case in cases
    )
    table = plain_table("", "案例", "主题", "类别", "通话", "时间", "情境", "状态")
    add_texts(table, rows, whole=(0, 2, 3, 4, 6))
    stdout.print(table)
    stdout.print(f"{len(cases)} cases")


@app.command("show")
def show_case(
    case_id: Annotated[str, typer.Argument()],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """One case with the words of its clip."""
    with existing_store(settings_for(workspace)) as store:
        case = store.case(case_id)
        judged = store.judged_call(case.call_id)
    lines = [
        (u.role.value, u.interval.start_ms, u.text)
        for u in judged.analyzed.transcript.judged_utterances
        if u.interval.overlap_ms(case.clip) > 0
    ]
    if as_json:
        card = next(iter(case_rows([case])))
        print_json(
            card | {"transcript": [{"role": r, "start_ms": s, "text": t} for r, s, t in lines]}
        )
        return EXIT_DONE
    for line in _card(case):
        stdout.print(line, markup=False, soft_wrap=True)
    for role, start_ms, text in lines:
        stdout.print(f"  {clock(start_ms)} {role:9} {text}", markup=False, soft_wrap=True)
    return EXIT_DONE


def _card(case: Case) -> tuple[str, ...]:
    stale = f"，可能过时：{case.stale_because}" if case.stale_because else ""
    return (
        f"{case.case_id}  {detector_title(case.subject)}（{_KINDS[case.kind]}，"
        f"{_STATUSES[case.status]}{stale}）",
        f"情境：{case.situation}",
        f"原因：{case.why}",
        f"片段：{case.call_id} {clock(case.clip.start_ms)}–{clock(case.clip.end_ms)}",
    )


@app.command("hear")
def hear(
    model: Annotated[
        str | None, typer.Option(help="A model folder or a faster-whisper name.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Listen again, for dictated numbers, to the clips of candidates that no night heard twice."""
    settings = settings_for(workspace)
    ears = SecondHearing(model, settings.workspace / "models", allowed_seconds=inf)
    with existing_store(settings) as store:
        heard = hear_candidates(store, ears)
        for case_id in heard:
            store.audit(cli_user(), "hear case again", case_id)
    if as_json:
        print_json({"heard": list(heard), "problem": ears.problem or None})
    else:
        _tell((ears.problem,) if ears.problem else ())
        stdout.print(f"{len(heard)} clips heard")
    return EXIT_SOME_UNREADABLE if ears.problem else EXIT_DONE


@app.command("approve")
def approve(
    case_ids: Annotated[list[str], typer.Argument()],
    who: Annotated[str, typer.Option("--as", help="Who approves.")] = "cli",
    listened: Annotated[
        bool,
        typer.Option("--listened", help="You heard the whole beeped clip of each: it is clean."),
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take candidates into the library; a refusal stops none of the others."""
    approved: list[str] = []
    refused: list[dict[str, str]] = []
    with existing_store(settings_for(workspace)) as store:
        for case_id in dict.fromkeys(case_ids):
            try:
                approve_case(store, case_id, who=who, has_listened=listened)
            except (NotFound, UsageError) as error:
                if len(case_ids) == 1:
                    raise
                refused.append({"case_id": case_id, "reason": str(error)})
                continue
            store.audit(cli_user(), "approve case", case_id, f"as {who}")
            approved.append(case_id)
    _tell(tuple(one["reason"] for one in refused))
    if as_json:
        print_json({"approved": approved, "refused": refused})
    else:
        stdout.print(
            f"{len(approved)} cases approved" + (f", {len(refused)} refused" * bool(refused))
        )
    return EXIT_SOME_UNREADABLE if refused else EXIT_DONE


@app.command("export")
def export(
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="Folder to write; a collection also as .zip.",
            show_default="WORKSPACE/exports/COLLECTION.zip",
        ),
    ] = None,
    collection: Annotated[
        str | None,
        typer.Option("--collection", help="Make a training pack of this collection."),
    ] = None,
    lower_customer: Annotated[
        bool, typer.Option("--lower-customer", help="Lower the pitch of the customer's voice.")
    ] = False,
    status: StatusOption = None,
    subject: SubjectOption = None,
    kind: KindOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Cut the clips of cases, beeped and masked: a folder, or a collection's training pack."""
    settings = settings_for(workspace)
    if collection is not None:
        if status or subject or kind:
            raise UsageError("--collection says which cases; leave out --status, --subject, --kind")
        return _export_pack(settings, collection, output, lower_customer, as_json)
    if output is None:
        raise UsageError("name the folder to write with -o, or a collection with --collection")
    with existing_store(settings) as store:
        chosen = store.cases(status, subject, kind)
        done = export_cases(store, chosen, output, lower_customer=lower_customer)
        store.audit(cli_user(), "export cases", str(output), f"{done.written} clips, redacted")
    _tell(done.problems)
    if as_json:
        print_json({"clips": done.written, "folder": output, "problems": list(done.problems)})
    else:
        stdout.print(f"{done.written} clips → {output}", markup=False, soft_wrap=True)
    return EXIT_SOME_UNREADABLE if done.problems else EXIT_DONE


def _export_pack(
    settings: Settings, collection: str, output: Path | None, lower_customer: bool, as_json: bool
) -> int:
    with existing_store(settings) as store:
        done = export_pack(
            store,
            collection,
            output,
            exports=settings.workspace / "exports",
            lower_customer=lower_customer,
        )
        what = f"{collection}: {done.cases} cases, redacted"
        store.audit(cli_user(), "export cases", str(done.path), what)
    _tell(done.problems)
    if as_json:
        print_json(
            {
                "pack": done.path,
                "cases": done.cases,
                "clips": done.clips,
                "quiz_items": done.quiz_items,
                "problems": list(done.problems),
            }
        )
    else:
        line = f"{done.cases} cases, {done.clips} clips, {done.quiz_items} quiz items → {done.path}"
        stdout.print(line, markup=False, soft_wrap=True)
    return EXIT_SOME_UNREADABLE if done.problems else EXIT_DONE


def _tell(problems: tuple[str, ...]) -> None:
    for problem in problems:
        stderr.print(problem, markup=False, soft_wrap=True)
