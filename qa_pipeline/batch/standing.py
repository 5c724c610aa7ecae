"""What counts of stored calls: rulings and reviews over the machine, line by line."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from qa_pipeline.domain.dispute import Dispute
from qa_pipeline.domain.estimate import Item
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.review import Review
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.domain.standing import Source, Word, standing
from qa_pipeline.sample.human_word import words_of
from qa_pipeline.store import CallStore

Words = Mapping[str, Word]
"""By criterion_id."""


def human_words(
    judged: JudgedCall, reviews: Iterable[Review], disputes: Iterable[Dispute]
) -> Mapping[str, tuple[Word, ...]]:
    """Every inspector's and every ruling's word on each line of the call that has one."""
    rubric_id = judged.evaluation.scorecard.rubric_id
    by_inspector: dict[str, list[Review]] = defaultdict(list)
    for review in reviews:
        by_inspector[review.inspector_id].append(review)
    found: dict[str, list[Word]] = defaultdict(list)
    for given in by_inspector.values():
        at = max(review.reviewed_at for review in given)
        for item, outcome in words_of(judged, given).items():
            if item == Item(rubric_id, item.name):
                found[item.name].append(Word(outcome=outcome, source=Source.REVIEW, at=at))
    for dispute in disputes:
        for ruling in dispute.rulings:
            found[dispute.criterion_id].append(
                Word(outcome=ruling.outcome, source=Source.RULING, at=ruling.decided_at)
            )
    return {name: tuple(words) for name, words in found.items()}


def standing_words(store: CallStore, judged: JudgedCall) -> Words:
    """What each line of the call says now, whose word it is and since when.

    The machine's word is as old as its outcome: judging again changes it only where it
    says something else.
    """
    human = human_words(
        judged, store.reviews(call_id=judged.call_id), store.disputes(call_id=judged.call_id)
    )
    histories = store.line_histories(judged.call_id)
    return {
        name: standing(
            Word(outcome=history[-1][1], source=Source.MACHINE, at=_since(history)),
            human.get(name, ()),
        )
        for name, history in histories.items()
    }


def _since(history: Sequence[tuple[datetime, CriterionOutcome]]) -> datetime:
    since, outcome = history[-1]
    for at, said in reversed(history):
        if said is not outcome:
            break
        since = min(since, at)
    return since
