"""Cut the clips of cases into a folder, redacted."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from qa_pipeline.batch.case_redaction import RedactedCase
from qa_pipeline.domain.case import Case, CaseStatus
from qa_pipeline.domain.case_card import CardText
from qa_pipeline.errors import NotFound, UnreadableRecording
from qa_pipeline.redact import mask_file_name, mask_text
from qa_pipeline.report import ExportFormat, ExportKind, case_rows, write_export
from qa_pipeline.store import CallStore

NO_LISTENER = "片段没有第二次听写：先运行 qa-pipeline cases hear，或由人听完并批准，才能带走"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseExport:
    """`problems` name each clip that could not be cut, with its reason."""

    written: int
    problems: tuple[str, ...]


def export_cases(
    store: CallStore, cases: Iterable[Case], folder: Path, *, lower_customer: bool = False
) -> CaseExport:
    """Write `<case_id>.wav` for each case and `cases.csv` beside them.

    Clips are beeped and texts masked; a telephone number in a call_id is masked too. A
    recording that is gone costs only its own clips, and no clip leaves that was neither
    heard a second time nor approved. Raises OutputError when the folder
    cannot be written.
    """
    cards = store.card_texts()
    rows: list[dict[str, object]] = []
    problems: list[str] = []
    for case in cases:
        try:
            judged = store.judged_call(case.call_id)
        except NotFound as error:  # purged: the case is retired and has lost its words
            problems.append(f"{case.case_id}: {error}")
            rows.extend(_rows(case, mask_text))
            continue
        card = cards.get(case.case_id, CardText())
        hidden = store.redaction(case.case_id)
        redacted = RedactedCase(
            case=case,
            judged=judged,
            masks=card.masks,
            heard=hidden.heard if hidden else None,
            lower_customer=lower_customer,
        )
        rows.extend(_rows(case, redacted.text))
        if redacted.no_sound:
            problems.append(f"{case.case_id}: {redacted.no_sound}")
            continue
        if redacted.needs_a_listener and case.status is not CaseStatus.APPROVED:
            problems.append(f"{case.case_id}: {NO_LISTENER}")
            continue
        try:
            redacted.cut(folder / f"{case.case_id}.wav")
        except UnreadableRecording as error:
            problems.append(f"{case.case_id}: {mask_file_name(str(error))}")
    write_export(ExportKind.CASES, rows, folder / "cases.csv", ExportFormat.CSV)
    return CaseExport(written=len(rows) - len(problems), problems=tuple(problems))


def _rows(case: Case, mask: Callable[[str], str]) -> Iterator[dict[str, object]]:
    for row in case_rows((case,), mask):
        yield row | {"call_id": mask_file_name(case.call_id)}
