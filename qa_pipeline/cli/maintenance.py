"""`doctor`, `db`, `purge` and `calibrate`: keeping it running."""

import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from qa_pipeline.batch.agreeing import read_agreement
from qa_pipeline.batch.doctor import examine
from qa_pipeline.batch.hiding import hide_stored
from qa_pipeline.batch.learning import learn_from_reviews
from qa_pipeline.batch.purging import purge_before
from qa_pipeline.batch.trust import read_trust
from qa_pipeline.cli.common import (
    EXIT_DONE,
    EXIT_FOUND_SOMETHING,
    JsonOption,
    WorkspaceOption,
    cli_user,
    existing_store,
    print_json,
    settings_for,
    stdout,
)
from qa_pipeline.domain.dispute import regression_examples
from qa_pipeline.errors import UsageError

db_app = typer.Typer(help="The workspace's database.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)
    app.command("purge")(purge)
    app.command("calibrate")(calibrate)
    app.add_typer(db_app, name="db")


def doctor(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> int:
    """Say what works on this machine and what does not."""
    from qa_pipeline.review_web.built import check_pages

    checks = (*examine(settings_for(workspace)), check_pages())
    if as_json:
        print_json([{"what": c.what, "ok": c.ok, "found": c.found} for c in checks])
    else:
        for check in checks:
            stdout.print(
                f"{'ok  ' if check.ok else 'BAD '} {check.what}: {check.found}", markup=False
            )
    return EXIT_DONE if all(c.ok for c in checks) else EXIT_FOUND_SOMETHING


def purge(
    older_than: Annotated[str, typer.Option("--older-than", help="For example 180d.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Remove everything of calls older than so many days; their cases are retired."""
    found = re.fullmatch(r"(\d{1,5})d", older_than)
    if not found:
        raise UsageError(f"--older-than {older_than}: write a number of days such as 180d")
    before = datetime.now(UTC) - timedelta(days=int(found[1]))
    settings = settings_for(workspace)
    with existing_store(settings) as store:
        counts = purge_before(store, settings.workspace, before)
        store.audit(cli_user(), "purge", older_than, f"{counts['calls']} calls")
    if as_json:
        print_json(counts)
    else:
        stdout.print(", ".join(f"{n} {what}" for what, n in counts.items()) + " removed")
    return EXIT_DONE


def calibrate(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> int:
    """Compare the machine with its reviewers and these with each other; let it learn from them.

    Agreement and leniency come from calls that two inspectors heard blind, and gold calls
    from those whose answers were agreed on before.
    The five behaviours are refitted to the decisions; weights that do better on decisions
    held back become the next version in rubrics/behaviours, and older ones stay.
    A sentence that a rule got wrong in a dispute is printed for the rubric's said or not_said.
    """
    settings = settings_for(workspace)
    with existing_store(settings) as store:
        rules = read_trust(store, settings).rules
        agreement = read_agreement(store)
        examples = regression_examples(store.disputes())
        refits = learn_from_reviews(store)
        for refit in refits:
            if refit.learned.model is not None:
                store.audit(cli_user(), "calibrate", refit.name, refit.as_line())
    hints = [rule for rule in rules if not rule.may_deduct(settings.trust)]
    if as_json:
        learned = [refit.as_document() for refit in refits]
        print_json(
            [
                {"kind": "rule"}
                | rule.as_document()
                | {"hint": rule in hints}
                | {"refits": [r for r in learned if r["detector_id"] == rule.detector_id]}
                for rule in rules
            ]
            + list(agreement.documents())
            + [{"kind": "regression", "example": asdict(example)} for example in examples]
        )
        return EXIT_DONE
    for rule in rules:
        mark = "; only a hint: it does not deduct" if rule in hints else ""
        stdout.print(rule.as_line() + mark, markup=False, soft_wrap=True)
    for line in agreement.as_lines():
        stdout.print(line, markup=False, soft_wrap=True)
    for example in examples:
        stdout.print(example.as_line(), markup=False, soft_wrap=True)
    for refit in refits:
        stdout.print(refit.as_line(), markup=False, soft_wrap=True)
    stdout.print(f"{len(rules)} rules with reviewers' decisions, {len(hints)} only hints")
    return EXIT_DONE


@db_app.command("upgrade")
def upgrade(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> int:
    """Bring the database to this version's schema, and let searches find older calls."""
    with existing_store(settings_for(workspace)) as store:
        revision, before = store.schema_revision(), store.upgraded_from
        indexed = store.index_calls(store.calls_to_index())
        masked = hide_stored(store)
    if as_json:
        print_json({"from": before, "revision": revision, "indexed": indexed, "masked": masked})
    else:
        stdout.print(
            f"schema revision {revision} (was {before}); {indexed} calls indexed,"
            f" {masked} looked through for what is personal"
        )
    return EXIT_DONE


@db_app.command("check")
def check(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> int:
    """Look for damage in the database."""
    with existing_store(settings_for(workspace)) as store:
        problems = store.check()
    if as_json:
        print_json({"problems": list(problems)})
    else:
        for problem in problems:
            stdout.print(problem, markup=False, soft_wrap=True)
        stdout.print("the database is sound" if not problems else f"{len(problems)} problems")
    return EXIT_FOUND_SOMETHING if problems else EXIT_DONE


@db_app.command("backup")
def backup(
    to: Annotated[Path, typer.Argument(help="A new file, or a folder.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Copy the database while others work on it."""
    with existing_store(settings_for(workspace)) as store:
        written = store.backup(to)
    if as_json:
        print_json({"file": written})
    else:
        stdout.print(str(written), markup=False, soft_wrap=True)
    return EXIT_DONE


@db_app.command("move")
def move(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> int:
    """Move qa.db into the PostgreSQL database that QA_PIPELINE_DATABASE_URL names."""
    from qa_pipeline.store import move_store

    name, counts = move_store(settings_for(workspace).workspace)
    if as_json:
        print_json({"database": name, "rows": counts})
    else:
        stdout.print(
            f"{sum(counts.values())} rows, {counts['calls']} calls, moved to {name}",
            markup=False,
            soft_wrap=True,
        )
    return EXIT_DONE
