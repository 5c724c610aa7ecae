"""What `qa-pipeline run` says when the night is over."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.text import Text

from qa_pipeline.domain.case import Case, CaseKind
from qa_pipeline.domain.finding import Finding, findings_of
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.review import ReviewTask
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.report.flowing import Flowing
from qa_pipeline.report.tables import plain_table
from qa_pipeline.text.labels import clock, detector_title

MAX_CALLS = 20
MAX_FINDINGS = 5
MAX_TASKS = 10
MAX_CASES = 10
QUOTE_CHARS = 18
MAX_MISSING_WINDOW_MS = 60_000


def render_summary(
    judged: Iterable[JudgedCall],
    tasks: Sequence[ReviewTask],
    cases: Sequence[Case],
    *,
    rubrics: Mapping[str, Rubric] | None = None,
    day: date | None = None,
    excluded: Sequence[tuple[str, int]] = (),
    notes: Sequence[str] = (),
) -> RenderableType:
    """Which calls broke which rule, where, for how many points; today's queue; new cases.

    `judged` are the calls of this run, read once; `rubrics` by digest. Long nights
    are cut to the worst calls and say how many more there are.
    """
    calls = list(judged)
    parts: list[RenderableType] = []
    if calls:
        parts += [_totals(calls), *_broken_rules(calls, rubrics or {})]
    parts += _queue(tasks, day, excluded, notes)
    if cases:
        parts += _cases(cases)
    return Group(*parts)


def _totals(calls: Sequence[JudgedCall]) -> Text:
    cards = [c.evaluation.scorecard for c in calls]
    percents = [c.percent for c in cards if c.percent is not None]
    text = Text(f"本次评出 {len(percents)} 通", style="bold")
    if percents:
        passed = sum(bool(c.passed) for c in cards)
        mean = sum(percents) / len(percents)
        text.append(f"：合格 {passed}，不合格 {len(percents) - passed}，平均 {mean:.1f} 分")
    silent = [c.call_id for c in calls if c.analyzed.metrics.no_conversation]
    if silent:
        text.append(f"\n没有通话内容，不评分：{_some(silent)}", style="dim")
    other = [
        c.call_id
        for c in calls
        if c.evaluation.scorecard.percent is None and not c.analyzed.metrics.no_conversation
    ]
    if other:
        text.append(f"\n没有一项可以判断，不评分：{_some(other)}", style="dim")
    return text


def _some(names: Sequence[str]) -> str:
    shown = "、".join(names[:3])
    return f"{shown} 等 {len(names)} 通" if len(names) > 3 else shown


def _broken_rules(
    calls: Sequence[JudgedCall], rubrics: Mapping[str, Rubric]
) -> list[RenderableType]:
    found = [(c, f) for c in calls if (f := findings_of(c.evaluation))]
    found.sort(key=lambda item: (_percent(item[0]), -len(item[1]), item[0].call_id))
    if not found:
        return [Text("没有发现违反规则的通话。")]
    table = plain_table("哪些通话违反了规则", "通话", "得分", "在哪里、违反了什么、扣几分")
    table.columns[0].max_width = 26
    table.columns[1].justify = "right"
    for call, findings in found[:MAX_CALLS]:
        rubric = rubrics.get(call.evaluation.scorecard.rubric_digest)
        percent = call.evaluation.scorecard.percent
        is_failed = call.evaluation.scorecard.passed is False
        table.add_row(
            Text(call.call_id),
            Text("—" if percent is None else f"{percent:g}", style="bold red" if is_failed else ""),
            Flowing(_lines(findings, rubric), indent=6),
        )
    clean = len(calls) - len(found)
    rest = [f"另有 {len(found) - MAX_CALLS} 通违反规则" if len(found) > MAX_CALLS else ""]
    rest.append(f"{clean} 通没有发现问题" if clean else "")
    return [table, Text("；".join(filter(None, rest)), style="dim")]


def _percent(call: JudgedCall) -> float:
    percent = call.evaluation.scorecard.percent
    return 101.0 if percent is None else percent


def _lines(findings: Sequence[Finding], rubric: Rubric | None) -> Text:
    text = Text()
    for finding in findings[:MAX_FINDINGS]:
        if text:
            text.append("\n")
        text.append(_padded(_place(finding)), "cyan")
        if finding.auto_failed:
            text.append("致命 ", "bold red")
        missing = "未说：" if finding.detector_id.startswith("script:") else ""
        text.append(f"{missing}{detector_title(finding.detector_id, rubric)}")
        if finding.hint:
            text.append(" 仅提示", "dim")
        elif finding.points_lost:
            text.append(f" −{finding.points_lost:g} 分", "red")
        text.append(f" p={finding.probability:.2f}", "dim")
        quote = next((e.quote for e in finding.evidence if e.quote), "")
        if quote:
            cut = quote if len(quote) <= QUOTE_CHARS else f"{quote[:QUOTE_CHARS]}…"
            text.append(f" “{cut}”", "dim")
    if len(findings) > MAX_FINDINGS:
        text.append(f"\n      另有 {len(findings) - MAX_FINDINGS} 项", "dim")
    return text


def _place(finding: Finding) -> str:
    """Where it is; a script that could have been said anywhere has no place."""
    first = min(finding.evidence, key=lambda e: e.interval, default=None)
    if first is None:
        return "—"
    is_missing = not first.quote and finding.detector_id.startswith("script:")
    if is_missing and first.interval.duration_ms > MAX_MISSING_WINDOW_MS:
        return "全程"
    return clock(first.interval.start_ms)


def _padded(place: str) -> str:
    return " " * (5 - cell_len(place)) + place + " "


def _queue(
    tasks: Sequence[ReviewTask],
    day: date | None,
    excluded: Sequence[tuple[str, int]],
    notes: Sequence[str],
) -> list[RenderableType]:
    parts: list[RenderableType] = []
    if tasks:
        people = len({t.inspector_id for t in tasks})
        minutes = round(sum(t.expected_review_ms for t in tasks) / 60_000)
        title = f"{day or tasks[0].day} 抽检：{people} 人 {len(tasks)} 通，约 {minutes} 分钟"
        table = plain_table(title, "#", "质检员", "通话", "为何抽到", "概率")
        table.columns[0].justify = table.columns[4].justify = "right"
        table.columns[2].max_width = 26
        for task in sorted(tasks, key=lambda t: (t.position, t.inspector_id))[:MAX_TASKS]:
            chance = task.inclusion_probability
            table.add_row(
                Text(str(task.position)),
                Text(task.inspector_id),
                Text(task.call_id),
                Flowing(Text(task.reason)),
                Text("—" if chance is None else f"{chance:.2f}"),
            )
        parts.append(table)
        if len(tasks) > MAX_TASKS:
            parts.append(Text(f"另有 {len(tasks) - MAX_TASKS} 通：qa-pipeline queue", style="dim"))
    else:
        parts.append(Text(f"{day or ''} 没有可抽检的通话。".strip()))
    if excluded:
        counted = "，".join(f"{reason} {n} 通" for reason, n in excluded)
        parts.append(Text(f"未进入抽样：{counted}", style="dim"))
    parts += [Text(f"提示：{note}", style="yellow") for note in notes]
    return parts


def _cases(cases: Sequence[Case]) -> list[RenderableType]:
    kinds = Counter(c.kind for c in cases)
    title = f"新案例 {len(cases)} 个：好 {kinds[CaseKind.GOOD]}，差 {kinds[CaseKind.BAD]}"
    table = plain_table(title, "", "通话", "片段", "为何可教")
    table.columns[1].max_width = 26
    table.columns[2].no_wrap = True
    scenes: dict[tuple[str, CaseKind, Interval], list[Case]] = defaultdict(list)
    for case in sorted(cases, key=lambda c: (_is_script(c), -c.score, c.case_id)):
        scenes[case.call_id, case.kind, case.clip].append(case)
    for (call_id, kind, clip), same in list(scenes.items())[:MAX_CASES]:
        is_good = kind is CaseKind.GOOD
        also = f"；同一片段另有 {len(same) - 1} 项" if len(same) > 1 else ""
        table.add_row(
            Text("好" if is_good else "差", style="green" if is_good else "red"),
            Text(call_id),
            Text(f"{clock(clip.start_ms)}–{clock(clip.end_ms)}"),
            Flowing(Text(same[0].why + also)),
        )
    rest = len(cases) - sum(len(same) for same in list(scenes.values())[:MAX_CASES])
    more = [Text(f"另有 {rest} 个：qa-pipeline cases list", style="dim")] if rest > 0 else []
    return [table, *more]


def _is_script(case: Case) -> bool:
    return not case.subject.startswith("behaviour:")
