"""Things worth hearing that no criterion needs to ask for."""

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Detection, Evidence, Outcome, cannot_tell
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.metrics import Silence
from qa_pipeline.text.spoken_text import spoken_text

VERSION = "1"

_THANKS_EXPECTED_AFTER_MS = 20_000
_THANKS_WITHIN_MS = 15_000


def detect_dead_air(context: DetectionContext) -> Detection:
    """Unexcused silence over the limit (default 10 s), one piece of evidence each."""
    metrics = context.call.metrics
    if metrics.dead_air_ms is None:
        return _unmeasured("dead_air", context, "dead_air_ms")
    limit_ms = context.metrics.dead_air_limit_ms
    over = [i for i in metrics.dead_air_intervals if i.duration_ms > limit_ms]
    reason = "冷场{:.1f}秒（上限{:g}秒），之前没有告知客户等待"
    return _answer(
        "dead_air",
        [
            (place, Role.AGENT, "", reason.format(place.duration_ms / 1000, limit_ms / 1000))
            for place in over
        ],
        value=float(metrics.dead_air_ms),
    )


def detect_interruption(context: DetectionContext) -> Detection:
    """The agent takes the floor from the customer (DESIGN section 5)."""
    metrics = context.call.metrics
    if metrics.agent_interruptions is None:
        return _unmeasured("interruption", context, "agent_interruptions")
    by_id = {u.utterance_id: u for u in context.call.transcript.utterances}
    return _answer(
        "interruption",
        [
            (
                i.interval,
                Role.AGENT,
                by_id[i.utterance_id].text,
                f"坐席抢话，重叠{i.interval.duration_ms / 1000:.1f}秒，"
                f"客户正说“{by_id[i.interrupted_utterance_id].text[:30]}”",
            )
            for i in metrics.interruptions
            if i.by is Role.AGENT
        ],
        value=float(metrics.agent_interruptions),
    )


def detect_announced_hold(context: DetectionContext) -> Detection:
    """A silence that the agent announced; says also whether the customer was thanked."""
    metrics = context.call.metrics
    if metrics.excused_silence_ms is None:
        return _unmeasured("announced_hold", context, "excused_silence_ms")
    by_id = {u.utterance_id: u for u in context.call.transcript.utterances}
    excused = [s for s in metrics.silences if s.excused_ms > 0 and s.announced_by is not None]
    return _answer(
        "announced_hold",
        [
            (
                s.interval,
                by_id[s.announced_by or ""].role,
                by_id[s.announced_by or ""].text,
                f"告知后等待{s.interval.duration_ms / 1000:.1f}秒{_on_return(s, context)}",
            )
            for s in excused
        ],
        value=float(metrics.excused_silence_ms),
    )


def _on_return(silence: Silence, context: DetectionContext) -> str:
    if silence.interval.duration_ms < _THANKS_EXPECTED_AFTER_MS:
        return ""
    spoken = spoken_text(context.call.transcript.judged_utterances)
    back_ms = silence.interval.end_ms
    window = Interval(back_ms, back_ms + _THANKS_WITHIN_MS)
    thanked = any(
        window.start_ms <= hit.interval.start_ms < window.end_ms
        for hit in spoken.find("thanks_for_waiting")
    )
    return "，返回后感谢了客户等候" if thanked else "，返回后没有感谢客户等候"


def _unmeasured(name: str, context: DetectionContext, metric: str) -> Detection:
    because = context.call.metrics.why_unmeasured(metric) or "not measured"
    return cannot_tell(f"builtin:{name}", VERSION, because)


def _answer(name: str, places: list[tuple[Interval, Role, str, str]], *, value: float) -> Detection:
    return Detection(
        detector_id=f"builtin:{name}",
        version=VERSION,
        outcome=Outcome.FOUND if places else Outcome.NOT_FOUND,
        probability=1.0 if places else 0.0,
        evidence=tuple(
            Evidence(
                interval=interval,
                role=role,
                quote=quote,
                reason=reason,
                weight=round(1 / len(places), 4),
            )
            for interval, role, quote, reason in places
        ),
        value=value,
    )
