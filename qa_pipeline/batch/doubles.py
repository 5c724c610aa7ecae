"""Finished double-scored calls side by side, so that supervisors can agree on the answers."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from qa_pipeline.batch.estimating import words_by_call
from qa_pipeline.domain.estimate import Item
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.review import CriterionAnswer, GoldCall
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.store import CallStore

Outcomes = Mapping[str, CriterionOutcome]
"""By criterion_id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleLine:
    """One criterion: each inspector's word (None: none given), and what to start with."""

    criterion_id: str
    title: str
    words: tuple[CriterionOutcome | None, ...]
    agreed: CriterionOutcome | None

    @property
    def differs(self) -> bool:
        return len({word for word in self.words if word}) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleCall:
    """A call that every inspector who was given it has reviewed; `gold` where it is marked."""

    call_id: str
    day: date
    inspectors: tuple[str, ...]
    lines: tuple[DoubleLine, ...]
    gold: GoldCall | None

    @property
    def n_differing(self) -> int:
        return sum(line.differs for line in self.lines)


def finished_doubles(store: CallStore, limit: int = 100) -> tuple[DoubleCall, ...]:
    """The newest finished doubles, at most `limit`; gold tasks make no double."""
    given: dict[str, dict[str, date]] = defaultdict(dict)
    for task in store.tasks():
        if task.inclusion_probability is not None:
            given[task.call_id][task.inspector_id] = task.day
    reviewed = store.reviewed_pairs()
    done = {
        call_id: inspectors
        for call_id, inspectors in given.items()
        if len(inspectors) > 1 and all((who, call_id) in reviewed for who in inspectors)
    }
    newest = sorted(done, key=lambda c: (max(done[c].values()), c), reverse=True)[:limit]
    words = words_by_call(store, newest)
    gold = {g.call_id: g for g in store.gold_calls()}
    judged = {j.call_id: j for j in store.judged_calls(call_ids=newest)}
    return tuple(
        _double(store, judged[c], done[c], words[c], gold.get(c))
        for c in newest
        if c in judged and c in words
    )


def mark_double(
    store: CallStore, double: DoubleCall, answers: Outcomes, *, by: str, note: str, now: datetime
) -> bool:
    """Mark the call as gold with an answer to every line; False where one is missing.

    Sent twice it is kept once.
    """
    if set(answers) != {line.criterion_id for line in double.lines}:
        return False
    agreed = tuple(
        CriterionAnswer(criterion_id=line.criterion_id, outcome=answers[line.criterion_id])
        for line in double.lines
    )
    known = double.gold
    if known and (known.answers, known.note, known.marked_by) == (agreed, note, by):
        return True
    store.mark_gold(
        GoldCall(call_id=double.call_id, marked_by=by, marked_at=now, answers=agreed, note=note)
    )
    store.audit(by, "mark gold", double.call_id)
    return True


def _double(
    store: CallStore,
    judged: JudgedCall,
    given: Mapping[str, date],
    words: Mapping[str, Mapping[Item, CriterionOutcome]],
    gold: GoldCall | None,
) -> DoubleCall:
    card = judged.evaluation.scorecard
    inspectors = tuple(sorted(given))
    marked = {a.criterion_id: a.outcome for a in gold.answers} if gold else {}
    scored = {s.criterion_id for s in card.scores}
    lines = []
    for criterion in store.rubric(card.rubric_id, card.rubric_version).criteria:
        if criterion.criterion_id not in scored:
            continue
        item = Item(card.rubric_id, criterion.criterion_id)
        said = tuple(words.get(who, {}).get(item) for who in inspectors)
        agreed = said[0] if len(set(said)) == 1 else None
        lines.append(
            DoubleLine(
                criterion_id=criterion.criterion_id,
                title=criterion.title,
                words=said,
                agreed=marked.get(criterion.criterion_id, agreed),
            )
        )
    return DoubleCall(
        call_id=judged.call_id,
        day=max(given.values()),
        inspectors=inspectors,
        lines=tuple(lines),
        gold=gold,
    )
