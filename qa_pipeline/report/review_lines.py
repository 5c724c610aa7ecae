"""Lines of the review table joined into reviews."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.review import (
    CriterionAnswer,
    Decision,
    EvidenceDecision,
    Review,
    review_id_of,
)
from qa_pipeline.report.review_words import answer_meant, decision_meant, place_ms

UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands in the id of a review of which nobody said when it was made."""

JudgedOf = Callable[[str], JudgedCall | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    """Cells by column name as the file held them; `problem` when it could not be read."""

    where: str
    cells: Mapping[str, Any]
    problem: str | None = None

    def text(self, column: str) -> str:
        cell = self.cells.get(column)
        return "" if cell is None else str(cell).strip()


@dataclass(slots=True)
class _Draft:
    """What the lines of one call and inspector add up to."""

    decisions: list[EvidenceDecision] = field(default_factory=list)
    answers: list[CriterionAnswer] = field(default_factory=list)
    note: str = ""
    spent_ms: int | None = None
    review_id: str = ""
    is_bad: bool = False
    is_given: bool = False


_Key = tuple[str, str, datetime | None]


def joined_reviews(
    lines: Iterable[ReviewLine],
    *,
    imported_at: datetime,
    zone: ZoneInfo,
    default_inspector: str | None,
    judged_of: JudgedOf | None,
) -> tuple[tuple[Review, ...], tuple[str, ...]]:
    """Reviews in the order of their first line, and the problems in the order of the file."""
    drafts: dict[_Key, _Draft] = {}
    problems: list[str] = []
    for line in lines:
        key: _Key | None = None
        try:
            key = _key(line, zone, default_inspector)
            draft = drafts.setdefault(key, _Draft())
            if line.problem:
                raise ValueError(line.problem)
            _add(draft, line, judged_of(key[0]) if judged_of else None, judged_of is not None)
        except ValueError as error:
            if key is not None:
                drafts[key].is_bad = True
            problems.append(f"{line.where}: {error}")
    for (call_id, inspector_id, _), draft in drafts.items():
        if draft.is_bad:
            problems.append(
                f"{call_id} by {inspector_id}: not imported; mend its lines and import again"
            )
    reviews = tuple(
        _review(key, draft, imported_at)
        for key, draft in drafts.items()
        if draft.is_given and not draft.is_bad
    )
    return reviews, tuple(problems)


def _key(line: ReviewLine, zone: ZoneInfo, default_inspector: str | None) -> _Key:
    call_id = line.text("call_id")
    inspector_id = line.text("inspector_id") or default_inspector or ""
    if line.problem and not call_id:
        raise ValueError(line.problem)
    if not call_id:
        raise ValueError("call_id is empty")
    if not inspector_id:
        raise ValueError(f"{call_id}: inspector_id is empty")
    return call_id, inspector_id, _moment(line, zone)


def _moment(line: ReviewLine, zone: ZoneInfo) -> datetime | None:
    cell = line.cells.get("reviewed_at")
    if not isinstance(cell, datetime):
        text = line.text("reviewed_at")
        if not text:
            return None
        try:
            cell = datetime.fromisoformat(text.replace("/", "-"))
        except ValueError:
            raise ValueError(f"reviewed_at {text!r} is no ISO 8601 time") from None
    aware = cell if cell.tzinfo else cell.replace(tzinfo=zone)
    return aware.astimezone(UTC)


def _add(draft: _Draft, line: ReviewLine, judged: JudgedCall | None, is_checked: bool) -> None:
    decision, answer, note = line.text("decision"), line.text("answer"), line.text("note")
    if not decision and not answer:
        if note:
            raise ValueError(f"a note without decision or answer: {note[:40]!r}")
        return
    if is_checked and judged is None:
        raise ValueError(f"call {line.text('call_id')} is not in the workspace")
    draft.is_given = True
    draft.review_id = draft.review_id or line.text("review_id")
    draft.spent_ms = _whole(line, "spent_ms") if draft.spent_ms is None else draft.spent_ms
    if answer:
        _add_answer(draft, line, judged)
    meant = decision_meant(decision) if decision else None
    if isinstance(meant, Decision):
        _add_decision(draft, line, meant, judged)
    elif meant is not None:
        draft.note = note or draft.note


def _add_answer(draft: _Draft, line: ReviewLine, judged: JudgedCall | None) -> None:
    criterion_id = line.text("criterion")
    if not criterion_id:
        raise ValueError("an answer without criterion")
    if judged is not None:
        known = {s.criterion_id for s in judged.evaluation.scorecard.scores}
        if criterion_id not in known:
            raise ValueError(f"criterion {criterion_id} is not in the call's rubric")
    points = line.text("points_awarded")
    try:
        points_awarded = float(points) if points else None
    except ValueError:
        raise ValueError(f"points_awarded {points!r} is no number") from None
    given = CriterionAnswer(
        criterion_id=criterion_id,
        outcome=answer_meant(line.text("answer")),
        points_awarded=points_awarded,
        note="" if line.text("decision") else line.text("note"),
    )
    before = next((a for a in draft.answers if a.criterion_id == criterion_id), None)
    if before is None:
        draft.answers.append(given)
    elif before != given:
        raise ValueError(f"criterion {criterion_id} is answered twice, differently")


def _add_decision(
    draft: _Draft, line: ReviewLine, meant: Decision, judged: JudgedCall | None
) -> None:
    words = line.text("detector_id").split()
    detector_id = next((w for w in words if ":" in w), "")
    if not detector_id:
        raise ValueError(f"{meant.value} without a detector_id such as behaviour:arguing")
    known = {d.detector_id for d in judged.evaluation.detections} if judged else {detector_id}
    if detector_id not in known:
        raise ValueError(f"detector {detector_id} did not answer on this call")
    given = EvidenceDecision(
        detector_id=detector_id,
        decision=meant,
        interval=_interval(line),
        note=line.text("note"),
    )
    place = (given.detector_id, given.interval)
    before = next((d for d in draft.decisions if (d.detector_id, d.interval) == place), None)
    if before is None or (meant is Decision.MISSED and before.decision is not meant):
        draft.decisions.append(given)
    elif before != given:
        raise ValueError(f"{detector_id} is decided twice at the same place, differently")


def _interval(line: ReviewLine) -> Interval | None:
    start_ms, end_ms = _whole(line, "start_ms"), _whole(line, "end_ms")
    if start_ms is None:
        start_ms = place_ms(line.cells.get("start"))
    if end_ms is None:
        end_ms = place_ms(line.cells.get("end"))
    if start_ms is None:
        return None
    if end_ms is not None and end_ms < start_ms:
        raise ValueError(f"the evidence ends ({end_ms} ms) before it starts ({start_ms} ms)")
    return Interval(start_ms, start_ms if end_ms is None else end_ms)


def _whole(line: ReviewLine, column: str) -> int | None:
    text = line.text(column)
    if not text:
        return None
    try:
        number = float(text)
        if number < 0 or number != int(number):
            raise ValueError
    except (ValueError, OverflowError):
        raise ValueError(f"{column} {text!r} is no whole number of milliseconds") from None
    return int(number)


def _review(key: _Key, draft: _Draft, imported_at: datetime) -> Review:
    call_id, inspector_id, moment = key
    decisions, answers = tuple(draft.decisions), tuple(draft.answers)

    def identity(at: datetime) -> str:
        return review_id_of(call_id, inspector_id, at, decisions, answers, draft.note)

    # An exported review keeps the id under which it was first imported.
    undated = identity(UNDATED)
    is_undated = moment is None or draft.review_id == undated
    return Review(
        review_id=undated if is_undated else identity(moment or UNDATED),
        call_id=call_id,
        inspector_id=inspector_id,
        reviewed_at=moment or imported_at,
        decisions=decisions,
        answers=answers,
        spent_ms=draft.spent_ms,
        note=draft.note,
    )
