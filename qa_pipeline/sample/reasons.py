"""Why a call was chosen, in words an inspector reads."""

from qa_pipeline.domain.finding import Finding
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import Scorecard
from qa_pipeline.text.labels import clock, detector_title

MAX_FINDINGS = 3
RANDOM = "随机抽样"
ALL_CALLS = "全量复核"
BLIND = "盲评"
"""All that a second reviewer or a tested one may read; both look alike."""


def say_findings(findings: tuple[Finding, ...], scorecard: Scorecard, rubric: Rubric | None) -> str:
    """The weightiest findings, like `争辩 p=0.86（3:12）；未说：规范问候 p=0.91`."""
    ordered = sorted(
        (f for f in findings if not f.hint),
        key=lambda f: (
            not f.auto_failed,
            not f.detector_id.startswith("behaviour:"),
            -f.points_lost * f.probability,
        ),
    )
    words = [_say(finding, rubric) for finding in ordered[:MAX_FINDINGS]]
    if len(ordered) > MAX_FINDINGS:
        words.append(f"另有 {len(ordered) - MAX_FINDINGS} 项扣分")
    if not words and scorecard.percent is None:
        return "机器未能评分"
    return "；".join(words)


def say_reason(findings: str, *, by_risk: bool, all_drawn: bool) -> str:
    """The task's reason: the findings, or plainly that the draw was random."""
    if all_drawn:
        return findings or ALL_CALLS
    if not findings:
        return RANDOM
    return findings if by_risk else f"{RANDOM}（{findings}）"


def say_standing(
    *,
    days_unheard: int | None,
    never_heard: bool,
    is_new: bool,
    has_complaints: bool,
    is_complaint: bool,
) -> tuple[str, ...]:
    """What else made the call likelier: the agent, or that it is a complaint.

    `days_unheard` is None where it is not worth a word.
    """
    words = []
    if days_unheard is not None:
        words.append(f"该坐席已 {days_unheard} 天未抽听")
    elif never_heard:
        words.append("该坐席尚未抽听过")
    if is_new:
        words.append("新坐席")
    if is_complaint:
        words.append("投诉通话")
    elif has_complaints:
        words.append("该坐席近期有投诉")
    return tuple(words)


def _say(finding: Finding, rubric: Rubric | None) -> str:
    title = detector_title(finding.detector_id, rubric)
    missing = "未说：" if finding.detector_id.startswith("script:") else ""
    fatal = "致命项 " if finding.auto_failed else ""
    at_ms = finding.at_ms
    where = f"（{clock(at_ms)}）" if at_ms is not None and not missing else ""
    return f"{fatal}{missing}{title} p={finding.probability:.2f}{where}"
