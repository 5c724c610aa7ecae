"""Which sections and criteria apply to a call."""

from collections.abc import Mapping

from qa_pipeline.domain.call import Call
from qa_pipeline.domain.metrics import ConversationMetrics
from qa_pipeline.domain.rubric import Condition, Criterion, CriterionKind, Rubric


def metadata_value(call: Call, name: str) -> str | None:
    """What the centre delivered for `name`: a field of the call or a column of `extra`.

    None when nobody delivered it: unknown is neither equal nor different.
    """
    value = getattr(call, name) if name in Call.__slots__ else call.extra.get(name)
    return None if value is None or value == "" else str(value)


def conditions(
    rubric: Rubric,
    call: Call,
    fired_triggers: frozenset[str],
    unjudged_triggers: frozenset[str] = frozenset(),
    metrics: ConversationMetrics | None = None,
) -> Mapping[str, bool | None]:
    """Whether each section and criterion applies to this call; None: cannot be told.

    Keys are section and criterion ids; a criterion's answer includes its
    section's. `unjudged_triggers` are triggers that could not be looked for (the
    speakers are unknown). A script that has its place after or before a trigger
    applies only where the trigger fired: without it there is nowhere to say it. Where
    an id names both a section and a criterion, the criterion's answer stands.
    """

    def fired(trigger: str) -> bool | None:
        if trigger in fired_triggers:
            return True
        return None if trigger in unjudged_triggers else False

    def holds(condition: Condition | None) -> bool | None:
        if condition is None:
            return True
        answer: bool | None = True
        if condition.trigger is not None:
            answer = fired(condition.trigger)
        if condition.unless_trigger is not None:
            hindered = fired(condition.unless_trigger)
            answer = both(answer, None if hindered is None else not hindered)
        for name, wanted in condition.metadata.items():
            value = metadata_value(call, name)
            answer = both(answer, None if value is None else value == wanted)
        return both(answer, _figure_fits(condition, metrics))

    def has_its_place(criterion: Criterion) -> bool | None:
        if criterion.kind is not CriterionKind.SCRIPT or criterion.where is None:
            return True
        answer: bool | None = True
        for trigger in (criterion.where.after, criterion.where.before):
            answer = both(answer, True if trigger is None else fired(trigger))
        return answer

    of_sections = {s.section_id: holds(s.applies_when) for s in rubric.sections}
    of_criteria = {
        criterion.criterion_id: both(
            of_sections[section.section_id],
            both(holds(criterion.applies_when), has_its_place(criterion)),
        )
        for section, criterion in rubric.walk()
    }
    return of_sections | of_criteria


def _figure_fits(condition: Condition, metrics: ConversationMetrics | None) -> bool | None:
    if condition.metric is None:
        return True
    value = getattr(metrics, condition.metric) if metrics is not None else None
    if value is None:
        return None
    above = condition.minimum is None or value >= condition.minimum
    return above and (condition.maximum is None or value <= condition.maximum)


def both(left: bool | None, right: bool | None) -> bool | None:
    """Three-valued "and": a certain no beats an unknown."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True
