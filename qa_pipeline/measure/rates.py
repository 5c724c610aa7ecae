"""How fast, how lively, how loud the agent spoke, and how quickly it answered."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import numpy as np

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import total_ms
from qa_pipeline.domain.metrics import Turn
from qa_pipeline.domain.prosody import AgentBaseline, Prosody
from qa_pipeline.measure.talk import Talk
from qa_pipeline.settings import MetricThresholds
from qa_pipeline.text.normalize import han_count

_FIRST_MINUTE_MS = 60_000
_SUSTAINED_UTTERANCES = 3


def latencies_ms(turns: tuple[Turn, ...]) -> tuple[int, ...]:
    """End of each customer turn → start of the agent's next turn; 0 when it overlaps."""
    return tuple(
        max(0, after.interval.start_ms - before.interval.end_ms)
        for before, after in pairwise(turns)
        if before.role is Role.CUSTOMER and after.role is Role.AGENT
    )


def percentile(values: Sequence[int], share: float) -> int | None:
    """The linear percentile, rounded to whole ms; None of nothing."""
    return round(float(np.quantile(values, share))) if values else None


def speech_rate_cpm(talk: Talk, thresholds: MetricThresholds) -> float | None:
    """The agent's Han characters a minute of own speaking, utterances ≥ 5 字."""
    long_enough = [
        u for u in talk.of(Role.AGENT) if han_count(u.text) >= thresholds.speech_rate_min_chars
    ]
    speaking_ms = sum(total_ms(talk.spoken(u)) for u in long_enough)
    if speaking_ms == 0:
        return None
    return sum(han_count(u.text) for u in long_enough) * 60_000 / speaking_ms


def typical(talk: Talk, prosody: tuple[Prosody, ...], field: str) -> float | None:
    """The median over the agent's utterances of one Prosody field."""
    values = [value for _, value in _values(talk, prosody, field)]
    return float(median(values)) if values else None


def rise(
    talk: Talk, prosody: tuple[Prosody, ...], field: str, baseline: AgentBaseline | None
) -> float | None:
    """How far the agent's voice rose at its highest, sustained over three utterances.

    Against the agent's rolling baseline, else against the median of the call's
    own first minute; None with fewer than three measured utterances.
    """
    values = _values(talk, prosody, field)
    if len(values) < _SUSTAINED_UTTERANCES:
        return None
    if baseline is not None and field in baseline.medians:
        usual = baseline.medians[field]
    else:
        first = [v for start_ms, v in values if start_ms < _FIRST_MINUTE_MS]
        if len(first) < _SUSTAINED_UTTERANCES:
            return None
        usual = float(median(first))
    heights = [
        float(median(v for _, v in values[i : i + _SUSTAINED_UTTERANCES]))
        for i in range(len(values) - _SUSTAINED_UTTERANCES + 1)
    ]
    return max(heights) - usual


def _values(talk: Talk, prosody: tuple[Prosody, ...], field: str) -> list[tuple[int, float]]:
    by_id = {p.utterance_id: getattr(p, field) for p in prosody}
    return [
        (u.interval.start_ms, float(by_id[u.utterance_id]))
        for u in talk.of(Role.AGENT)
        if by_id.get(u.utterance_id) is not None
    ]
