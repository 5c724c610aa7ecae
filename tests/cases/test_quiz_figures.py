"""Difficulty and discrimination, against figures counted by hand."""

from datetime import UTC, datetime

import pytest

from qa_pipeline.cases.quiz_figures import item_figures, score_of
from qa_pipeline.domain.quiz import Attempt, ItemAnswer, Quiz, QuizItem

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def an_item(item_id: str, *starts_ms: int) -> QuizItem:
    return QuizItem(
        item_id=item_id,
        clip=f"clips/{item_id}.wav",
        duration_ms=20_000,
        situation="",
        choices=("争辩", "冷淡"),
        right=("争辩",),
        starts_ms=starts_ms,
        tolerance_ms=3000,
        explanation="",
        model_answer="",
    )


QUIZ = Quiz(
    quiz_id=1,
    title="t",
    made_by="t",
    made_at=NOON,
    items=(an_item("a"), an_item("b"), an_item("c", 5000)),
)


def an_attempt(who: str, right: str, number: int = 1) -> Attempt:
    answers = {
        i.item_id: ItemAnswer(choice="争辩" if i.item_id in right else "冷淡", start_ms=5000)
        for i in QUIZ.items
    }
    return Attempt(quiz_id=1, who=who, number=number, answers=answers, taken_at=NOON)


def test_shares_count_first_attempts_only() -> None:
    attempts = [an_attempt("x", "ab"), an_attempt("y", "a"), an_attempt("x", "", number=2)]
    first, second, third = item_figures(QUIZ, attempts)
    assert [f.people for f in (first, second, third)] == [2, 2, 2]
    assert [f.difficulty for f in (first, second, third)] == [1.0, 0.5, 0.0]
    assert (first.start_share, third.start_share) == (None, 1.0)
    assert first.discrimination is None, "two people are too few, and all were right"
    assert first.is_small_sample


def test_discrimination_is_the_correlation_with_the_other_items() -> None:
    attempts = [an_attempt(str(n), r) for n, r in enumerate(("abc", "ab", "b", ""))]
    found = {f.item.item_id: f.discrimination for f in item_figures(QUIZ, attempts)}
    # item a: right 1 1 0 0; the others' scores b + c (c: 1 or .5): 2, 1.5, 1.5, .5
    mean_right, mean_wrong, spread = 1.75, 1.0, 0.5448623679425842
    assert found["a"] == pytest.approx((mean_right - mean_wrong) / spread * 0.5)
    backwards = [an_attempt("1", "a"), an_attempt("2", "bc"), an_attempt("3", "bc")]
    negative = item_figures(QUIZ, backwards)[0].discrimination
    assert negative == pytest.approx(-1.0)


def test_a_quiz_without_people_or_items_has_no_figures() -> None:
    assert item_figures(QUIZ, ())[0].difficulty is None
    bare = Quiz(quiz_id=1, title="t", made_by="t", made_at=NOON, items=())
    assert score_of(bare, an_attempt("x", "a")) is None
    assert item_figures(bare, [an_attempt("x", "a")]) == ()
