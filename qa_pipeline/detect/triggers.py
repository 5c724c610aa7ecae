"""Situations that a rubric names: the customer complains, the agent announces a hold."""

from collections.abc import Iterator, Sequence

import numpy as np

from qa_pipeline.detect.context import DetectionContext, excepted_in, without_excepted
from qa_pipeline.detect.phrase_model import PlaceFeatures, probability_of
from qa_pipeline.domain.rubric import Trigger
from qa_pipeline.text.phrases import PhraseMatch
from qa_pipeline.text.stream import UtteranceStream


def trigger_hits(trigger: Trigger, context: DetectionContext) -> tuple[PhraseMatch, ...]:
    """Where the trigger's role said one of its phrases, in time order, one hit a place.

    Denied phrases (我不是投诉) and those inside an `unless` phrase are no hits; what was
    taught counts beside the phrases. None are found where the phrases of that role cannot
    be judged.
    """
    return context.shared(f"hits:{trigger.name}", lambda: _hits(trigger, context))


def _hits(trigger: Trigger, context: DetectionContext) -> tuple[PhraseMatch, ...]:
    if context.why_not_judgeable(trigger.role) is not None:
        return ()
    found = context.find(trigger.any_of, trigger.role, context.phrases.said_above)
    standing = without_excepted(found, trigger.unless, trigger.role, context)
    hits: list[PhraseMatch] = []
    for match in sorted(
        (*standing, *_taught(trigger, standing, context)),
        key=lambda m: (m.start_column, -m.probability, m.wanted),
    ):
        if not hits or not match.overlaps(hits[-1]):
            hits.append(match)
    return tuple(hits)


def fired_triggers(context: DetectionContext) -> frozenset[str]:
    """The names of the rubric's triggers that were hit at least once."""
    return frozenset(t.name for t in context.rubric.triggers if trigger_hits(t, context))


def _taught(
    trigger: Trigger, heard: Sequence[PhraseMatch], context: DetectionContext
) -> Iterator[PhraseMatch]:
    """The surest stretches that say what was taught, none of them where a phrase was heard."""
    stretches = context.taught(trigger)
    if stretches is None:
        return
    stretches = stretches.without(excepted_in(trigger, context))
    stream, taken = context.stream(trigger.role), list(heard)
    order = np.lexsort((stretches.starts, stretches.ends - stretches.starts, -stretches.log_odds))
    for number in order:
        odds = round(float(stretches.log_odds[number]), 4)
        probability = probability_of(PlaceFeatures(taught=odds))
        if probability < context.phrases.said_above:
            return
        place = int(stretches.starts[number]), int(stretches.ends[number])
        match = _match(trigger, place, probability, stream)
        if not any(match.overlaps(other) for other in taken):
            taken.append(match)
            yield match


def _match(
    trigger: Trigger, place: tuple[int, int], probability: float, stream: UtteranceStream
) -> PhraseMatch:
    """A stretch as a hit; its first phrase stands for all that was taught."""
    first, last = place
    owners, said = stream.owners, stream.utterances
    return PhraseMatch(
        interval=stream.interval(first, last),
        quote=stream.quote(first, last),
        wanted=trigger.any_of[0],
        score=probability,
        probability=probability,
        coverage=0.0,
        first_utterance_id=said[owners[first]].utterance_id,
        last_utterance_id=said[owners[last - 1]].utterance_id,
        negated=False,
        slots=(),
        start_column=first,
        end_column=last,
    )
