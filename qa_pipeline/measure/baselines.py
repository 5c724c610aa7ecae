"""What is usual for an agent's voice, from earlier calls."""

import hashlib
from collections.abc import Sequence
from datetime import date
from statistics import median

from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.audio_quality import QualityVerdict
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.prosody import AgentBaseline

FIELDS = ("pitch_median_st", "pitch_spread_st", "loudness_db", "speech_rate_cpm")
LAST_CALLS = 30
LEAST_CALLS = 5
_LEAST_UTTERANCES = 3
_TO_SIGMA = 1.4826
"""Makes the median absolute deviation of normal values their standard deviation."""


def baseline_of(
    agent_id: str, as_of_day: date, calls: Sequence[AnalyzedCall]
) -> AgentBaseline | None:
    """The medians and spreads of an agent's calls; None where fewer than five can be measured.

    Each call counts once, by the median of its utterances; spreads are 1.4826 × MAD
    over calls. Left out are calls whose sound or roles are in doubt, and quarantined
    utterances. The last thirty of `calls`, which are in order of time, count.
    """
    typical = [found for call in calls if (found := _typical(call))][-LAST_CALLS:]
    if len(typical) < LEAST_CALLS:
        return None
    medians, spreads = {}, {}
    for field in FIELDS:
        values = [each[field] for each in typical if field in each]
        if len(values) < LEAST_CALLS:
            continue
        middle = median(values)
        medians[field] = round(middle, 3)
        spreads[field] = round(_TO_SIGMA * median(abs(v - middle) for v in values), 3)
    content = repr((agent_id, as_of_day, len(typical), medians, spreads))
    return AgentBaseline(
        baseline_id=hashlib.sha256(content.encode()).hexdigest()[:16],
        agent_id=agent_id,
        as_of_day=as_of_day,
        n_calls=len(typical),
        medians=medians,
        spreads=spreads,
    )


def _typical(call: AnalyzedCall) -> dict[str, float]:
    """The median of each field over the agent's judged utterances; {} for a call that is unfit."""
    if call.quality is None or call.quality.verdict is not QualityVerdict.MEASURABLE:
        return {}
    if not call.roles_are_reliable:
        return {}
    mine = {u.utterance_id for u in call.utterances_of(Role.AGENT)}
    spoken = [p for p in call.prosody if p.utterance_id in mine]
    found = {}
    for field in FIELDS:
        values = [v for p in spoken if (v := getattr(p, field)) is not None]
        if len(values) >= _LEAST_UTTERANCES:
            found[field] = float(median(values))
    return found
