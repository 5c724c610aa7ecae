"""What counts of a call: the machine's answer until a human gives another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from qa_pipeline.domain.rubric import AutoFail, Rubric
from qa_pipeline.domain.scorecard import COUNTED, CriterionOutcome, CriterionScore, Scorecard

Outcomes = Mapping[str, CriterionOutcome]
"""By criterion_id."""

_SHARES = {
    CriterionOutcome.PASS: 1.0,
    CriterionOutcome.PARTIAL: 0.5,
    CriterionOutcome.FAIL: 0.0,
}


class Source(StrEnum):
    """Whose word a line is."""

    MACHINE = "machine"
    REVIEW = "review"
    RULING = "ruling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What somebody said of a line, and when."""

    outcome: CriterionOutcome
    source: Source
    at: datetime


def standing(machine: Word, human: Iterable[Word]) -> Word:
    """The newest human word; the machine's where there is none."""
    return max(human, key=lambda word: word.at, default=machine)


def standing_percent(card: Scorecard, rubric: Rubric, outcomes: Outcomes) -> float | None:
    """The percent with humans' outcomes in place of the machine's; None when nothing counts.

    A line that says what the machine said keeps the machine's points; a human's PARTIAL
    is half of them. Where nothing differs it is the card's own percent.
    """
    if all(outcomes.get(s.criterion_id, s.outcome) is s.outcome for s in card.scores):
        return card.percent
    now = {s.criterion_id: outcomes.get(s.criterion_id, s.outcome) for s in card.scores}
    strikes = {
        s.criterion_id
        for s in card.scores
        if now[s.criterion_id] is CriterionOutcome.FAIL and not s.hint
    }
    by_id = {c.criterion_id: c for c in rubric.criteria}
    lost: set[str] = set()
    for section in rubric.sections:
        fails = [c.auto_fail for c in section.criteria if c.criterion_id in strikes]
        if AutoFail.CALL in fails:
            return 0.0
        if AutoFail.SECTION in fails:
            lost |= {c.criterion_id for c in section.criteria}
    counted = [s for s in card.scores if now[s.criterion_id] in COUNTED]
    possible = sum(s.points_possible for s in counted)
    awarded = sum(
        _points(s, now[s.criterion_id], by_id[s.criterion_id].points)
        for s in counted
        if s.criterion_id not in lost and not s.hint
    )
    return round(min(100.0, 100.0 * awarded / possible), 2) if possible else None


def _points(score: CriterionScore, outcome: CriterionOutcome, full: float) -> float:
    return score.points_awarded if outcome is score.outcome else full * _SHARES[outcome]
