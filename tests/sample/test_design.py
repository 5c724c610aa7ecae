"""The design: exact probabilities, bounds for agents, frequencies, coverage of a month."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.domain.review import Inspector
from qa_pipeline.domain.sampling import AgentRecord
from qa_pipeline.sample import History, QueueCandidate, plan_day
from qa_pipeline.sample.coverage import fairness
from qa_pipeline.sample.draw import draw_calls
from qa_pipeline.sample.history import weekdays_left
from qa_pipeline.sample.probabilities import UNIT, Groups, bounded_units, weights_of
from qa_pipeline.settings import QueueSettings
from tests.sample.test_plan import DAY, SETTINGS, candidate

agent_calls = st.lists(st.tuples(st.integers(0, 12), st.floats(0, 1)), min_size=1, max_size=90)


def bounded(
    calls: Sequence[tuple[int, float]], n: int, low: float, high: float
) -> tuple[dict[str, int], dict[str, str], Groups]:
    of_call = np.array([agent for agent, _ in calls], dtype=np.int64)
    groups = Groups(of_call=of_call, low=np.full(13, low), high=np.full(13, high))
    units = bounded_units(weights_of([r for _, r in calls]), groups, n, 0.35)
    names = [f"c{i}" for i in range(len(calls))]
    return (
        {c: int(u) for c, u in zip(names, units, strict=True)},
        {c: f"a{agent}" for c, (agent, _) in zip(names, calls, strict=True)},
        groups,
    )


@settings(deadline=None, max_examples=40)
@given(agent_calls, st.integers(1, 90), st.floats(0, 1), st.floats(1, 4))
def test_bounded_probabilities_sum_to_n_exactly_and_lie_in_0_1(
    calls: list[tuple[int, float]], n: int, low: float, high: float
) -> None:
    units, _, _ = bounded(calls, n, low, high)
    assert sum(units.values()) == min(n, len(calls)) * UNIT
    assert all(0 < u <= UNIT for u in units.values())


@settings(deadline=None, max_examples=40)
@given(agent_calls, st.integers(1, 40), st.integers(0, 2**32))
def test_an_agent_is_drawn_as_often_as_its_probabilities_sum_to_up_or_down(
    calls: list[tuple[int, float]], n: int, seed: int
) -> None:
    units, agent_of, _ = bounded(calls, n, 0.5, 2.0)
    drawn = draw_calls(units, seed, agent_of)
    assert len(drawn) == min(n, len(calls))
    assert draw_calls(dict(reversed(units.items())), seed, agent_of) == drawn
    heard = Counter(agent_of[c] for c in drawn)
    for agent in set(agent_of.values()):
        total = sum(u for c, u in units.items() if agent_of[c] == agent)
        assert total // UNIT <= heard[agent] <= -(-total // UNIT)


def test_a_minimum_of_one_is_one_whole_call_and_a_maximum_holds() -> None:
    calls = [(i % 13, 0.9 if i % 13 < 3 else 0.01) for i in range(400)]
    units, agent_of, groups = bounded(calls, 20, 1.0, 2.0)
    sums = Counter[str]()
    for call_id, u in units.items():
        sums[agent_of[call_id]] += u
    assert len(groups.low) == len(sums) == 13
    assert all(UNIT <= total <= 2 * UNIT for total in sums.values())
    assert sums["a0"] > sums["a5"]


def test_1000_draws_along_agents_include_each_call_as_often_as_its_probability_says() -> None:
    calls = [(i % 7, (i % 5) / 5) for i in range(40)]
    units, agent_of, _ = bounded(calls, 9, 1.0, 2.0)
    counts = Counter(c for seed in range(1000) for c in draw_calls(units, seed, agent_of))
    for call_id, u in units.items():
        p = u / UNIT
        assert abs(counts[call_id] / 1000 - p) <= 4.5 * (p * (1 - p) / 1000) ** 0.5 + 1e-9


def test_nobody_is_heard_twice_a_day_while_there_are_agents_enough() -> None:
    pool = [candidate(f"c{i:03d}", risk=(i % 4) / 4, agent_id=f"a{i % 60}") for i in range(600)]
    heard = Counter(t.call_id for t in plan_day(pool, None, SETTINGS, DAY).tasks)
    agents = Counter(f"a{int(call_id[1:]) % 60}" for call_id in heard)
    assert len(heard) == 50
    assert max(agents.values()) == 1


def fair(n: int, heard: int, day: date = DAY, **changed: float) -> Groups:
    pool = [candidate(f"c{i}", agent_id=f"a{i % 20}") for i in range(100)]
    agents = {f"a{i}": AgentRecord(heard_this_month=heard if i else 0) for i in range(20)}
    chosen = SETTINGS.model_copy(update=changed)
    return fairness(pool, n, chosen, day, History(agents=agents), {}).groups


def test_who_was_not_heard_this_month_is_certain_and_the_others_are_not() -> None:
    low = fair(10, heard=1).low
    assert sorted(low)[-2:] == [0.0, 1.0]


def test_more_unheard_than_the_coverage_share_share_it_and_the_months_end_raises_it() -> None:
    assert fair(10, heard=0).low.sum() == 5
    last = date(2026, 3, 31)
    assert weekdays_left(last) == 1
    assert round(fair(10, heard=0, day=last).low.sum(), 9) == 6.5


def test_coverage_that_cannot_be_met_says_how_much_would_be_needed() -> None:
    pool = [candidate(f"c{i:03d}", agent_id=f"a{i}") for i in range(90)]
    people = [Inspector(inspector_id="q", capacity_calls=5)]
    notes = plan_day(pool, people, SETTINGS, date(2026, 3, 31)).notes
    assert (
        "3 月每名坐席至少抽听 1 通：今天有 90 名坐席还差 90 通，余下 1 个工作日每天需要 90 通，"
        "今天只能安排 5 通"
    ) in notes


def month_of_plans(n_agents: int, people: list[Inspector], seed: int) -> tuple[set[str], set[str]]:
    """Every agent who had an eligible call in May 2026, and those who were heard."""
    random = Random(seed)
    busy = [random.paretovariate(1.2) for _ in range(n_agents)]
    worked: set[str] = set()
    heard: Counter[str] = Counter()
    for day in (date(2026, 5, 1) + timedelta(days=i) for i in range(31)):
        if day.weekday() >= 5:
            continue
        at = datetime.combine(day, time(), UTC) - timedelta(hours=20)
        pool: list[QueueCandidate] = []
        for agent in range(n_agents):
            if random.random() < 0.4:
                continue
            for k in range(min(40, int(2 * busy[agent]))):
                call = candidate(f"{day}-{agent}-{k}", risk=random.betavariate(0.3, 3))
                pool.append(replace(call, agent_id=f"a{agent}", started_at=at))
        worked |= {c.agent_id or "" for c in pool}
        history = History(agents={a: AgentRecord(heard_this_month=n) for a, n in heard.items()})
        tasks = plan_day(pool, people, SETTINGS, day, history=history).tasks
        agent_of = {c.call_id: c.agent_id or "" for c in pool}
        heard.update(agent_of[t.call_id] for t in tasks)
    return worked, set(heard)


def test_no_agent_is_uncovered_in_a_month_of_skewed_agents_and_shifts() -> None:
    people = [Inspector(inspector_id="q", capacity_calls=12)]
    worked, heard = month_of_plans(40, people, 0)
    assert len(worked) == 40
    assert worked == heard


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_no_agent_is_uncovered_in_a_month_of_a_larger_centre(seed: int) -> None:
    people = [Inspector(inspector_id=f"q{i}", capacity_calls=20) for i in range(2)]
    worked, heard = month_of_plans(150, people, seed)
    assert len(worked) == 150
    assert worked == heard


def test_new_agents_and_complaints_weigh_more_unless_everything_is_one() -> None:
    first = datetime(2026, 2, 25, tzinfo=UTC)
    agents = {"new": AgentRecord(first_call_at=first), "old": AgentRecord()}
    history = History(agents=agents, oldest_call_at=first - timedelta(days=90))
    quiet = QueueSettings(min_per_agent_month=0)

    def chance(complaints: bool, **facts: object) -> float:
        pool = [candidate(f"o{i:03d}", agent_id=None, is_complaint=complaints) for i in range(300)]
        pool.append(replace(candidate("x"), **facts))  # type: ignore[arg-type]  # any field
        plan = plan_day(pool, None, quiet, DAY, history=history)
        return dict(zip(plan.frame, plan.probabilities, strict=True))["x"]

    usual = chance(False, agent_id="old")
    assert chance(False, agent_id="new") > usual
    assert chance(False, agent_id="old", is_complaint=True) > usual
    assert chance(True, agent_id="old", is_complaint=True) == chance(True, agent_id="old")
    young = History(agents=agents, oldest_call_at=first)
    assert plan_day([candidate("x", agent_id="new")], None, quiet, DAY, history=young).tasks
