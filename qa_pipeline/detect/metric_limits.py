"""Is a figure of the call inside the limits that its criterion sets?"""

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Detection, Evidence, Outcome, cannot_tell
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.metrics import ConversationMetrics
from qa_pipeline.domain.rubric import Criterion
from qa_pipeline.text.labels import metric_title

VERSION = "2"

_MAX_CITED = 8


def detect_metric(criterion: Criterion, context: DetectionContext) -> Detection:
    """FOUND when the figure is over its maximum, under its minimum or in a band that costs.

    `max` passes when value ≤ max, `min` when value ≥ min. The evidence cites the
    places the figure was counted from, else the whole call. An unknown figure is
    CANNOT_TELL with the reason the measurement gives.
    """
    detector_id = criterion.detector_id or f"metric:{criterion.criterion_id}"
    metric = criterion.metric or ""
    metrics = context.call.metrics
    value = getattr(metrics, metric)
    if value is None:
        because = metrics.why_unmeasured(metric) or "not measured"
        return cannot_tell(detector_id, VERSION, f"{_title(metric)}：{because}")
    limit = _broken_limit(criterion, value)
    return Detection(
        detector_id=detector_id,
        version=VERSION,
        outcome=Outcome.FOUND if limit else Outcome.NOT_FOUND,
        probability=1.0 if limit else 0.0,
        evidence=_evidence(criterion, context, limit) if limit else (),
        note=f"{_title(metric)} {_shown(metric, value)}（{limit or _kept_limit(criterion)}）",
        value=float(value),
    )


def _broken_limit(criterion: Criterion, value: float) -> str | None:
    metric = criterion.metric or ""
    if criterion.maximum is not None and value > criterion.maximum:
        return f"上限 {_shown(metric, criterion.maximum)}"
    if criterion.minimum is not None and value < criterion.minimum:
        return f"下限 {_shown(metric, criterion.minimum)}"
    for band in criterion.bands:
        if band.max is None or value <= band.max:
            bound = "超过最后一档" if band.max is None else _band(metric, band.max)
            return f"{bound}，得 {band.share:.0%}" if band.share < 1.0 else None
    return "超过最后一档" if criterion.bands else None


def _kept_limit(criterion: Criterion) -> str:
    metric = criterion.metric or ""
    bounds = [
        f"{name} {_shown(metric, bound)}"
        for name, bound in (("下限", criterion.minimum), ("上限", criterion.maximum))
        if bound is not None
    ]
    bounds += [_band(metric, b.max) for b in criterion.bands if b.max is not None]
    return "，".join(bounds)


def _evidence(criterion: Criterion, context: DetectionContext, limit: str) -> tuple[Evidence, ...]:
    metric = criterion.metric or ""
    metrics = context.call.metrics
    shown = f"{_title(metric)} {_shown(metric, getattr(metrics, metric))}（{limit}）"
    places = sorted(
        _places(metric, metrics, criterion.maximum), key=lambda i: i.duration_ms, reverse=True
    )[:_MAX_CITED] or [Interval(0, metrics.duration_ms)]
    role = Role.CUSTOMER if metric.startswith("customer") else Role.AGENT
    return tuple(
        Evidence(
            interval=place,
            role=role,
            quote=_quote(context, place, role),
            reason=shown,
            weight=round(1 / len(places), 4),
        )
        for place in sorted(places)
    )


def _places(
    metric: str, metrics: ConversationMetrics, maximum: float | None
) -> tuple[Interval, ...]:
    if metric == "dead_air_ms":
        over = tuple(i for i in metrics.dead_air_intervals if i.duration_ms > (maximum or 0))
        return over or metrics.dead_air_intervals
    if metric in ("non_talk_ms", "non_talk_over_5s_ms", "excused_silence_ms"):
        return tuple(s.interval for s in metrics.silences)
    if metric in ("agent_interruptions", "customer_interruptions"):
        by = Role.AGENT if metric.startswith("agent") else Role.CUSTOMER
        return tuple(i.interval for i in metrics.interruptions if i.by is by)
    if metric == "longest_monologue_ms":
        over = tuple(m.interval for m in metrics.monologues)
        return tuple(i for i in over if i.duration_ms > (maximum or 0))
    if metric == "ring_ms":
        return (Interval(0, 0),)
    return ()


def _quote(context: DetectionContext, place: Interval, role: Role) -> str:
    heard = (u.text for u in context.call.utterances_of(role) if u.interval.overlap_ms(place) > 0)
    return " ".join(heard)[:80]


def _title(metric: str) -> str:
    return metric_title(metric).removesuffix("（毫秒）")


def _band(metric: str, bound: float) -> str:
    return f"{_shown(metric, bound)} 以内一档"


def _shown(metric: str, value: float) -> str:
    """A figure as people say it: times in seconds."""
    if metric.endswith("_ms"):
        return f"{_trimmed(value / 1000)} 秒"
    return _trimmed(value) if isinstance(value, float) else f"{value:,}"


def _trimmed(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")
