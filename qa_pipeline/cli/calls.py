"""`show`, `export`, `verify` and `rejudge`: looking at judged calls."""

from pathlib import Path
from typing import Annotated

import typer

from qa_pipeline.batch.exporting import export_rows
from qa_pipeline.batch.rejudging import rejudge_calls
from qa_pipeline.batch.shift import SharedRecognizer
from qa_pipeline.batch.trust import read_trust
from qa_pipeline.batch.verifying import verify_calls
from qa_pipeline.cli.common import (
    EXIT_DONE,
    EXIT_FOUND_SOMETHING,
    JsonOption,
    WorkspaceOption,
    cli_user,
    existing_store,
    parse_day,
    print_json,
    settings_for,
    stderr,
    stdout,
)
from qa_pipeline.errors import UsageError
from qa_pipeline.report import ExportFormat, ExportKind, write_export
from qa_pipeline.report.show import call_document, render_call


def register(app: typer.Typer) -> None:
    app.command("show")(show)
    app.command("export")(export)
    app.command("verify")(verify)
    app.command("rejudge")(rejudge)


def show(
    call_id: Annotated[str, typer.Argument(help="The call's id, by default the file's stem.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Transcript, evidence and receipts of one call."""
    settings = settings_for(workspace)
    with existing_store(settings) as store:
        judged = store.judged_call(call_id)
        card = judged.evaluation.scorecard
        rubric = store.rubric(card.rubric_id, card.rubric_version)
        has_hints = any(s.hint for s in card.scores)
        notes = read_trust(store, settings).notes(rubric) if has_hints else {}
    if as_json:
        print_json(call_document(judged, rubric))
    else:
        zone = settings.queue.centre_time_zone
        stdout.print(render_call(judged, rubric, time_zone=zone, hint_notes=notes))
    return EXIT_DONE


def export(
    what: Annotated[ExportKind, typer.Argument(help="What to export.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to write.")],
    file_format: Annotated[
        ExportFormat | None, typer.Option("--format", help="By default the file's ending.")
    ] = None,
    all_versions: Annotated[
        bool, typer.Option("--all-versions", help="Also judgements that were replaced.")
    ] = False,
    redact: Annotated[bool, typer.Option("--redact", help="Mask personal data.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Write calls, transcripts, detections, scores, queue, reviews or cases to a file."""
    chosen = file_format or _format_of(output)
    settings = settings_for(workspace)
    # A masked call id leads nowhere.
    address = "" if redact else settings.queue.review_address
    with existing_store(settings) as store:
        rows = export_rows(store, what, redact=redact, all_versions=all_versions)
        count = write_export(what, rows, output, chosen, review_address=address)
        how = "redacted" if redact else "raw"
        store.audit(cli_user(), f"export {what.value}", str(output), f"{count} lines, {how}")
    if not redact:
        stderr.print("this export is raw: it may hold personal data; --redact masks it")
    if as_json:
        print_json({"what": what.value, "lines": count, "file": output, "redacted": redact})
    else:
        stdout.print(f"{count} {what.value} → {output}", markup=False, soft_wrap=True)
    return EXIT_DONE


def _format_of(output: Path) -> ExportFormat:
    try:
        return ExportFormat(output.suffix.lstrip(".").lower())
    except ValueError as error:
        raise UsageError(f"{output}: say --format jsonl, csv or xlsx") from error


def verify(
    call_id: Annotated[str | None, typer.Argument(help="One call.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All calls.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Run the detectors again from stored inputs and compare byte for byte."""
    if (call_id is None) == (not every):
        raise UsageError("verify needs a CALL_ID or --all")
    settings = settings_for(workspace)
    with existing_store(settings) as store:
        result = verify_calls(store, settings, None if every else (call_id or "",))
    if as_json:
        print_json({"verified": result.verified, "differ": list(result.differ)})
    else:
        for line in result.differ:
            stdout.print(line, markup=False, soft_wrap=True)
        stdout.print(f"{result.verified} calls verified, {len(result.differ)} differ")
    return EXIT_FOUND_SOMETHING if result.differ else EXIT_DONE


def rejudge(
    first: Annotated[str | None, typer.Option("--from", help="First day.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day.")] = None,
    rubric: Annotated[Path | None, typer.Option(help="Judge by this file.")] = None,
    listen: Annotated[
        bool, typer.Option("--listen", help="Open recordings again for doubtful places.")
    ] = False,
    model: Annotated[
        str | None, typer.Option(help="With --listen: the model that wrote the transcripts.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Judge stored calls again under today's rubrics, without transcribing again."""
    settings = settings_for(workspace)
    days = (
        parse_day(first) if first else None,
        parse_day(last) if last else None,
    )
    with existing_store(settings) as store:
        ears = SharedRecognizer(model, settings.workspace / "models") if listen else None
        counts = rejudge_calls(store, settings, days, rubric, recognizer=ears)
    if as_json:
        print_json(counts)
    else:
        stdout.print(f"{counts['rejudged']} calls judged again, {counts['unchanged']} unchanged")
        if counts.get("not_heard"):
            stdout.print(f"{counts['not_heard']} recordings are gone or altered: not heard again")
    return EXIT_DONE
