"""The rubrics that stored scores cite."""

from collections.abc import Mapping

from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.store import CallStore


def stored_rubrics(store: CallStore) -> Mapping[str, Rubric]:
    """Every rubric that scored a call, by its digest."""
    return {
        digest: store.rubric(rubric_id, version)
        for rubric_id, version, digest in store.rubric_versions()
    }
