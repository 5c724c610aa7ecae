"""The rubrics that stored scores cite."""

from collections.abc import Mapping
from pathlib import Path

from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.store import CallStore


def stored_rubrics(store: CallStore) -> Mapping[str, Rubric]:
    """Every rubric that scored a call, by its digest."""
    return {
        digest: store.rubric(rubric_id, version)
        for rubric_id, version, digest in store.rubric_versions()
    }


def criterion_names(store: CallStore) -> Mapping[str, str]:
    """The title of every criterion that scored a call, by criterion_id; a newer version's wins."""
    return {
        criterion.criterion_id: criterion.title
        for rubric_id, version, _ in sorted(store.rubric_versions())
        for criterion in store.rubric(rubric_id, version).criteria
    }


def version_not_raised(store: CallStore, draft: Rubric, file: Path) -> tuple[str, ...]:
    """One line when calls were scored with this version and another content."""
    scored = {(name, version): digest for name, version, digest in store.rubric_versions()}
    digest = scored.get((draft.rubric_id, draft.version), draft.digest)
    if digest == draft.digest:
        return ()
    return (
        f"{file}: rubric {draft.rubric_id}: version {draft.version} was edited after calls were"
        f" scored with it; write `version: {_next(draft, scored)}`",
    )


def _next(draft: Rubric, scored: Mapping[tuple[str, int], str]) -> int:
    return 1 + max(version for name, version in scored if name == draft.rubric_id)
