"""A listening quiz, what somebody answered, and how right that was."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizItem:
    """One clip with three questions.

    `choices` are the titles to choose from, the same for all items of a quiz, and
    `right` those that are accepted. `starts_ms` is where faults begin, counted from
    the clip's beginning, its own first; empty where nothing is said wrong, or something
    is missing. `explanation` and `model_answer` belong to the key.
    """

    item_id: str
    clip: str
    duration_ms: int
    situation: str
    choices: tuple[str, ...]
    right: tuple[str, ...]
    starts_ms: tuple[int, ...]
    tolerance_ms: int
    explanation: str
    model_answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswer:
    """What somebody answered; None and an empty text where they did not."""

    choice: str | None = None
    start_ms: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMark:
    """Whether the choice and the start are right; `start_is_right` is None where none is asked.

    The free text is read by the trainer and earns nothing here.
    """

    choice_is_right: bool
    start_is_right: bool | None

    @property
    def score(self) -> float:
        """The share of the two questions answered rightly, 0 to 1."""
        if self.start_is_right is None:
            return float(self.choice_is_right)
        return (self.choice_is_right + self.start_is_right) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiz:
    """The items of one collection as they were when the quiz was made.

    Items of cases that are approved no longer, or of purged calls, are left out.
    """

    quiz_id: int
    title: str
    made_by: str
    made_at: datetime
    items: tuple[QuizItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What one account answered in one go, by item_id; `number` counts its attempts from 1."""

    quiz_id: int
    who: str
    number: int
    answers: dict[str, ItemAnswer]
    taken_at: datetime


def mark(item: QuizItem, answer: ItemAnswer) -> ItemMark:
    """Compare an answer with the key; not answered is wrong."""
    start = None
    if item.starts_ms:
        marked = answer.start_ms
        start = marked is not None and any(
            abs(marked - begins) <= item.tolerance_ms for begins in item.starts_ms
        )
    return ItemMark(choice_is_right=answer.choice in item.right, start_is_right=start)
