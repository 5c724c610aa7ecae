from dataclasses import replace

import numpy as np
import pytest

from qa_pipeline.domain.need import NeedCell
from qa_pipeline.domain.training import Clause
from qa_pipeline.sample.clause_data import ClauseData
from qa_pipeline.sample.estimates import weigh_answers
from qa_pipeline.sample.training_needs import clause_cells, marked, suggest_groups

ARGUING = Clause(clause_id="behaviour:arguing", title="争辩")


def a_sample(rates: list[float], seed: int, *, reviewed: int = 25, calls: int = 250) -> ClauseData:
    """Agents with these rates, about `reviewed` of each one's `calls` heard."""
    rng = np.random.default_rng(seed)
    agents = np.repeat(np.arange(len(rates)), calls)
    n = len(agents)
    violated = rng.random(n) < np.array(rates)[agents]
    predicted = np.where(violated, rng.beta(3, 1, n), rng.beta(0.4, 6, n))
    risk = 0.35 + 0.65 * predicted / predicted.mean()
    probability = np.clip(reviewed / calls * risk / risk.mean(), 0.01, 1)
    drawn = rng.random(n) < probability
    return ClauseData(
        call_ids=tuple(map(str, range(n))),
        agents=tuple(f"a{i:02d}" for i in agents),
        weights=weigh_answers(np.zeros(n, dtype=np.int64), probability, drawn, drawn),
        predicted=predicted,
        answers=np.where(drawn, violated, 0.0).astype(np.float64),
    )


def needs_of(rates: list[float], seed: int, **facts: int) -> tuple[NeedCell, ...]:
    centre, cells = clause_cells(ARGUING, a_sample(rates, seed, **facts))
    return marked(cells, {ARGUING.clause_id: centre})


def test_who_lies_clearly_above_the_centre_is_marked() -> None:
    rates = [0.05] * 18 + [0.6, 0.7]
    found = [{c.agent_id for c in needs_of(rates, seed) if c.is_need} for seed in range(10)]
    assert sum("a19" in names for names in found) >= 8
    assert sum(len(names - {"a18", "a19"}) for names in found) == 0


def test_where_agents_are_alike_hardly_anybody_is_marked() -> None:
    any_mark = [any(c.is_need for c in needs_of([0.1] * 20, seed)) for seed in range(40)]
    assert np.mean(any_mark) <= 0.05


def test_a_mark_needs_the_interval_above_the_centre() -> None:
    data = a_sample([0.05] * 10 + [0.8], 3)
    centre, cells = clause_cells(ARGUING, data)
    for cell in marked(cells, {ARGUING.clause_id: centre}):
        above = (cell.estimate.low or 0.0) > (centre.share or 0.0)
        assert above or not cell.is_need


def test_few_reviewed_calls_are_shown_and_not_tested() -> None:
    cells = needs_of([0.9] + [0.05] * 10, 5, reviewed=2)
    few = [c for c in cells if c.estimate.n_reviewed < 5]
    assert few
    assert all(c.p_value is None and not c.is_need for c in few)


def a_need(agent_id: str, clause_id: str, *, is_need: bool = True) -> NeedCell:
    cell = needs_of([0.5, 0.5], 1)[0]
    return replace(cell, agent_id=agent_id, clause_id=clause_id, is_need=is_need)


def test_groups_share_needs_and_keep_their_size() -> None:
    cells = [a_need(f"a{i:02d}", "behaviour:arguing") for i in range(26)]
    cells += [a_need(f"a{i:02d}", "script:greeting") for i in range(8)]
    cells += [a_need("a01", "script:closing"), a_need("a30", "script:greeting", is_need=False)]
    groups, alone = suggest_groups(cells, smallest=3, largest=12)
    assert all(3 <= len(g.agents) <= 12 for g in groups)
    wanted = {(c.agent_id, c.clause_id) for c in cells if c.is_need}
    met = {(a, c) for g in groups for a in g.agents for c in g.clauses}
    left = {(a, c) for a, clauses in alone for c in clauses}
    assert met | left == wanted
    assert not met & left
    assert alone == (("a01", ("script:closing",)),)


@pytest.mark.parametrize(("n", "sizes"), [(2, []), (3, [3]), (13, [6, 7]), (12, [12])])
def test_groups_are_split_evenly(n: int, sizes: list[int]) -> None:
    cells = [a_need(f"a{i:02d}", "behaviour:arguing") for i in range(n)]
    groups, alone = suggest_groups(cells, smallest=3, largest=12)
    assert sorted(len(g.agents) for g in groups) == sizes
    assert len(alone) == (n if not sizes else 0)
