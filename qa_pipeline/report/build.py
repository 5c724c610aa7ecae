"""Count a day, a week or a month."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from qa_pipeline.domain.estimate import RARE_BELOW, Estimates
from qa_pipeline.domain.review import Review, ReviewTask
from qa_pipeline.domain.training import TrainingEffect
from qa_pipeline.report.figures import (
    BehaviourLine,
    CriterionLine,
    GroupLine,
    HintLine,
    NotJudgedLine,
    QueueDone,
    agent_lines,
    behaviour_lines,
    criterion_lines,
    day_lines,
    group_line,
    hint_lines,
    not_judged_lines,
    queue_done,
    team_lines,
)
from qa_pipeline.report.period import Period, ReportKind, day_of, period_of
from qa_pipeline.report.rates import SMALL_SAMPLE
from qa_pipeline.report.rows import ReportRow
from qa_pipeline.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that the page and the table show.

    `unscored` says why calls have no score, `undated` counts calls that no period
    can claim. `estimates` are of the calls that could be drawn on the period's days.
    `trainings` are those whose windows end in the period or are open in it.
    `thresholds` are the settings that the counts depend on.
    """

    period: Period
    overall: GroupLine
    recorded_ms: int
    unscored: tuple[tuple[str, int], ...]
    undated: int
    not_readable: int
    days: tuple[GroupLine, ...]
    criteria: tuple[CriterionLine, ...]
    hints: tuple[HintLine, ...]
    behaviours: tuple[BehaviourLine, ...]
    not_judged: tuple[NotJudgedLine, ...]
    teams: tuple[GroupLine, ...]
    agents: tuple[GroupLine, ...]
    queue: QueueDone
    estimates: Estimates
    trainings: tuple[TrainingEffect, ...]
    thresholds: tuple[tuple[str, str], ...]


def build_report(
    kind: ReportKind | str,
    day: date,
    rows: Iterable[ReportRow],
    reviews: Iterable[Review],
    tasks: Iterable[ReviewTask],
    *,
    settings: Settings,
    not_readable: int = 0,
    estimates: Estimates | None = None,
    trainings: tuple[TrainingEffect, ...] = (),
) -> Report:
    """Count the calls that started within the day, week or month of `day`.

    Days are those of the centre's time zone. `not_readable` is how many
    recordings of the workspace are in quarantine (they have no date). An empty
    period is a report with zeros.
    """
    period = period_of(ReportKind(kind), day)
    zone = settings.queue.centre_time_zone
    everything = list(rows)
    inside = [r for r in everything if r.started_at and day_of(r.started_at, zone) in period]
    return Report(
        period=period,
        overall=group_line("", "", inside),
        recorded_ms=sum(r.duration_ms for r in inside),
        unscored=_unscored(inside),
        undated=sum(r.started_at is None for r in everything),
        not_readable=not_readable,
        days=day_lines(inside, period, zone) if period.first != period.last else (),
        criteria=criterion_lines(inside),
        hints=hint_lines(inside),
        behaviours=behaviour_lines(inside),
        not_judged=not_judged_lines(inside),
        teams=team_lines(inside),
        agents=agent_lines(inside),
        queue=queue_done(tasks, reviews, period, zone),
        estimates=estimates or Estimates(),
        trainings=trainings,
        thresholds=_thresholds(settings, inside),
    )


def _unscored(rows: Sequence[ReportRow]) -> tuple[tuple[str, int], ...]:
    counts = Counter(
        "没有通话内容（振铃、静音或彩铃）" if r.no_conversation else "没有一项评分项可以判断"
        for r in rows
        if r.passed is None
    )
    return tuple(counts.most_common())


def _thresholds(settings: Settings, rows: Sequence[ReportRow]) -> tuple[tuple[str, str], ...]:
    metrics, phrases, queue = settings.metrics, settings.phrases, settings.queue
    trust = settings.trust
    marks = sorted(
        {(r.rubric_title, r.rubric_version, r.pass_percent) for r in rows if r.pass_percent},
        key=str,
    )
    return (
        *((f"{title} 第 {version} 版合格线", f"≥ {mark:g}%") for title, version, mark in marks),
        ("脚本判“已说”", f"概率 ≥ {phrases.said_above:.2f}"),
        ("脚本判“未说”", f"概率 < {phrases.not_said_below:.2f}（其间为无法判断，转人工）"),
        ("静默", f"双方无声 > {_seconds(metrics.non_talk_ms)}"),
        ("冷场超限", f"> {_seconds(metrics.dead_air_limit_ms)}"),
        ("告知后等待豁免", f"至多 {_seconds(metrics.excuse_cap_ms)}"),
        (
            "抢话",
            f"≥ {metrics.interruption_min_chars} 字，重叠 ≥ "
            f"{_seconds(metrics.interruption_overlap_ms)}，或重叠 ≥ "
            f"{_seconds(metrics.interruption_short_overlap_ms)} 且对方让出",
        ),
        ("无通话内容", f"有效话音 < {_seconds(metrics.min_conversation_ms)}"),
        (
            "规则降为提示",
            f"最近 {trust.latest_decisions} 条判定中满 {trust.min_decisions} 条，"
            f"且准确率 95% 下限 < {trust.min_precision_low:g}",
        ),
        ("可抽检时长", f"≥ {_seconds(queue.min_eligible_ms)}"),
        ("随机份额", f"{queue.random_share:.0%}"),
        ("小样本标记", f"n < {SMALL_SAMPLE}"),
        ("罕见标记", f"估计的发生率 < {RARE_BELOW:.0%}，用精确型区间"),
        ("区间", "95% Wilson 区间；由抽检推算的发生率用加权泊松（gamma）区间"),
    )


def _seconds(ms: int) -> str:
    return f"{ms / 1000:g} 秒"
