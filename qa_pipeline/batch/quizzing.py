"""Make a quiz of a collection for the desk."""

from dataclasses import dataclass
from pathlib import Path

from qa_pipeline.batch.pack_cases import chosen_cases
from qa_pipeline.batch.packing import with_sound
from qa_pipeline.cases.quiz import quiz_items
from qa_pipeline.errors import UsageError
from qa_pipeline.redact import mask_text
from qa_pipeline.store import CallStore


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeQuiz:
    """`problems` name each case that is not in the quiz because it cannot be heard."""

    quiz_id: int
    problems: tuple[str, ...]


def make_quiz(store: CallStore, workspace: Path, collection: str, *, who: str) -> MadeQuiz:
    """Cut the collection's clips, beeped, and keep its items as they are now.

    Raises what `chosen_cases` does, and UsageError where no case can be asked about.
    """
    chosen = chosen_cases(store, collection)
    made = tuple(with_sound(chosen, quiz_folder(workspace), lower_customer=False))
    items = quiz_items(case for case, _ in made)
    if not items:
        raise UsageError(f"collection {collection!r} holds no case that can be heard and asked")
    for item in items:  # a purge of the call deletes the clip
        store.save_clip(item.item_id, str(clip_path(workspace, item.clip)))
    quiz_id = store.add_quiz(mask_text(collection), items, who=who)
    return MadeQuiz(quiz_id=quiz_id, problems=tuple(problem for _, problem in made if problem))


def quiz_folder(workspace: Path) -> Path:
    return workspace / "clips" / "quizzes"


def clip_path(workspace: Path, clip: str) -> Path:
    """Where the clip of a quiz's item is kept."""
    return quiz_folder(workspace) / clip
