"""A behaviour's score: a sum of visible parts, made a probability by one logistic curve.

Weights are log-odds: probability = 1 / (1 + exp(−(bias + sum of the parts))).
They were set by hand from the definitions of DESIGN section 8; a learned model
takes their place later.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa_pipeline.detect.conversation import Conversation, who_started_it
from qa_pipeline.domain.detection import Detection, Evidence, Outcome
from qa_pipeline.domain.interval import Interval
from qa_pipeline.text.lexicons import lexicons_digest

_MAX_EVIDENCE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One visible reason for or against; `evidence` shows where (none for a reason against)."""

    name: str
    weight: float
    evidence: tuple[Evidence, ...] = ()


def version_of(version: str) -> str:
    """A detector's version together with the words it looks for."""
    return f"{version}+{lexicons_digest()[:8]}"


def probability_of(bias: float, parts: Sequence[Part]) -> float:
    """The logistic of the sum, rounded so that it is the same on every machine."""
    return round(1 / (1 + math.exp(-(bias + sum(part.weight for part in parts)))), 4)


def judge(
    detector_id: str,
    version: str,
    talk: Conversation,
    bias: float,
    parts: Sequence[Part],
) -> Detection:
    """FOUND from probability 0.5 on, with the parts' evidence and who started it."""
    probability = probability_of(bias, parts)
    evidence = _weighed(parts)
    is_found = probability >= 0.5 and bool(evidence)
    first = min((e.interval for e in evidence), default=Interval(0, 0))
    shown = "，".join(f"{part.name} {part.weight:+.2f}" for part in parts) or "没有发现迹象"
    return Detection(
        detector_id=detector_id,
        version=version_of(version),
        outcome=Outcome.FOUND if is_found else Outcome.NOT_FOUND,
        probability=probability if is_found else min(probability, 0.4999),
        evidence=evidence if is_found else (),
        note=f"起点 {bias:+.2f}，{shown}；{_severity(probability)}",
        provoked_by=who_started_it(talk, first) if is_found else (),
    )


def _severity(probability: float) -> str:
    if probability < 0.5:
        return "无"
    if probability < 0.75:
        return "轻微"
    return "严重" if probability >= 0.92 else "明显"


def _weighed(parts: Sequence[Part]) -> tuple[Evidence, ...]:
    """Every part's weight shared over its evidence; the shares add up to 1."""
    pieces: list[Evidence] = []
    for part in parts:
        if part.weight <= 0 or not part.evidence:
            continue
        total = sum(e.weight for e in part.evidence) or 1.0
        pieces += [replace(e, weight=part.weight * e.weight / total) for e in part.evidence]
    pieces.sort(key=lambda e: e.weight, reverse=True)
    kept = pieces[:_MAX_EVIDENCE]
    total = sum(e.weight for e in kept) or 1.0
    kept.sort(key=lambda e: (e.interval, e.reason))
    return tuple(replace(e, weight=round(e.weight / total, 4)) for e in kept)
