"""The columns and words of the review table, in both languages."""

import math
import re
from collections.abc import Mapping
from datetime import time, timedelta

from qa_pipeline.domain.review import Decision
from qa_pipeline.domain.scorecard import CriterionOutcome

DONE = "DONE"
"""In the decision column: the call was heard to the end; the line's note is the review's."""

DECISION_TITLES: Mapping[Decision, str] = {
    Decision.CONFIRMED: "确认",
    Decision.REJECTED: "驳回",
    Decision.UNSURE: "不确定",
    Decision.MISSED: "漏检",
}
ANSWER_TITLES: Mapping[CriterionOutcome, str] = {
    CriterionOutcome.PASS: "合格",
    CriterionOutcome.PARTIAL: "部分合格",
    CriterionOutcome.FAIL: "不合格",
    CriterionOutcome.HUMAN_NA: "不适用",
}
"""What a human may answer; the other outcomes are the machine's."""

COLUMN_TITLES: Mapping[str, str] = {
    "day": "日期",
    "inspector_id": "质检员",
    "call_id": "通话",
    "recording": "录音",
    "agent_id": "坐席",
    "reason": "抽取原因",
    "start": "开始",
    "end": "结束",
    "detector_id": "检测项",
    "title": "名称",
    "quote": "原话",
    "machine": "机器判断",
    "decision": "判定",
    "note": "备注",
    "criterion": "评分项",
    "answer": "人工评分",
    "points_awarded": "得分",
    "reviewed_at": "复核时间",
    "spent_ms": "用时毫秒",
    "start_ms": "开始毫秒",
    "end_ms": "结束毫秒",
    "review_id": "复核编号",
}

_DECISIONS = {
    **{d.value: d.value for d in Decision},
    **{title: d.value for d, title in DECISION_TITLES.items()},
    **dict.fromkeys(("DONE", "已完成", "完成", "已复核"), DONE),
}
_ANSWERS = {
    **{o.value: o for o in ANSWER_TITLES},
    **{title: o for o, title in ANSWER_TITLES.items()},
    "NA": CriterionOutcome.HUMAN_NA,
    "N/A": CriterionOutcome.HUMAN_NA,
    "部分": CriterionOutcome.PARTIAL,
}
_HEADING = re.compile(r"([^\x00-\x7f]*)[\s_]*(.*)", re.DOTALL)
_COLUMNS = {title: name for name, title in COLUMN_TITLES.items()}


def heading(column: str) -> str:
    """The column's heading in Excel: the Chinese title and the name for the reader."""
    return f"{COLUMN_TITLES[column]} {column}"


def column_named(text: str) -> str:
    """The column that a heading means: its name, its Chinese title, or both."""
    parts = _HEADING.fullmatch(text.strip().strip("\ufeff"))
    title, name = parts.groups() if parts else ("", "")
    return _COLUMNS.get(title, name.lower())


def decision_choices() -> tuple[str, ...]:
    """What the drop-down beside a piece of evidence offers."""
    offered = (Decision.CONFIRMED, Decision.REJECTED, Decision.UNSURE)
    return tuple(f"{DECISION_TITLES[d]} {d.value}" for d in offered)


def answer_choices() -> tuple[str, ...]:
    return tuple(f"{title} {outcome.value}" for outcome, title in ANSWER_TITLES.items())


def decision_meant(text: str) -> Decision | str:
    """The decision, or DONE; ValueError when the cell says neither.

    English and Chinese words, in any case, alone or both together.
    """
    found = {_DECISIONS[w] for w in text.upper().split() if w in _DECISIONS}
    if len(found) != 1:
        words = "、".join([*DECISION_TITLES.values(), "已完成"])
        raise ValueError(f"decision {text!r} is none of {', '.join(Decision)}, DONE ({words})")
    (word,) = found
    return DONE if word == DONE else Decision(word)


def answer_meant(text: str) -> CriterionOutcome:
    """The outcome that a human answered; ValueError when the cell says none."""
    found = {_ANSWERS[w] for w in text.upper().split() if w in _ANSWERS}
    if len(found) != 1:
        words = "、".join(ANSWER_TITLES.values())
        raise ValueError(f"answer {text!r} is none of {', '.join(ANSWER_TITLES)} ({words})")
    return found.pop()


def place_ms(cell: object) -> int | None:
    """A place in the call from `m:ss`, `h:mm:ss`, `m:ss.mmm` or seconds; None when empty.

    Excel takes a typed 3:12 for a time of day, three hours and twelve minutes; it
    is read as it was meant, minutes and seconds. ValueError for anything else.
    """
    if isinstance(cell, timedelta):  # Excel's form of a time of 24 hours and more
        return round(cell.total_seconds() / 60 * 1000)
    if isinstance(cell, time):
        has_seconds = cell.second or cell.microsecond
        whole = cell.hour * 3600 + cell.minute * 60 + cell.second
        return whole * 1000 + cell.microsecond // 1000 if has_seconds else whole // 60 * 1000
    text = str(cell if cell is not None else "").strip().replace("：", ":")
    if not text:
        return None
    parts = text.split(":")
    try:
        numbers = [float(p) for p in parts]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 3 or not all(0 <= n < math.inf for n in numbers):
        raise ValueError(f"{text!r} is no place in a call: write minutes:seconds, such as 3:12")
    seconds_total = 0.0
    for number in numbers:
        seconds_total = seconds_total * 60 + number
    return round(seconds_total * 1000)
