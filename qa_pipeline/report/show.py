"""One judged call for a terminal, and as a JSON document."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Detection, Evidence, Outcome
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.passing_change import passing_change
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import COUNTED, CriterionOutcome, CriterionScore
from qa_pipeline.report.export_rows import (
    call_rows,
    detection_rows,
    evidence_fields,
    rounded,
    score_rows,
    transcript_rows,
)
from qa_pipeline.report.flowing import Flowing
from qa_pipeline.report.tables import plain_table
from qa_pipeline.text.labels import (
    CRITERION_OUTCOME_TITLES,
    DIRECTION_TITLES,
    OUTCOME_TITLES,
    ROLE_TITLES,
    SPLIT_METHOD_TITLES,
    clock,
    criterion_titles,
    detector_title,
)

_OUTCOME_STYLES = {
    CriterionOutcome.PASS: "green",
    CriterionOutcome.PARTIAL: "yellow",
    CriterionOutcome.FAIL: "bold red",
    CriterionOutcome.NEEDS_HUMAN: "cyan",
}
_ROLE_STYLES = {Role.AGENT: "blue", Role.CUSTOMER: "magenta", Role.UNKNOWN: "dim"}


def render_call(
    judged: JudgedCall,
    rubric: Rubric | None,
    *,
    time_zone: str = "Asia/Shanghai",
    hint_notes: Mapping[str, str] = MappingProxyType({}),
) -> RenderableType:
    """Facts, score with receipts, behaviours, and the transcript with its marks.

    `hint_notes` say by criterion_id why a rule is a hint today.
    """
    return Group(
        _facts(judged, rubric, time_zone),
        _scores(judged, rubric, hint_notes),
        _others(judged, rubric),
        _transcript(judged, rubric),
    )


def call_document(judged: JudgedCall, rubric: Rubric | None) -> dict[str, Any]:
    """Everything stored of the judgement, under the field names of the exports."""
    rubrics = {judged.evaluation.scorecard.rubric_digest: rubric} if rubric else {}
    (call,) = call_rows([judged])
    (transcript,) = transcript_rows([judged])
    detections = []
    for row, detection in zip(detection_rows([judged]), judged.evaluation.detections, strict=True):
        provoked_by = [evidence_fields(e) for e in detection.provoked_by]
        detections.append({**row, "note": detection.note, "provoked_by": provoked_by})
    change = passing_change(judged.evaluation.scorecard, rubric) if rubric else None
    document: dict[str, Any] = rounded(
        {
            "call_id": judged.call_id,
            "judgement_key": judged.judgement_key,
            "call": call,
            "utterances": transcript["utterances"],
            "detections": detections,
            "scores": list(score_rows([judged], rubrics)),
            "passing_change": None
            if change is None
            else {"criterion": change.criterion_id, "percent": change.percent},
        }
    )
    return document


def _facts(judged: JudgedCall, rubric: Rubric | None, time_zone: str) -> RenderableType:
    analyzed, card = judged.analyzed, judged.evaluation.scorecard
    call = analyzed.call
    agent = " ".join(filter(None, (call.agent_id, call.agent_name, call.team)))
    direction = DIRECTION_TITLES[call.direction] if call.direction else ""
    facts = [
        ("录音", f"{call.recording.name}（{clock(call.recording.duration_ms)}）"),
        ("坐席", agent),
        (
            "通话",
            " ".join(filter(None, (direction, call.queue, _when(call.started_at, time_zone)))),
        ),
        ("角色", _roles(judged)),
    ]
    if analyzed.quality and analyzed.quality.because:
        facts.append(("音质", analyzed.quality.because))
    title = rubric.title if rubric else card.rubric_id
    routed = "，无匹配评分表，按默认" if card.routed_by_default else ""
    facts.append(("评分表", f"{title} 第 {card.rubric_version} 版{routed}"))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in facts:
        if value:
            grid.add_row(name, Text(value))
    grid.add_row("得分", _verdict(judged))
    change = passing_change(card, rubric) if rubric else None
    if change is not None:
        better = criterion_titles(rubric).get(change.criterion_id, change.criterion_id)
        grid.add_row("只差一项", Text(f"“{better}”做到即合格（{change.percent:g}）"))
    return Group(Text(judged.call_id, style="bold"), grid)


def _when(started_at: datetime | None, time_zone: str) -> str:
    return f"{started_at.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M}" if started_at else ""


def _roles(judged: JudgedCall) -> str:
    split = judged.analyzed.split
    if split.undivided_because:
        return f"未能区分：{split.undivided_because}"
    told = f"{SPLIT_METHOD_TITLES[split.method]}，可信度 {split.role_confidence:.2f}"
    return f"{told}（{split.note}）" if split.note else told


def _verdict(judged: JudgedCall) -> Text:
    card = judged.evaluation.scorecard
    if card.percent is None:
        return Text("未评分", style="cyan")
    text = Text(f"{card.percent:g}", style="bold")
    text.append("  合格" if card.passed else "  不合格", style="green" if card.passed else "red")
    if card.auto_failed_by:
        text.append(f"  致命项：{'、'.join(card.auto_failed_by)}", style="bold red")
        if card.raw_percent != card.percent and card.raw_percent is not None:
            text.append(f"（未计致命项 {card.raw_percent:g}）", style="dim")
    if card.not_judged_points:
        text.append(f"  另有 {card.not_judged_points:g} 分未能判断，不计入", style="dim")
    return text


def _scores(
    judged: JudgedCall, rubric: Rubric | None, hint_notes: Mapping[str, str]
) -> RenderableType:
    titles = criterion_titles(rubric)
    table = plain_table("评分", "评分项", "结果", "得分", "依据")
    table.columns[1].no_wrap = True
    table.columns[2].justify = "right"
    for score in judged.evaluation.scorecard.scores:
        outcome = CRITERION_OUTCOME_TITLES[score.outcome]
        table.add_row(
            Flowing(Text(titles.get(score.criterion_id, score.criterion_id))),
            Text(outcome, style=_OUTCOME_STYLES.get(score.outcome, "dim")),
            Text(_points(score)),
            Flowing(_receipts(score, hint_notes.get(score.criterion_id)), indent=2),
        )
    return table


def _points(score: CriterionScore) -> str:
    if score.hint:
        return "提示"
    if score.outcome not in COUNTED:
        return "—"
    return f"{score.points_awarded:g}/{score.points_possible:g}"


def _receipts(score: CriterionScore, hint_note: str | None) -> Text:
    lines = Text(score.abstained_because or "", style="dim")
    if score.hint:
        lines.append("\n" if lines else "")
        lines.append("仅提示，不扣分：复核认可度未达标" + (f"（{hint_note}）" if hint_note else ""))
    for receipt in score.receipts:
        if receipt.evidence is None and len(score.receipts) > 1:
            continue  # "at stake": the points column says it
        if lines:
            lines.append("\n")
        if receipt.points:
            lines.append(f"{receipt.points:+g} ", "red" if receipt.points < 0 else "green")
        lines.append(_piece(receipt.evidence) if receipt.evidence else receipt.reason)
        lines.append(f" p={receipt.probability:.2f}", "dim")
    return lines


def _piece(evidence: Evidence) -> str:
    quote = f"“{evidence.quote}”" if evidence.quote else ""
    says_it = evidence.quote and evidence.reason.startswith(f"听到{quote}")
    reason = "" if says_it or evidence.reason == evidence.quote else evidence.reason
    place = "约 " if evidence.estimated else ""
    return f"{place}{clock(evidence.interval.start_ms)} {quote}{reason}"


def _others(judged: JudgedCall, rubric: Rubric | None) -> RenderableType:
    """Behaviours and builtins: they are looked for whatever the rubric asks."""
    table = plain_table("行为与事件", "检测项", "结果", "p", "依据")
    for detection in judged.evaluation.detections:
        if detection.detector_id.partition(":")[0] not in ("behaviour", "builtin"):
            continue
        style = {Outcome.FOUND: "bold", Outcome.CANNOT_TELL: "cyan"}.get(detection.outcome, "dim")
        table.add_row(
            Text(detector_title(detection.detector_id, rubric)),
            Text(OUTCOME_TITLES[detection.outcome], style=style),
            Text(f"{detection.probability:.2f}"),
            Flowing(_grounds(detection), indent=2),
        )
    return table


def _grounds(detection: Detection) -> Text:
    if detection.abstained_because:
        return Text(detection.abstained_because, style="dim")
    lines = [_piece(e) for e in detection.evidence]
    lines += [f"起因 {_piece(e)}" for e in detection.provoked_by]
    return Text("\n".join(lines or filter(None, [detection.note])))


def _transcript(judged: JudgedCall, rubric: Rubric | None) -> RenderableType:
    table = plain_table("文本", "时间", "角色", "内容", "标记")
    table.columns[0].justify = "right"
    table.columns[1].no_wrap = True
    marks = _marks(judged.evaluation.detections, judged, rubric)
    for utterance in judged.analyzed.transcript.utterances:
        is_left_out = utterance.quarantined_because is not None
        text = Text(utterance.text, style="dim strike" if is_left_out else "")
        if utterance.quarantined_because:
            text.append(f"  未采用：{utterance.quarantined_because}", style="dim")
        table.add_row(
            Text(clock(utterance.interval.start_ms), style="dim"),
            Text(ROLE_TITLES[utterance.role], style=_ROLE_STYLES[utterance.role]),
            Flowing(text),
            Flowing(Text("；".join(marks.get(utterance.utterance_id, ())), style="yellow")),
        )
    return table


def _marks(
    detections: Iterable[Detection], judged: JudgedCall, rubric: Rubric | None
) -> dict[str, list[str]]:
    """Titles of what was found at each utterance; a missing script marks nothing."""
    marks: dict[str, list[str]] = defaultdict(list)
    for detection in detections:
        if detection.outcome is not Outcome.FOUND:
            continue
        title = detector_title(detection.detector_id, rubric)
        for evidence in detection.evidence:
            for utterance in judged.analyzed.transcript.utterances:
                is_there = utterance.interval.overlap_ms(evidence.interval) > 0
                same_role = utterance.role is evidence.role or evidence.role is Role.UNKNOWN
                if is_there and same_role and title not in marks[utterance.utterance_id]:
                    marks[utterance.utterance_id].append(title)
    return marks
