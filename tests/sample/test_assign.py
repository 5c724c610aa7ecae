"""Who hears what: own team, places, even loads, three inspectors an agent, doubles, gold."""

from collections import Counter, defaultdict
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.domain.review import Inspector
from qa_pipeline.domain.sampling import AgentRecord
from qa_pipeline.sample import History, QueueCandidate, plan_day
from qa_pipeline.sample.plan import DayPlan
from tests.sample.test_plan import DAY, SETTINGS, candidate

TEAMS = (None, "east", "west", "north")
people_st = st.lists(
    st.tuples(st.sampled_from(TEAMS), st.integers(0, 12), st.integers(10, 336)),
    min_size=1,
    max_size=6,
)
calls_st = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(TEAMS), st.integers(30_000, 600_000)), max_size=60
)


def varied(n: int, n_agents: int, n_teams: int = 4) -> list[QueueCandidate]:
    return [
        candidate(
            f"c{i:04d}",
            risk=(i * 7 % 10) / 10,
            agent_id=f"a{i % n_agents}",
            team=f"t{i % n_agents % n_teams}",
            expected_review_ms=60_000 + i * 37 % 240 * 1000,
        )
        for i in range(n)
    ]


def loads(plan: DayPlan) -> Counter[str]:
    sums = Counter[str]()
    for task in plan.tasks:
        sums[task.inspector_id] += task.expected_review_ms
    return sums


@settings(deadline=None, max_examples=30)
@given(people_st, calls_st)
def test_nobody_gets_the_own_team_a_call_twice_or_more_than_the_places(
    staff: list[tuple[str | None, int, int]], calls: list[tuple[int, str | None, int]]
) -> None:
    people = [
        Inspector(inspector_id=f"q{i}", team=team, capacity_calls=n, capacity_minutes=minutes)
        for i, (team, n, minutes) in enumerate(staff)
    ]
    pool = [
        candidate(f"c{i}", agent_id=f"a{agent}", team=team, expected_review_ms=ms)
        for i, (agent, team, ms) in enumerate(calls)
    ]
    plan = plan_day(pool, people, SETTINGS, DAY)
    team_of = {c.call_id: c.team for c in pool}
    team_of_person = {p.inspector_id: p.team for p in people}
    for task in plan.tasks:
        own = team_of_person[task.inspector_id]
        assert own is None or own != team_of[task.call_id]
    assert len({(t.inspector_id, t.call_id) for t in plan.tasks}) == len(plan.tasks)
    held = Counter(t.inspector_id for t in plan.tasks)
    assert all(held[p.inspector_id] <= p.capacity_calls for p in people)


def test_loads_are_within_5_percent_of_equal_shares_of_the_minutes() -> None:
    people = [
        Inspector(
            inspector_id=f"q{i}",
            team=f"t{i % 4}",
            capacity_minutes=168 if i % 3 == 0 else 336,
            capacity_calls=60,
        )
        for i in range(8)
    ]
    plan = plan_day(varied(300, 60), people, SETTINGS, DAY)
    assert len(plan.tasks) > 250
    minutes = {p.inspector_id: p.capacity_minutes for p in people}
    used = {p: ms / minutes[p] for p, ms in loads(plan).items()}
    mean = sum(loads(plan).values()) / sum(minutes.values())
    assert all(abs(share / mean - 1) <= 0.05 for share in used.values())


def test_an_agents_calls_of_a_day_go_to_three_inspectors() -> None:
    people = [Inspector(inspector_id=f"q{i}", capacity_calls=30) for i in range(6)]
    plan = plan_day(varied(180, 45), people, SETTINGS, DAY)
    heard_by = defaultdict(set)
    reviews = Counter[str]()
    for task in plan.tasks:
        agent = f"a{int(task.call_id[1:]) % 45}"
        heard_by[agent].add(task.inspector_id)
        reviews[agent] += 1
    often = [agent for agent, n in reviews.items() if n >= 3]
    assert often
    assert all(len(heard_by[agent]) >= 3 for agent in often)


def test_who_has_not_heard_an_agent_this_month_comes_first() -> None:
    people = [Inspector(inspector_id=f"q{i}", capacity_calls=10) for i in range(3)]
    pool = [candidate(f"c{i}", agent_id=f"a{i}") for i in range(30)]
    once = SETTINGS.model_copy(update={"double_share": 0.0})
    heard = {f"a{i}": AgentRecord(heard_by={f"q{i % 3}": 1}) for i in range(30)}
    plan = plan_day(pool, people, once, DAY, history=History(agents=heard))
    assert len(plan.tasks) == 30
    assert all(f"q{int(t.call_id[1:]) % 3}" != t.inspector_id for t in plan.tasks)


def test_four_percent_are_heard_twice_blindly_by_somebody_else() -> None:
    people = [Inspector(inspector_id=f"q{i}") for i in range(4)]
    plan = plan_day(varied(900, 90), people, SETTINGS, DAY)
    blind = [t for t in plan.tasks if t.blind]
    assert len(plan.tasks) == 200
    assert len(blind) == 8
    for task in blind:
        (first,) = [t for t in plan.tasks if t.call_id == task.call_id and not t.blind]
        assert first.inspector_id != task.inspector_id
        assert first.inclusion_probability == task.inclusion_probability
        assert task.reason == "盲评"


def test_two_percent_are_gold_calls_that_the_inspector_does_not_know() -> None:
    people = [Inspector(inspector_id=f"q{i}", team=f"t{i}") for i in range(2)]
    gold = tuple(candidate(f"g{i}", team=f"t{i % 2}") for i in range(4))
    known = frozenset({("q0", "g1"), ("q1", "g0")})
    history = History(gold=gold, seen_gold=known)
    plan = plan_day(varied(900, 90), people, SETTINGS, DAY, history=history)
    golden = {(t.inspector_id, t.call_id) for t in plan.tasks if t.inclusion_probability is None}
    assert golden == {("q0", "g3"), ("q1", "g2")}
    assert all(t.blind for t in plan.tasks if t.call_id[0] == "g")
    assert not {"g2", "g3"} & set(plan.frame)
    assert len(plan.tasks) == 100


def test_reasons_tell_of_long_silence_new_agents_and_what_nobody_could_judge() -> None:
    pool = [candidate(f"c{i}", agent_id=None, abstained=True) for i in range(80)]
    notes = plan_day(pool, None, SETTINGS, DAY).notes
    assert "检测项对全部 80 通都没有结论，今天的抽样等于随机抽样" in notes
    mixed = [*pool, replace(candidate("x"), agent_id="a", abstained=False)]
    people = [Inspector(inspector_id="q", team="east")]
    notes = plan_day(mixed, people, SETTINGS, DAY).notes
    assert "80 通没有坐席工号，不计入每人每月抽听" in notes
    assert "1 名坐席没有班组，无法回避本班组的质检员" in notes


def test_more_places_than_calls_is_said() -> None:
    notes = plan_day([candidate("a"), candidate("b")], None, SETTINGS, DAY).notes
    assert notes == ("可安排 50 通，符合条件的通话只有 2 通，已全部安排",)
