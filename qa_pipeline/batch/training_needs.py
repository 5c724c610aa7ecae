"""The matrix of agents and clauses from the store, with sessions and cases for them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from qa_pipeline.batch.clauses import known_clauses
from qa_pipeline.batch.estimating import heard_period
from qa_pipeline.domain.case import Case, CaseStatus
from qa_pipeline.domain.estimate import Estimate
from qa_pipeline.domain.need import NeedCell, Needs, TrainingGroup
from qa_pipeline.domain.training import Clause
from qa_pipeline.sample.clause_data import clause_data
from qa_pipeline.sample.training_needs import clause_cells, marked, suggest_groups
from qa_pipeline.store import CallStore

CASES_A_CLAUSE = 3
_ORDER = (CaseStatus.APPROVED, CaseStatus.CANDIDATE)


def training_needs(
    store: CallStore, first: date, last: date, *, smallest: int = 3, largest: int = 12
) -> Needs:
    """Who needs what, from the reviews of calls that could be drawn on the days.

    Clauses that nobody has answered are left out. Groups have `smallest` to `largest` agents.
    """
    heard = heard_period(store, first, last)
    clauses: list[Clause] = []
    centre: list[Estimate] = []
    cells: list[NeedCell] = []
    for clause in known_clauses(store).values():
        data = clause_data(clause, heard.calls, heard.drawn, heard.answers)
        if data.answered.any():
            rate, found = clause_cells(clause, data)
            clauses.append(clause)
            centre.append(rate)
            cells += found
    by_id = {c.clause_id: rate for c, rate in zip(clauses, centre, strict=True)}
    judged = marked(cells, by_id)
    groups, alone = suggest_groups(judged, smallest=smallest, largest=largest)
    return Needs(
        first=first,
        last=last,
        clauses=tuple(clauses),
        centre=tuple(centre),
        agents=tuple(sorted({c.agent_id for c in judged})),
        cells=judged,
        groups=_with_cases(store, groups),
        alone=alone,
    )


def _with_cases(store: CallStore, groups: Sequence[TrainingGroup]) -> tuple[TrainingGroup, ...]:
    return tuple(
        replace(group, cases=tuple(c for name in group.clauses for c in _cases(store, name)))
        for group in groups
    )


def _cases(store: CallStore, clause_id: str) -> list[Case]:
    """Some cases of a clause, approved ones first, the clearest first; no retired ones."""
    fit = [c for c in store.cases(subject=clause_id) if c.status in _ORDER]
    return sorted(fit, key=lambda c: (_ORDER.index(c.status), -c.score))[:CASES_A_CLAUSE]
