"""A behaviour's score: a sum of visible parts, made a probability by one logistic curve.

Each sign's value times its fitted weight is a part, in log-odds: probability =
1 / (1 + exp(−(bias + sum of the parts))). Weights, bias and the cut point come from
behaviour_model/behaviours.json, which benchmarks/fit_behaviours.py writes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa_pipeline.detect.conversation import Conversation, who_started_it
from qa_pipeline.detect.fitted import Fitted, fitted_model, model_version
from qa_pipeline.detect.signs import Sign
from qa_pipeline.domain.detection import Detection, Evidence, Outcome
from qa_pipeline.domain.interval import Interval
from qa_pipeline.text.lexicons import lexicons_digest

_MAX_EVIDENCE = 12
_LEAST_SHOWN = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One visible reason for or against; `evidence` shows where (none for a reason against)."""

    name: str
    weight: float
    evidence: tuple[Evidence, ...] = ()


def version_of(version: str) -> str:
    """A detector's version together with its model and the words it looks for."""
    return f"{version}+{model_version()}+{lexicons_digest()[:8]}"


def probability_of(bias: float, parts: Sequence[Part]) -> float:
    """The logistic of the sum, rounded so that it is the same on every machine."""
    total = bias + sum(part.weight for part in parts)
    return round(1 / (1 + math.exp(-max(-30.0, min(30.0, total)))), 4)


def parts_of(model: Fitted, signs: Sequence[Sign]) -> list[Part]:
    """What each sign adds to the score; signs without weight or value add nothing."""
    return [
        Part(
            name=sign.name,
            weight=round(model.weights[sign.key] * sign.value, 4),
            evidence=sign.evidence,
        )
        for sign in signs
        if sign.value and model.weights.get(sign.key)
    ]


def judge(name: str, version: str, talk: Conversation, signs: Sequence[Sign]) -> Detection:
    """FOUND from the model's cut point on, with the parts' evidence and who started it."""
    model = fitted_model(name, is_timed=talk.is_timed, has_meaning=talk.meanings is not None)
    parts = parts_of(model, signs)
    probability = probability_of(model.bias, parts)
    # most calls stay below the cut: nothing is cited then
    evidence = _weighed(parts) if probability >= model.cut else ()
    is_found = bool(evidence)
    first = min((e.interval for e in evidence), default=Interval(0, 0))
    return Detection(
        detector_id=f"behaviour:{name}",
        version=version_of(version),
        outcome=Outcome.FOUND if is_found else Outcome.NOT_FOUND,
        probability=probability if is_found else min(probability, model.cut),
        evidence=evidence,
        note=_note(model, parts, probability),
        provoked_by=who_started_it(talk, first) if is_found else (),
    )


def _note(model: Fitted, parts: Sequence[Part], probability: float) -> str:
    telling = [part for part in parts if abs(part.weight) >= _LEAST_SHOWN]
    shown = "，".join(
        f"{part.name} {part.weight:+.2f}" for part in sorted(telling, key=lambda p: -abs(p.weight))
    )
    return (
        f"起点 {model.bias:+.2f}，{shown or '没有发现迹象'}"
        f"；{probability:.2f}，{model.cut:.2f} 起算；{_severity(probability, model.cut)}"
    )


def _severity(probability: float, cut: float) -> str:
    if probability < cut:
        return "无"
    rest = (probability - cut) / max(1e-9, 1 - cut)
    if rest < 0.5:
        return "轻微"
    return "严重" if rest >= 0.85 else "明显"


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
