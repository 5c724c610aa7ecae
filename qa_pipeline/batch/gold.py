"""Turn a call that several inspectors have reviewed into a gold call."""

from collections.abc import Sequence
from datetime import datetime

from qa_pipeline.domain.review import CriterionAnswer, GoldCall
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.errors import UsageError
from qa_pipeline.store import CallStore

MIN_REVIEWERS = 2


def agree_on_gold(
    store: CallStore, call_id: str, by: str, decided: Sequence[str], at: datetime
) -> GoldCall:
    """Keep the reviewers' common answers as the right ones, and return the gold call.

    `decided` are `criterion=OUTCOME` where they differ. Raises UsageError where
    fewer than two inspectors have answered, or a difference is left undecided.
    """
    latest = {r.inspector_id: r for r in store.reviews(call_id=call_id) if r.answers}
    if len(latest) < MIN_REVIEWERS:
        raise UsageError(
            f"{call_id}: {len(latest)} inspectors have answered its criteria, a gold call needs"
            f" {MIN_REVIEWERS} (双人复核后才能设为标准通话)"
        )
    answered: dict[str, set[CriterionOutcome]] = {}
    for review in latest.values():
        for one in review.answers:
            answered.setdefault(one.criterion_id, set()).add(one.outcome)
    answered |= {criterion: {outcome} for criterion, outcome in map(_decision, decided)}
    open_ones = sorted(name for name, outcomes in answered.items() if len(outcomes) > 1)
    if open_ones:
        raise UsageError(
            f"{call_id}: the reviews differ on {', '.join(open_ones)}; decide each with"
            f" --answer {open_ones[0]}=PASS"
        )
    marked = GoldCall(
        call_id=call_id,
        marked_by=by,
        marked_at=at,
        answers=tuple(
            CriterionAnswer(criterion_id=name, outcome=next(iter(answered[name])))
            for name in sorted(answered)
        ),
    )
    store.mark_gold(marked)
    return marked


def _decision(text: str) -> tuple[str, CriterionOutcome]:
    criterion, _, outcome = text.partition("=")
    if outcome not in CriterionOutcome.__members__:
        known = ", ".join(CriterionOutcome.__members__)
        raise UsageError(f"--answer {text}: write criterion=OUTCOME with one of {known}")
    return criterion, CriterionOutcome[outcome]
