"""Situations that a rubric names: the customer complains, the agent announces a hold."""

from qa_pipeline.detect.context import DetectionContext, without_excepted
from qa_pipeline.domain.rubric import Trigger
from qa_pipeline.text.phrases import PhraseMatch


def trigger_hits(trigger: Trigger, context: DetectionContext) -> tuple[PhraseMatch, ...]:
    """Where the trigger's role said one of its phrases, in time order, one hit a place.

    Denied phrases (我不是投诉) and those inside an `unless` phrase are no hits;
    none are found where the phrases of that role cannot be judged.
    """
    if context.why_not_judgeable(trigger.role) is not None:
        return ()
    found = tuple(
        match
        for phrase in trigger.any_of
        for match in context.find(phrase, trigger.role, context.phrases.said_above)
    )
    hits: list[PhraseMatch] = []
    for match in sorted(
        without_excepted(found, trigger.unless, trigger.role, context),
        key=lambda m: (m.start_column, -m.probability, m.wanted),
    ):
        if not hits or not match.overlaps(hits[-1]):
            hits.append(match)
    return tuple(hits)


def fired_triggers(context: DetectionContext) -> frozenset[str]:
    """The names of the rubric's triggers that were hit at least once."""
    return frozenset(t.name for t in context.rubric.triggers if trigger_hits(t, context))
