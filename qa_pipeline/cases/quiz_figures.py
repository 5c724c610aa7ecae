"""How hard the items of a quiz are, and which of them tell who listens well."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import pointbiserialr

from qa_pipeline.domain.quiz import Attempt, ItemAnswer, ItemMark, Quiz, QuizItem, mark

SMALL_SAMPLE = 30
"""Below this many people a figure is marked: a correlation of 20 may be off by 0.4."""
LEAST_PEOPLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFigures:
    """Over everybody's first attempt.

    `difficulty` is the share that chose rightly, `start_share` the share that marked the
    start rightly (None where none is asked). `discrimination` is the point-biserial
    correlation of a right choice with the score on all other items (the corrected
    item-total correlation); None with fewer than 3 people, or where all chose or scored
    alike.
    """

    item: QuizItem
    people: int
    difficulty: float | None
    start_share: float | None
    discrimination: float | None

    @property
    def is_small_sample(self) -> bool:
        return self.people < SMALL_SAMPLE


def score_of(quiz: Quiz, attempt: Attempt) -> float | None:
    """The mean score of the quiz's items, 0 to 1; None for a quiz without items."""
    scores = [mark_of(item, attempt).score for item in quiz.items]
    return sum(scores) / len(scores) if scores else None


def mark_of(item: QuizItem, attempt: Attempt) -> ItemMark:
    """The mark of one item; an item that was not answered is wrong."""
    return mark(item, attempt.answers.get(item.item_id, ItemAnswer()))


def item_figures(quiz: Quiz, attempts: Sequence[Attempt]) -> tuple[ItemFigures, ...]:
    """One line an item, in the quiz's order; later attempts know the key and do not count."""
    first = [attempt for attempt in attempts if attempt.number == 1]
    scores = np.array(
        [[mark_of(item, attempt).score for item in quiz.items] for attempt in first]
    ).reshape(len(first), len(quiz.items))
    return tuple(
        _figures(item, [mark_of(item, a) for a in first], scores.sum(axis=1) - scores[:, at])
        for at, item in enumerate(quiz.items)
    )


def _figures(item: QuizItem, marks: Sequence[ItemMark], rest: np.ndarray) -> ItemFigures:
    right = np.array([m.choice_is_right for m in marks], dtype=bool)
    starts = [m.start_is_right for m in marks if m.start_is_right is not None]
    return ItemFigures(
        item=item,
        people=len(marks),
        difficulty=float(right.mean()) if marks else None,
        start_share=sum(starts) / len(starts) if starts else None,
        discrimination=_discrimination(right, rest),
    )


def _discrimination(right: np.ndarray, rest: np.ndarray) -> float | None:
    if right.size < LEAST_PEOPLE or right.all() or not right.any() or np.ptp(rest) == 0:
        return None
    return float(pointbiserialr(right, rest).statistic)
