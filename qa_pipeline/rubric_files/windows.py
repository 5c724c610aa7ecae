"""Where a phrase has to stand, and whether that can be at all."""

from collections.abc import Sequence

from qa_pipeline.domain.rubric import Window
from qa_pipeline.rubric_files.conditions import check_trigger
from qa_pipeline.rubric_files.phrase_checks import shortest_ms
from qa_pipeline.rubric_files.raw_models import RawWindow
from qa_pipeline.rubric_files.reading import Reading
from qa_pipeline.rubric_files.yaml_tree import Place


def read_window(
    item: RawWindow | None,
    required: Sequence[Sequence[str]],
    place: Place,
    entry: str,
    reading: Reading,
) -> Window | None:
    """The window; `required` are the alternatives of each step that must fit into it."""
    if item is None:
        return None
    here = (*place, "where")
    for name in (item.after, item.before):
        if name is not None:
            check_trigger(name, here, entry, reading)
    for reason, remedy in _contradictions(item):
        reading.error(here, entry, f"the window can never hold: {reason}", remedy)
    needed_ms = sum(min(map(shortest_ms, any_of)) for any_of in required)
    for key in ("within_first_ms", "within_last_ms", "within_ms"):
        given_ms = getattr(item, key)
        if given_ms is not None and given_ms < needed_ms:
            reading.error(
                (*here, key),
                entry,
                f"the window can never hold: {key} {given_ms} is shorter than the phrase "
                f"(at least {needed_ms} ms)",
                "widen it; times are in milliseconds",
            )
    return Window(**item.model_dump())


def _contradictions(item: RawWindow) -> list[tuple[str, str]]:
    found = []
    if not item.model_fields_set:
        found.append(("it has no bounds", "remove `where`, or add e.g. `within_first_ms: 20000`"))
    anchored = item.after is not None or item.before is not None
    if not anchored and (item.within_ms is not None or item.within_turns is not None):
        found.append(
            (
                "within_ms and within_turns count from a trigger, and none is named",
                "add `after: TRIGGER` or `before: TRIGGER`, or use within_first_ms",
            )
        )
    if item.after is not None and item.after == item.before:
        found.append((f"it is both after and before {item.after!r}", "keep one of them"))
    return found
