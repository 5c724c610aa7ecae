"""How hard it is to name what a case shows."""

from qa_pipeline.domain.case_card import Difficulty
from qa_pipeline.domain.interval import Interval

_HARD, _MEDIUM = 0.5, 0.3
FORMULA = "难度 = 1 − 机器把握 × 语音清晰度 ×（0.6 + 0.4 × 证据占片段的比例，满 30% 计 1）"


def difficulty_of(probability: float, clarity: float, evidence: Interval, clip: Interval) -> float:
    """0 (anybody hears it) to 1: 1 − probability · clarity · (0.6 + 0.4 · share).

    `share` is the evidence's part of the clip, 1 from 30 % on: what flashes by is
    missed. `clarity` is the mean word probability of the clip.
    """
    share = min(1.0, evidence.overlap_ms(clip) / max(1.0, 0.3 * clip.duration_ms))
    return round(max(0.0, 1 - probability * clarity * (0.6 + 0.4 * share)), 3)


def difficulty_level(value: float | None) -> Difficulty:
    """Hard from 0.5, medium from 0.3; medium where nothing was computed."""
    if value is None:
        return Difficulty.MEDIUM
    if value >= _HARD:
        return Difficulty.HARD
    return Difficulty.MEDIUM if value >= _MEDIUM else Difficulty.EASY
