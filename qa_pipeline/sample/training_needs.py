"""Who needs which training: agents against the centre, clause by clause.

Rates are plain, not shrunken towards the centre: a shrunken rate is a better guess of one
agent on average, but its interval holds on average over agents only and not for the agent
who stands in the row, and the same agent would show another figure here than in the report.
What shrinking is wanted for, few calls that look extreme, is done by the marks: a cell is
marked only when its interval (ADR 12) lies above the centre's rate and its one-sided
p-value passes Benjamini and Hochberg (1995) over every tested cell of the matrix, at 5 %
false discoveries. Nothing is ranked.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import hypot, sqrt

import numpy as np
from scipy.stats import false_discovery_control, norm

from qa_pipeline.domain.estimate import Estimate
from qa_pipeline.domain.need import NeedCell, TrainingGroup
from qa_pipeline.domain.training import Clause
from qa_pipeline.sample.clause_data import ClauseData
from qa_pipeline.sample.estimates import estimate_share

MIN_ANSWERS = 5
"""Fewer reviewed calls of an agent and a cell is shown but not tested."""

FALSE_DISCOVERIES = 0.05
_TWO_SIDED = float(norm.ppf(0.975))

NeedsByAgent = Mapping[str, frozenset[str]]


def clause_cells(clause: Clause, data: ClauseData) -> tuple[Estimate, tuple[NeedCell, ...]]:
    """The centre's rate of a clause, and a cell for each agent with a reviewed call."""
    centre = estimate_share(data.weights, data.predicted, data.answers)
    agents = np.array(data.agents)
    cells = []
    for agent_id in sorted(set(agents[data.answered]) - {""}):
        found = estimate_share(
            data.weights,
            data.predicted,
            data.answers,
            inside=agents == agent_id,
            tuning=centre.tuning,
        )
        cells.append(
            NeedCell(
                agent_id=str(agent_id),
                clause_id=clause.clause_id,
                estimate=found,
                p_value=_p_above(found, centre),
            )
        )
    return centre, tuple(cells)


def marked(cells: Sequence[NeedCell], centre: Mapping[str, Estimate]) -> tuple[NeedCell, ...]:
    """The cells with their marks; `centre` holds each clause's rate by clause_id."""
    p_values = [c.p_value for c in cells if c.p_value is not None]
    if not p_values:
        return tuple(cells)
    adjusted = iter(false_discovery_control(p_values))
    return tuple(
        cell
        if cell.p_value is None
        else replace(
            cell,
            is_need=bool(next(adjusted) <= FALSE_DISCOVERIES)
            and (cell.estimate.low or 0.0) > (centre[cell.clause_id].share or 0.0),
        )
        for cell in cells
    )


def suggest_groups(
    cells: Sequence[NeedCell], *, smallest: int = 3, largest: int = 12
) -> tuple[tuple[TrainingGroup, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    """Sessions of agents with the same needs, and the needs too few agents share.

    Greedy: the clause that most agents still need comes first; of these agents the ones
    whose other needs are most alike sit together, evenly split where they are more than
    `largest`; what all of a group need is taught there.
    """
    open_needs: dict[str, set[str]] = defaultdict(set)
    for cell in cells:
        if cell.is_need:
            open_needs[cell.agent_id].add(cell.clause_id)
    groups: list[TrainingGroup] = []
    while True:
        clause_id, agents = _most_needed(open_needs)
        if len(agents) < smallest:
            break
        for members in _split(agents, open_needs, clause_id, smallest, largest):
            shared = frozenset.intersection(*(frozenset(open_needs[a]) for a in members))
            groups.append(TrainingGroup(agents=tuple(sorted(members)), clauses=_sorted(shared)))
            for agent in members:
                open_needs[agent] -= shared
    alone = tuple((a, _sorted(open_needs[a])) for a in sorted(open_needs) if open_needs[a])
    return tuple(groups), alone


def _most_needed(open_needs: Mapping[str, set[str]]) -> tuple[str, list[str]]:
    by_clause: dict[str, list[str]] = defaultdict(list)
    for agent, clauses in open_needs.items():
        for clause_id in clauses:
            by_clause[clause_id].append(agent)
    return min(by_clause.items(), key=lambda kv: (-len(kv[1]), kv[0]), default=("", []))


def _split(
    agents: Sequence[str],
    open_needs: Mapping[str, set[str]],
    clause_id: str,
    smallest: int,
    largest: int,
) -> list[list[str]]:
    """As few groups as fit, of even size, those with the same further needs side by side."""
    ordered = sorted(agents, key=lambda a: (_sorted(open_needs[a] - {clause_id}), a))
    n_groups = max(1, -(-len(ordered) // largest))
    if len(ordered) // n_groups < smallest:
        n_groups -= 1
    bounds = np.linspace(0, len(ordered), n_groups + 1).round().astype(int)
    return [ordered[a:b] for a, b in pairwise(bounds)]


def _sorted(names: frozenset[str] | set[str]) -> tuple[str, ...]:
    return tuple(sorted(names))


def _p_above(found: Estimate, centre: Estimate) -> float | None:
    """One-sided, as if the margin below were 1.96 standard errors.

    The interval is of the calls that were taken in these days; whoever is no worse than the
    others has days with more violations, too. So the chance of the days themselves is
    added: a binomial variance over all calls, the share drawn towards one half by four calls
    (Agresti and Coull 1998), without which two finds in ten calls would prove too much.
    The gamma interval's lower side is steeper than a normal one further out, so that small
    p-values come out too large: marks are missed rather than made up.
    """
    if found.share is None or found.low is None or centre.share is None:
        return None
    if found.n_reviewed < MIN_ANSWERS:
        return None
    likely = (found.share * found.n_calls + 2) / (found.n_calls + 4)
    of_days = _TWO_SIDED * sqrt(likely * (1 - likely) / (found.n_calls + 4))
    margin = hypot(found.share - found.low, of_days)
    return float(norm.sf((found.share - centre.share) / margin * _TWO_SIDED))
