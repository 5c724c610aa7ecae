"""Of most scripts only the likeliest wording counts: all of them are decided together."""

from collections.abc import Callable, Iterator
from functools import partial

from qa_pipeline.detect.context import DetectionContext, without_excepted
from qa_pipeline.detect.settled import Settled, least_match, settled
from qa_pipeline.detect.windows import places_of
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Step
from qa_pipeline.text.phrases import NEAR_MISS, Contest, PhraseMatch

_Key = tuple[str, Interval]


def contenders(
    step: Step, criterion: Criterion, window: Interval, context: DetectionContext
) -> tuple[PhraseMatch, ...]:
    """Matches of the step in the window, among them the likeliest that stands.

    Where steps have to follow each other these are all near-misses, else some that
    are less likely, or too unlikely to matter, are missing. On both sides together
    (UNKNOWN) only what was certainly said is looked for.
    """
    said_above, _ = context.cut_points(criterion.strictness)
    is_decisive = not step.optional and sum(not s.optional for s in criterion.steps) == 1
    is_mere_addition = step.optional and any(not s.optional for s in criterion.steps)
    if is_decisive and criterion.role is not Role.UNKNOWN:
        decided = context.shared("contests", lambda: _decided(context))
        known = decided.get((criterion.criterion_id, window))
        if known is not None and known[0] is step:
            return known[1]
    least = said_above if is_mere_addition or criterion.role is Role.UNKNOWN else NEAR_MISS
    return tuple(
        match
        for match in context.find(step.any_of, criterion.role, least)
        if window.start_ms <= match.interval.start_ms < window.end_ms
    )


def _decided(context: DetectionContext) -> dict[_Key, tuple[Step, tuple[PhraseMatch, ...]]]:
    entered: dict[Role, list[tuple[_Key, Step, Contest]]] = {}
    for criterion in context.rubric.criteria:
        for key, step, contest in _contests(criterion, context):
            entered.setdefault(criterion.role, []).append((key, step, contest))
    return {
        key: (step, matches)
        for role, listed in entered.items()
        for (key, step, _), matches in zip(
            listed, context.decide(role, [contest for _, _, contest in listed]), strict=True
        )
    }


def _contests(
    criterion: Criterion, context: DetectionContext
) -> Iterator[tuple[_Key, Step, Contest]]:
    required = [step for step in criterion.steps if not step.optional]
    if criterion.kind is not CriterionKind.SCRIPT or len(required) != 1:
        return
    if context.why_not_judgeable(criterion.role) is not None:
        return
    standing: Callable[[tuple[PhraseMatch, ...]], tuple[PhraseMatch, ...]] = partial(
        without_excepted, unless=criterion.unless, role=criterion.role, context=context
    )
    for window in places_of(criterion, context).intervals:
        if settled(criterion, window, context) is not Settled.OPEN:
            continue
        contest = Contest(
            phrases=required[0].any_of,
            window=window,
            least=least_match(criterion, window, context),
            standing=standing,
        )
        yield (criterion.criterion_id, window), required[0], contest
