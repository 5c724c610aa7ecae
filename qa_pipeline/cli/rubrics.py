"""`rubric check|test|preview|schema`: the centre's own law before it counts."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from qa_pipeline.batch.preview_page import write_preview
from qa_pipeline.batch.previewing import Preview, preview_rubric
from qa_pipeline.batch.stored_rubrics import version_not_raised
from qa_pipeline.cli.common import (
    EXIT_DONE,
    EXIT_FOUND_SOMETHING,
    JsonOption,
    WorkspaceOption,
    existing_store,
    parse_day,
    print_json,
    settings_for,
    stdout,
)
from qa_pipeline.errors import RubricError
from qa_pipeline.report.tables import add_texts, plain_table
from qa_pipeline.rubric_files import (
    LEAST_NOISED_SHARE,
    ExampleResult,
    NoisedRate,
    check,
    load_rubric,
    run_examples,
    run_noised_examples,
)
from qa_pipeline.rubric_files.schema import rubric_schema
from qa_pipeline.settings import has_database

app = typer.Typer(help="Check, test and preview a rubric file.", no_args_is_help=True)

FileArgument = Annotated[Path, typer.Argument(help="A rubric's YAML file.")]


def register(program: typer.Typer) -> None:
    program.add_typer(app, name="rubric")


@app.command("check")
def check_file(
    file: FileArgument,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Load a rubric and name everything that is wrong or doubtful.

    Where the workspace holds calls scored with the same version, an edit without
    a raised version is an error too.
    """
    errors: list[str] = []
    warnings: list[str] = []
    try:
        (errors if strict else warnings).extend(map(str, check(file)))
    except RubricError as error:
        errors.extend(error.problems)
    settings = settings_for(workspace)
    if not errors and has_database(settings.workspace):
        with existing_store(settings) as store:
            errors.extend(version_not_raised(store, load_rubric(file), file))
    if as_json:
        print_json({"file": file, "errors": errors, "warnings": warnings})
    else:
        for line in (*errors, *warnings):
            stdout.print(line, markup=False, soft_wrap=True)
        stdout.print(f"{len(errors)} errors, {len(warnings)} warnings")
    return EXIT_FOUND_SOMETHING if errors else EXIT_DONE


@app.command("test")
def run_own_examples(
    file: FileArgument, _workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> int:
    """Run every criterion's own `said` and `not_said` examples, plain and misheard.

    A plain example that is judged wrong fails the test (exit code 3). The misheard
    ones, 10 to 15 % of their characters noised with a fixed seed, only warn.
    """
    rubric = load_rubric(file)
    results = run_examples(rubric)
    noised = run_noised_examples(rubric)
    failed = [r for r in results if not r.right]
    weak = [r for r in noised if r.is_weak]
    if as_json:
        document = {
            "file": file,
            "examples": len(results),
            "failed": [_said(r) for r in failed],
            "noised": [asdict(r) | {"is_weak": r.is_weak} for r in noised],
        }
        print_json(document)
    else:
        for result in failed:
            stdout.print(_said(result), markup=False, soft_wrap=True)
        for rate in noised:
            stdout.print(_noised(rate), markup=False, soft_wrap=True)
        stdout.print(
            f"{len(results)} examples, {len(failed)} failed; misheard: {len(weak)} of "
            f"{len(noised)} criteria below {LEAST_NOISED_SHARE:.0%}"
        )
    return EXIT_FOUND_SOMETHING if failed else EXIT_DONE


@app.command("preview")
def preview(
    file: FileArgument,
    first_day: Annotated[str | None, typer.Option("--from", help="First day.")] = None,
    last_day: Annotated[str | None, typer.Option("--to", help="Last day.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Also write the preview as HTML.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Score stored calls with a draft: who gains, who loses, which criteria carry it."""
    settings = settings_for(workspace)
    days = (
        parse_day(first_day) if first_day else None,
        parse_day(last_day) if last_day else None,
    )
    with existing_store(settings) as store:
        draft = load_rubric(file)
        seen = preview_rubric(store, settings, draft, days)
    if output is not None:
        write_preview(seen, draft, output)
    if as_json:
        print_json(_document(seen))
    else:
        _print_preview(seen, file.name)
    return EXIT_DONE


@app.command("schema")
def schema(_workspace: WorkspaceOption = None, _as_json: JsonOption = False) -> int:
    """Print the JSON Schema of rubric files, for editors."""
    print_json(rubric_schema())
    return EXIT_DONE


def _document(seen: Preview) -> dict[str, object]:
    return {
        "calls": len(seen.changes),
        "changes": [
            {"call_id": c.call_id, "before": c.before, "after": c.after} for c in seen.changes
        ],
        "criteria": dict(seen.criteria),
        "settled": [asdict(d) for d in seen.settled],
        "unsettled": [asdict(d) for d in seen.unsettled],
        "not_measurable": [
            {"criterion": name, "calls": calls, "reason": reason}
            for name, calls, reason in seen.not_measurable
        ],
    }


def _print_preview(seen: Preview, name: str) -> None:
    changed = [
        (c.call_id, _score(c.before), _score(c.after), c.difference)
        for c in seen.changes
        if c.before != c.after
    ]
    table = plain_table(f"试评：{name}", "通话", "现在", "试评后", "变化")
    add_texts(table, changed, whole=(0, 1, 2, 3))
    if changed:
        stdout.print(table)
    else:
        stdout.print(f"试评：{name}：没有一通的得分会变", markup=False, soft_wrap=True)
    for criterion_id, points in seen.criteria:
        stdout.print(f"{criterion_id}: {points:+.1f} 分（合计）", markup=False, soft_wrap=True)
    for criterion_id, calls, reason in seen.not_measurable:
        line = f"{criterion_id}: {calls} 通无法测量：{reason}"
        stdout.print(line, markup=False, soft_wrap=True)
    stdout.print(
        f"复核结论：{len(seen.settled)} 条由不符变相符，{len(seen.unsettled)} 条由相符变不符"
    )
    stdout.print(
        f"{len(seen.changes)} calls: {seen.gain} gain, {seen.lose} lose, "
        f"{len(seen.changes) - seen.gain - seen.lose} stay"
    )


def _said(result: ExampleResult) -> str:
    wanted = "said" if result.should_be_found else "not_said"
    near = f"; {result.note}" if result.note else ""
    return (
        f"{result.criterion_id}: {wanted} “{result.text}” was judged {result.outcome} "
        f"p={result.probability:.2f}{near}"
    )


def _noised(rate: NoisedRate) -> str:
    warning = f"; warning: below {LEAST_NOISED_SHARE:.0%}" if rate.is_weak else ""
    return (
        f"{rate.criterion_id}: misheard said {rate.said_right}/{rate.said}, "
        f"not_said {rate.not_said_right}/{rate.not_said}{warning}"
    )


def _score(percent: float | None) -> str:
    return "—" if percent is None else f"{percent:.1f}"
