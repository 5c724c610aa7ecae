"""Where in the call a criterion's phrases have to stand."""

from dataclasses import dataclass

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.triggers import trigger_hits
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.metrics import Turn
from qa_pipeline.domain.rubric import Criterion, Window
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.text.phrases import PhraseMatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The stretches of time in which a phrase has to start; each may hold the whole script.

    `missing_trigger` names the trigger without which there is no such place.
    """

    intervals: tuple[Interval, ...]
    missing_trigger: str | None = None


def places_of(criterion: Criterion, context: DetectionContext) -> Places:
    """The windows of a criterion, measured from the first to the last judged utterance."""
    key = f"places:{criterion.criterion_id}:{criterion.role}"
    return context.shared(key, lambda: _places(criterion, context))


def _places(criterion: Criterion, context: DetectionContext) -> Places:
    whole = context.conversation()
    start_ms, end_ms = whole.start_ms, whole.end_ms + 1
    where = criterion.where or Window()
    if where.within_first_ms is not None:
        end_ms = min(end_ms, whole.start_ms + where.within_first_ms)
    if where.within_last_ms is not None:
        start_ms = max(start_ms, whole.end_ms - where.within_last_ms)
    places = [Interval(start_ms, max(start_ms, end_ms))]
    for name, is_after in ((where.after, True), (where.before, False)):
        if name is None:
            continue
        trigger = context.rubric.trigger(name)
        hits = trigger_hits(trigger, context)
        if not hits:
            return Places(intervals=(), missing_trigger=name)
        stretches = [
            _after(hit, trigger.role, criterion.role, where, context)
            if is_after
            else _before(hit, criterion.role, where, context)
            for hit in hits
        ]
        places = [
            Interval(max(p.start_ms, s.start_ms), min(p.end_ms, s.end_ms))
            for p in places
            for s in stretches
            if max(p.start_ms, s.start_ms) < min(p.end_ms, s.end_ms)
        ]
    return Places(intervals=tuple(dict.fromkeys(places)))


def _after(
    hit: PhraseMatch, trigger_role: Role, role: Role, where: Window, context: DetectionContext
) -> Interval:
    # the other side may begin its answer while the trigger is still being spoken
    start_ms = hit.interval.end_ms if trigger_role is role else hit.interval.start_ms
    end_ms = max(context.conversation().end_ms + 1, start_ms)
    if where.within_ms is not None:
        end_ms = min(end_ms, hit.interval.end_ms + where.within_ms)
    if where.within_turns is not None:
        own, position = _turns_beside(hit, role, context)
        following = [t for i, t in own if i > position][: where.within_turns]
        limit_ms = following[-1].interval.end_ms + 1 if following else hit.interval.end_ms
        end_ms = min(end_ms, limit_ms)
    return Interval(start_ms, max(start_ms, end_ms))


def _before(hit: PhraseMatch, role: Role, where: Window, context: DetectionContext) -> Interval:

    end_ms = hit.interval.start_ms
    start_ms = min(context.conversation().start_ms, end_ms)
    if where.within_ms is not None:
        start_ms = max(start_ms, end_ms - where.within_ms)
    if where.within_turns is not None:
        own, position = _turns_beside(hit, role, context)
        earlier = [t for i, t in own if i < position][-where.within_turns :]
        start_ms = max(start_ms, earlier[0].interval.start_ms if earlier else end_ms)
    return Interval(min(start_ms, end_ms), end_ms)


def _turns_beside(
    hit: PhraseMatch, role: Role, context: DetectionContext
) -> tuple[list[tuple[int, Turn]], int]:
    """The role's turns with their positions, and the position of the hit's own turn."""
    turns = context.call.metrics.turns or turns_by_role(context.call.transcript.judged_utterances)
    position = next(
        (i for i, t in enumerate(turns) if hit.last_utterance_id in t.utterance_ids), None
    )
    if position is None:
        # a backchannel belongs to no turn: take the last one that began before it
        position = sum(1 for t in turns if t.interval.start_ms <= hit.interval.start_ms) - 1
    return [(i, t) for i, t in enumerate(turns) if t.role is role], position


def turns_by_role(utterances: tuple[Utterance, ...]) -> tuple[Turn, ...]:
    """Runs of one role's utterances, for a call whose turns were not measured."""
    runs: list[list[Utterance]] = []
    for utterance in utterances:
        if runs and runs[-1][0].role is utterance.role:
            runs[-1].append(utterance)
        else:
            runs.append([utterance])
    return tuple(
        Turn(
            role=run[0].role,
            interval=Interval(run[0].interval.start_ms, max(u.interval.end_ms for u in run)),
            utterance_ids=tuple(u.utterance_id for u in run),
        )
        for run in runs
    )
