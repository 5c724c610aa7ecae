"""Cut the clips of cases into a folder."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from qa_pipeline.cases import cut_clip
from qa_pipeline.domain.case import Case
from qa_pipeline.errors import UnreadableRecording
from qa_pipeline.report import ExportFormat, ExportKind, case_rows, write_export
from qa_pipeline.store import CallStore


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseExport:
    """`problems` name each clip that could not be cut, with its reason."""

    written: int
    problems: tuple[str, ...]


def export_cases(store: CallStore, cases: Iterable[Case], folder: Path) -> CaseExport:
    """Write `<case_id>.wav` for each case and `cases.csv` beside them.

    A recording that is gone costs only its own clips. Raises OutputError when the
    folder cannot be written.
    """
    chosen = tuple(cases)
    problems: list[str] = []
    written = 0
    for case in chosen:
        recording = store.judged_call(case.call_id).analyzed.call.recording
        if recording.audio_channels == 0:
            problems.append(f"{case.case_id}: {recording.name} is a transcript without sound")
            continue
        try:
            cut_clip(recording, case.clip, folder / f"{case.case_id}.wav")
        except UnreadableRecording as error:
            problems.append(f"{case.case_id}: {error}")
            continue
        written += 1
    write_export(ExportKind.CASES, case_rows(chosen), folder / "cases.csv", ExportFormat.CSV)
    return CaseExport(written=written, problems=tuple(problems))
