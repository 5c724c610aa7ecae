"""The one change that would have passed a call."""

from dataclasses import dataclass

from qa_pipeline.domain.rubric import AutoFail, Rubric
from qa_pipeline.domain.scorecard import COUNTED, CriterionOutcome, CriterionScore, Scorecard


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingChange:
    """Full points on this criterion alone, and the percent that the call would have had."""

    criterion_id: str
    percent: float


def passing_change(card: Scorecard, rubric: Rubric) -> PassingChange | None:
    """The criterion that alone would have passed a failed call; the one with the most points.

    Of equal ones the first of the form. None when the call passed, was not
    judged, or no single criterion is enough.
    """
    if card.passed is not False:
        return None
    best: tuple[float, PassingChange] | None = None
    for score in card.scores:
        lost = score.points_possible - score.points_awarded
        if score.hint or score.outcome not in COUNTED or score.outcome is CriterionOutcome.PASS:
            continue
        percent = _percent_with(card, rubric, score.criterion_id)
        if percent is not None and percent >= rubric.pass_percent and (not best or lost > best[0]):
            best = lost, PassingChange(criterion_id=score.criterion_id, percent=percent)
    return best[1] if best else None


def _percent_with(card: Scorecard, rubric: Rubric, mended: str) -> float | None:
    """The percent with full points on `mended`; None while an auto-fail of the call still stands.

    A bonus has no possible points, so mending one gains what the rubric offers.
    """
    strikes = {c.criterion_id: c.auto_fail for c in rubric.criteria}
    standing = [i for i in card.auto_failed_by if i != mended]
    if any(strikes[i] is AutoFail.CALL for i in standing):
        return None
    lost = {
        c.criterion_id
        for section in rubric.sections
        if any(c.criterion_id in standing for c in section.criteria)
        for c in section.criteria
    }
    full = {c.criterion_id: c.points for c in rubric.criteria}
    counted = [s for s in card.scores if s.outcome in COUNTED]
    possible = sum(s.points_possible for s in counted)
    awarded = sum(_points(s, mended, full) for s in counted if s.criterion_id not in lost)
    return round(min(100.0, 100.0 * awarded / possible), 2) if possible else None


def _points(score: CriterionScore, mended: str, full: dict[str, float]) -> float:
    return full[mended] if score.criterion_id == mended else score.points_awarded
