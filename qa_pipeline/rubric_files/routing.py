"""Which rubric judges a call."""

from collections.abc import Sequence

from qa_pipeline.domain.call import Call
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.errors import RubricError
from qa_pipeline.score import metadata_value

DEFAULT_RUBRIC = "inbound_service"


def route(rubrics: Sequence[Rubric], call: Call) -> tuple[Rubric, bool]:
    """The most specific rubric that matches the call; True: none did, the default stands in.

    A field that nobody delivered matches no value. Of equally specific rubrics
    the first by id wins. The default is `inbound_service`, or the only rubric
    there is; raises RubricError when there is neither.
    """
    matching = [r for r in rubrics if _matches(r, call)]
    if matching:
        return min(matching, key=lambda r: (-len(r.applies_to), r.rubric_id)), False
    for rubric in rubrics:
        if rubric.rubric_id == DEFAULT_RUBRIC:
            return rubric, True
    if len(rubrics) == 1:
        return rubrics[0], True
    raise RubricError(
        f"call {call.call_id}: no rubric applies to it and there is no {DEFAULT_RUBRIC!r}; "
        "add one, widen an applies_to, or choose one with --rubric FILE"
    )


def _matches(rubric: Rubric, call: Call) -> bool:
    return all(metadata_value(call, name) == value for name, value in rubric.applies_to.items())
