"""`rubric check|test|preview`: the centre's own law before it counts."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from qa_pipeline.batch.previewing import preview_rubric
from qa_pipeline.cli.common import (
    EXIT_DONE,
    EXIT_FOUND_SOMETHING,
    JsonOption,
    WorkspaceOption,
    existing_store,
    print_json,
    settings_for,
    stdout,
)
from qa_pipeline.errors import RubricError
from qa_pipeline.rubric_files import ExampleResult, check, load_rubric, run_examples

app = typer.Typer(help="Check, test and preview a rubric file.", no_args_is_help=True)

FileArgument = Annotated[Path, typer.Argument(help="A rubric's YAML file.")]


@app.command("check")
def check_file(
    file: FileArgument,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    _workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Load a rubric and name everything that is wrong or doubtful."""
    errors: list[str] = []
    warnings: list[str] = []
    try:
        (errors if strict else warnings).extend(map(str, check(file)))
    except RubricError as error:
        errors.extend(error.problems)
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
    """Run every criterion's own `said` and `not_said` examples."""
    results = run_examples(load_rubric(file))
    failed = [r for r in results if not r.right]
    if as_json:
        print_json({"file": file, "examples": len(results), "failed": [_said(r) for r in failed]})
    else:
        for result in failed:
            stdout.print(_said(result), markup=False, soft_wrap=True)
        stdout.print(f"{len(results)} examples, {len(failed)} failed")
    return EXIT_FOUND_SOMETHING if failed else EXIT_DONE


@app.command("preview")
def preview(
    file: FileArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> int:
    """Score stored calls with a draft: who gains, who loses, which criteria carry it."""
    settings = settings_for(workspace)
    with existing_store(settings) as store:
        seen = preview_rubric(store, settings, load_rubric(file))
    if as_json:
        print_json(
            {
                "calls": len(seen.changes),
                "changes": [
                    {"call_id": c.call_id, "before": c.before, "after": c.after}
                    for c in seen.changes
                ],
                "criteria": dict(seen.criteria),
            }
        )
        return EXIT_DONE
    table = Table(title=f"试评：{file.name}")
    for title in ("通话", "现在", "试评后", "变化"):
        table.add_column(title)
    for change in seen.changes:
        if change.before != change.after:
            table.add_row(
                change.call_id, _score(change.before), _score(change.after), change.difference
            )
    stdout.print(table)
    for criterion_id, points in seen.criteria:
        stdout.print(f"{criterion_id}: {points:+.1f} 分（合计）", markup=False, soft_wrap=True)
    stdout.print(
        f"{len(seen.changes)} calls: {seen.gain} gain, {seen.lose} lose, "
        f"{len(seen.changes) - seen.gain - seen.lose} stay"
    )
    return EXIT_DONE


def _said(result: ExampleResult) -> str:
    wanted = "said" if result.should_be_found else "not_said"
    near = f"; {result.note}" if result.note else ""
    return (
        f"{result.criterion_id}: {wanted} “{result.text}” was judged {result.outcome} "
        f"p={result.probability:.2f}{near}"
    )


def _score(percent: float | None) -> str:
    return "—" if percent is None else f"{percent:.1f}"
