"""The day's queue as an Excel workbook in which inspectors write their decisions."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from qa_pipeline.atomic_file import replacing
from qa_pipeline.domain.detection import Detection, Evidence
from qa_pipeline.domain.finding import findings_of
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.review import ReviewTask
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import CriterionOutcome, CriterionScore
from qa_pipeline.report.links import call_link
from qa_pipeline.report.review_words import answer_choices, decision_choices, heading
from qa_pipeline.report.safe_cells import (
    MAX_XLSX_CELL,
    starts_like_formula,
    without_control_characters,
)
from qa_pipeline.text.labels import (
    CRITERION_OUTCOME_TITLES,
    OUTCOME_TITLES,
    clock,
    criterion_titles,
    detector_title,
)

DECISION_SHEET, ANSWER_SHEET, HELP_SHEET, CHOICES_SHEET = "复核", "评分", "说明", "选项"
MISSED_ROWS = 2
DECISION_COLUMNS = (
    "day", "inspector_id", "call_id", "recording", "agent_id", "reason", "start", "end",
    "detector_id", "title", "quote", "machine", "decision", "note", "start_ms", "end_ms",
)  # fmt: skip
ANSWER_COLUMNS = (
    "day", "inspector_id", "call_id", "criterion", "title", "machine", "answer",
    "points_awarded", "note",
)  # fmt: skip

_SheetRow = dict[str, Any]
_CALL_FILL = PatternFill("solid", fgColor="DCE6F1")
_COST_FILL = PatternFill("solid", fgColor="FBE5E1")
_ENTRY_FILL = PatternFill("solid", fgColor="FFF9E5")
_LINK_FONT = Font(color="0563C1", underline="single")
_HELP = (
    "怎样填写",
    "1. 每通通话以一行蓝色的“整通”开头，下面一行是一处机器证据；红底的是扣了分的证据。",
    "2. 听“开始”到“结束”前后各十秒，在“判定”一列选：确认、驳回、不确定。不填的行不会导入。",
    "3. 机器漏掉的，在该通末尾的“漏检”行填检测项（下拉选择）、开始时间（分:秒）和判定“漏检”。",
    "4. 听完一通，在蓝色行的“判定”选“已完成 DONE”；备注写在同一行，就是整份复核的备注。",
    "5. “评分”页按评分项作答：合格、部分合格、不合格、不适用；不填即沿用机器判断。",
    "6. 请勿改动通话、质检员和检测项三列，也不要改表头；可以筛选、排序、删除不需要的行。",
    "7. 存盘后运行：qa-pipeline review import 本文件。重复导入同一文件不会增加复核。",
)


def write_review_sheet(
    path: Path,
    tasks: Iterable[ReviewTask],
    judged_of: Callable[[str], JudgedCall | None],
    rubrics: Mapping[str, Rubric] | None = None,
    address: str | None = None,
) -> int:
    """Write the tasks' evidence and criteria as a workbook; the number of calls in it.

    With `address` a call's id leads to its review page there. A blind task shows
    nothing of what the machine found. Calls that `judged_of` does not know (purged
    since) are left out. Raises OutputError; an older file stays until the new one
    is whole.
    """
    book = Workbook()
    decisions, answers = book.active, book.create_sheet(ANSWER_SHEET)
    assert decisions is not None
    decisions.title = DECISION_SHEET
    _head(decisions, DECISION_COLUMNS)
    _head(answers, ANSWER_COLUMNS)
    choices: dict[str, str] = {}
    calls = 0
    for task in sorted(tasks, key=lambda t: (t.day, t.inspector_id, t.position, t.call_id)):
        judged = judged_of(task.call_id)
        if judged is None:
            continue
        calls += 1
        rubric = (rubrics or {}).get(judged.evaluation.scorecard.rubric_digest)
        for row in _decision_rows(task, judged, rubric):
            if address is not None and row.get("_fill") is _CALL_FILL:
                row["_link"] = call_link(address, task.call_id)
            _append(decisions, DECISION_COLUMNS, row)
        for row in _answer_rows(task, judged, rubric):
            _append(answers, ANSWER_COLUMNS, row)
        for detection in judged.evaluation.detections:
            name = detection.detector_id
            choices[name] = f"{detector_title(name, rubric)} {name}"
    _help_sheet(book)
    _add_choices(book, tuple(choices[name] for name in sorted(choices)))
    with replacing(path) as temporary:
        book.save(temporary)
    return calls


def _decision_rows(
    task: ReviewTask, judged: JudgedCall, rubric: Rubric | None
) -> Iterator[_SheetRow]:
    call, card = judged.analyzed.call, judged.evaluation.scorecard
    base = {"day": task.day.isoformat(), "inspector_id": task.inspector_id, "call_id": task.call_id}
    percent = "未评分" if card.percent is None else f"机器 {card.percent:g} 分"
    if task.blind:
        percent = "盲评"
    yield {
        **base,
        "recording": call.recording.name,
        "agent_id": call.agent_id,
        "reason": task.reason,
        "start": clock(0),
        "end": clock(call.recording.duration_ms),
        "quote": "（整通）",
        "machine": percent,
        "_fill": _CALL_FILL,
    }
    if task.blind:
        yield from _missed_rows(base)
        return
    found = findings_of(judged.evaluation)
    costs = {f.detector_id: f.points_lost for f in found}
    hints = {f.detector_id for f in found if f.hint}
    told: set[str] = set()
    pieces = [(d, e) for d in judged.evaluation.detections for e in d.evidence]
    pieces.sort(key=lambda p: (p[0].detector_id not in costs, p[1].interval, p[0].detector_id))
    for detection, evidence in pieces:
        cost = costs.get(detection.detector_id)
        # A loss is the criterion's, not the line's: it is told once, at its first evidence.
        remark = ""
        if detection.detector_id not in told:
            remark = "；仅提示，不扣分" if detection.detector_id in hints else _loss(cost)
        told.add(detection.detector_id)
        yield {
            **base,
            "start": clock(evidence.interval.start_ms),
            "end": clock(evidence.interval.end_ms),
            "detector_id": detection.detector_id,
            "title": detector_title(detection.detector_id, rubric),
            "quote": evidence.quote,
            "machine": _machine(detection, evidence) + remark,
            "start_ms": evidence.interval.start_ms,
            "end_ms": evidence.interval.end_ms,
            "_fill": None if cost is None else _COST_FILL,
        }
    yield from _missed_rows(base)


def _missed_rows(base: _SheetRow) -> Iterator[_SheetRow]:
    for _ in range(MISSED_ROWS):
        yield {**base, "quote": "（漏检：请填检测项、开始时间，判定选“漏检”）"}


def _machine(detection: Detection, evidence: Evidence) -> str:
    said = OUTCOME_TITLES[detection.outcome]
    return f"{said} p={detection.probability:.2f}；{evidence.reason}"


def _loss(cost: float | None) -> str:
    return f"；扣 {cost:g} 分" if cost else ""


def _answer_rows(
    task: ReviewTask, judged: JudgedCall, rubric: Rubric | None
) -> Iterator[_SheetRow]:
    titles = criterion_titles(rubric)
    for score in judged.evaluation.scorecard.scores:
        machine = "盲评" if task.blind else _machine_answer(score)
        waits = score.outcome is CriterionOutcome.NEEDS_HUMAN
        yield {
            "day": task.day.isoformat(),
            "inspector_id": task.inspector_id,
            "call_id": task.call_id,
            "criterion": score.criterion_id,
            "title": titles.get(score.criterion_id, score.criterion_id),
            "machine": machine,
            "_fill": _COST_FILL if waits and not task.blind else None,
        }


def _machine_answer(score: CriterionScore) -> str:
    said = CRITERION_OUTCOME_TITLES[score.outcome]
    if score.hint:
        return f"{said}（仅提示，不扣分）"
    if score.points_possible:
        return f"{said} {score.points_awarded:g}/{score.points_possible:g}"
    return said


def _head(sheet: Any, columns: Sequence[str]) -> None:
    sheet.append([heading(c) for c in columns])
    sheet.freeze_panes = "A2"
    for index, column in enumerate(columns, start=1):
        dimension = sheet.column_dimensions[get_column_letter(index)]
        dimension.width = _WIDTHS.get(column, 12)
        dimension.hidden = column in ("start_ms", "end_ms")
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="center")


def _append(sheet: Any, columns: Sequence[str], row: _SheetRow) -> None:
    line = sheet.max_row + 1
    fill = row.get("_fill")
    for index, column in enumerate(columns, start=1):
        cell = sheet.cell(row=line, column=index)
        value = row.get(column)
        if isinstance(value, str):
            value = without_control_characters(value)[:MAX_XLSX_CELL]
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
            cell.quotePrefix = starts_like_formula(value)
        if column == "call_id" and row.get("_link"):
            cell.hyperlink = row["_link"]
            cell.font = _LINK_FONT
        cell.alignment = Alignment(wrap_text=column in _WRAPPED, vertical="top")
        if column in ("start", "end"):
            cell.number_format = "@"  # or Excel turns a typed 3:12 into a time of day
        if column in ("decision", "answer"):
            cell.fill = _ENTRY_FILL
        elif fill is not None:
            cell.fill = fill


def _help_sheet(book: Workbook) -> None:
    sheet = book.create_sheet(HELP_SHEET)
    sheet.column_dimensions["A"].width = 110
    for line, text in enumerate(_HELP, start=1):
        cell = sheet.cell(row=line, column=1, value=text)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(bold=line == 1, size=14 if line == 1 else 11)


def _add_choices(book: Workbook, detectors: tuple[str, ...]) -> None:
    """Drop-downs read their entries from a hidden sheet: a cell's own list is too short."""
    hidden: Any = book.create_sheet(CHOICES_SHEET)
    hidden.sheet_state = "hidden"
    decisions = (*decision_choices(), "漏检 MISSED", "已完成 DONE")
    for column, entries in enumerate((decisions, answer_choices(), detectors), start=1):
        for line, entry in enumerate(entries, start=1):
            hidden.cell(row=line, column=column, value=entry)
    for name, columns, wanted, offered, source in (
        (DECISION_SHEET, DECISION_COLUMNS, "decision", decisions, "A"),
        (DECISION_SHEET, DECISION_COLUMNS, "detector_id", detectors, "C"),
        (ANSWER_SHEET, ANSWER_COLUMNS, "answer", answer_choices(), "B"),
    ):
        sheet: Any = book[name]
        if not offered or sheet.max_row < 2:
            continue
        menu = DataValidation(
            type="list",
            formula1=f"'{CHOICES_SHEET}'!${source}$1:${source}${len(offered)}",
            allow_blank=True,
            showErrorMessage=wanted != "detector_id",
        )
        letter = get_column_letter(columns.index(wanted) + 1)
        menu.add(f"{letter}2:{letter}{sheet.max_row}")
        sheet.add_data_validation(menu)


_WRAPPED = frozenset({"reason", "quote", "machine", "note", "title"})
_WIDTHS = {
    **dict.fromkeys(("reason", "quote", "machine"), 38),
    **dict.fromkeys(("call_id", "recording", "detector_id", "criterion", "title"), 20),
    "note": 28,
    "decision": 16,
    "answer": 16,
    "start": 8,
    "end": 8,
}
