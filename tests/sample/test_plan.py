"""A day's plan: sizes, probabilities, order, people."""

import itertools
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.domain.review import Inspector
from qa_pipeline.sample.candidate import Exclusion, QueueCandidate
from qa_pipeline.sample.draw import draw_calls
from qa_pipeline.sample.plan import default_seed, design_id_of, plan_day
from qa_pipeline.sample.probabilities import UNIT, inclusion_units
from qa_pipeline.settings import QueueSettings

DAY = date(2026, 3, 2)
SETTINGS = QueueSettings()


def candidate(call_id: str, risk: float = 0.0, **facts: Any) -> QueueCandidate:
    base = QueueCandidate(
        call_id=call_id,
        agent_id="a1",
        team=None,
        started_at=datetime(2026, 3, 1, 2, 0, tzinfo=UTC),
        duration_ms=120_000,
        risk=risk,
        findings="争辩 p=0.86（3:12）" if risk > 0.3 else "",
        expected_review_ms=180_000,
    )
    return replace(base, **facts)


def candidates(n: int, **facts: Any) -> list[QueueCandidate]:
    return [candidate(f"c{i:04d}", risk=(i % 10) / 10, **facts) for i in range(n)]


risks = st.lists(st.floats(0, 1), min_size=1, max_size=120)


@given(risks, st.integers(0, 130), st.floats(0.05, 1.0))
def test_probabilities_sum_to_n_and_never_exceed_one(
    risk: list[float], n: int, share: float
) -> None:
    units = inclusion_units(risk, n, share)
    assert sum(units) == min(n, len(risk)) * UNIT
    assert all(0 <= u <= UNIT for u in units)


@given(risks, st.integers(1, 60), st.floats(0.05, 1.0))
def test_nobody_falls_below_the_random_share_and_risk_raises(
    risk: list[float], n: int, share: float
) -> None:
    units = inclusion_units(risk, n, share)
    floor = min(1.0, share * min(n, len(risk)) / len(risk))
    assert min(units) >= floor * UNIT - 2
    ordered = [u for _, u in sorted(zip(risk, units, strict=True))]
    assert all(a <= b + 1 for a, b in itertools.pairwise(ordered))


@given(risks, st.integers(0, 130), st.integers(0, 2**32))
def test_the_draw_has_exactly_n_calls_whatever_the_order(
    risk: list[float], n: int, seed: int
) -> None:
    units = inclusion_units(risk, n, 0.35)
    named = {f"c{i}": u for i, u in enumerate(units)}
    drawn = draw_calls(named, seed)
    assert len(set(drawn)) == len(drawn) == min(n, len(risk))
    assert draw_calls(dict(reversed(named.items())), seed) == drawn
    assert all(c in drawn for c, u in named.items() if u == UNIT)


def test_2000_draws_include_each_call_as_often_as_its_probability_says() -> None:
    risk = [0.0] * 20 + [0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 1.0]
    named = {f"c{i:02d}": u for i, u in enumerate(inclusion_units(risk, 8, 0.35))}
    counts = Counter(c for seed in range(2000) for c in draw_calls(named, seed))
    for call_id, units in named.items():
        probability = units / UNIT
        spread = (probability * (1 - probability) / 2000) ** 0.5
        assert abs(counts[call_id] / 2000 - probability) <= 4 * spread + 1e-9


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(30)), st.integers(0, 5))
def test_the_plan_does_not_depend_on_insertion_order(order: list[int], seed: int) -> None:
    pool = candidates(30)
    people = [Inspector(inspector_id=f"i{k}", capacity_calls=5) for k in range(2)]
    plan = plan_day(pool, people, SETTINGS, DAY, seed)
    again = plan_day([pool[i] for i in order], people[::-1], SETTINGS, DAY, seed)
    assert again == plan
    assert len(plan.tasks) == 10


def test_without_inspectors_me_hears_fifty() -> None:
    for nobody in (None, ()):
        plan = plan_day(candidates(200), nobody, SETTINGS, DAY)
        assert {t.inspector_id for t in plan.tasks} == {"me"}
        assert len(plan.tasks) == 50
        assert [t.position for t in plan.tasks] == list(range(1, 51))
        assert plan.seed == default_seed(DAY, design_id_of(SETTINGS))
        by_call = dict(zip(plan.frame, plan.probabilities, strict=True))
        assert all(t.inclusion_probability == by_call[t.call_id] for t in plan.tasks)


def test_another_seed_is_another_draw_and_the_same_seed_the_same() -> None:
    drawn = [
        {t.call_id for t in plan_day(candidates(200), None, SETTINGS, DAY, seed).tasks}
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]


def test_fewer_calls_than_capacity_are_all_heard_for_certain() -> None:
    plan = plan_day(candidates(12), None, SETTINGS, DAY)
    assert len(plan.tasks) == 12
    assert all(t.inclusion_probability == 1.0 for t in plan.tasks)
    assert {t.reason for t in plan.tasks} == {"全量复核", "争辩 p=0.86（3:12）"}


def test_the_reason_names_what_was_found_or_that_chance_chose() -> None:
    pool = [candidate(f"c{i:03d}") for i in range(300)] + [candidate("risky", risk=1.0)]
    reasons = {t.call_id: t.reason for t in plan_day(pool, None, SETTINGS, DAY).tasks}
    assert reasons.pop("risky") == "争辩 p=0.86（3:12）"
    assert set(reasons.values()) == {"随机抽样"}


def test_an_empty_night_plans_nothing() -> None:
    plan = plan_day([], None, SETTINGS, DAY)
    assert plan.tasks == ()
    assert plan.frame == ()
    assert plan.excluded == ()


def test_calls_left_out_are_counted_by_reason() -> None:
    midnight_in_shanghai = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    pool = [
        candidate("ok"),
        candidate("undated", started_at=None),
        candidate("short", unfit=Exclusion.TOO_SHORT),
        candidate("noise", unfit=Exclusion.UNFIT_AUDIO),
        candidate("silence", unfit=Exclusion.NO_CONVERSATION),
        candidate("heard"),
        candidate("old"),
        candidate("today", started_at=midnight_in_shanghai),
        candidate("eve", started_at=midnight_in_shanghai - timedelta(milliseconds=1)),
    ]
    plan = plan_day(pool, None, SETTINGS, DAY, reviewed={"heard"}, earlier_frames={"old"})
    assert plan.frame == ("eve", "ok", "undated")
    assert dict(plan.excluded) == {
        "时长不足（< 20 秒）": 1,
        "音质无法判断": 1,
        "没有通话内容": 1,
        "已经复核过": 1,
        "已进入以前的抽样框": 1,
        "通话在当天或之后": 1,
    }


def test_own_team_is_avoided_while_strangers_have_room() -> None:
    pool = [candidate(f"n{i}", team="north") for i in range(10)]
    pool += [candidate(f"s{i}", team="south") for i in range(10)]
    people = [
        Inspector(inspector_id="north-qa", team="north", capacity_calls=10),
        Inspector(inspector_id="south-qa", team="south", capacity_calls=10),
    ]
    once = SETTINGS.model_copy(update={"double_share": 0.0})
    plan = plan_day(pool, people, once, DAY)
    assert {(t.inspector_id, t.call_id[0]) for t in plan.tasks} == {
        ("north-qa", "s"),
        ("south-qa", "n"),
    }
    assert plan.notes == ()


def test_nobody_hears_the_own_team_even_where_nobody_else_has_room() -> None:
    pool = [candidate(f"n{i}", team="north") for i in range(6)]
    people = [
        Inspector(inspector_id="north-qa", team="north", capacity_calls=4),
        Inspector(inspector_id="other", capacity_calls=4),
    ]
    plan = plan_day(pool, people, SETTINGS, DAY)
    assert Counter(t.inspector_id for t in plan.tasks) == {"other": 4}
    assert "2 通已抽到但未分配：只有本班组的质检员有余量，还需要其他班组 2 通的余量" in plan.notes


def test_loads_are_in_proportion_to_minutes_and_never_above_the_places() -> None:
    people = [Inspector(inspector_id=f"i{m}", capacity_minutes=m) for m in (56, 112, 168)]
    plan = plan_day(candidates(30, agent_id=None), people, SETTINGS, DAY)
    counts = Counter(t.inspector_id for t in plan.tasks)
    for person, share in (("i56", 31 / 6), ("i112", 31 / 3), ("i168", 31 / 2)):
        assert abs(counts[person] - share) < 1
    few = [Inspector(inspector_id=f"i{c}", capacity_calls=c) for c in (4, 20, 30)]
    plan = plan_day(candidates(30, agent_id=None), few, SETTINGS, DAY)
    counts = Counter(t.inspector_id for t in plan.tasks)
    assert counts["i4"] == 4
    assert abs(counts["i20"] - counts["i30"]) <= 1


def test_leave_and_minutes_limit_who_hears_what() -> None:
    people = [
        Inspector(inspector_id="away", leave=(DAY,)),
        Inspector(inspector_id="part-time", capacity_minutes=30),
        Inspector(inspector_id="few", capacity_calls=7),
    ]
    plan = plan_day(candidates(200), people, SETTINGS, DAY)
    assert Counter(t.inspector_id for t in plan.tasks) == {"part-time": 10, "few": 7}
    assert plan.notes == ("按通数可安排 57 通，按复核时间只够 17 通",)


def test_nobody_there_plans_nothing_and_says_so() -> None:
    plan = plan_day(candidates(5), [Inspector(inspector_id="a", leave=(DAY,))], SETTINGS, DAY)
    assert plan.tasks == ()
    assert plan.frame == tuple(f"c{i:04d}" for i in range(5))
    assert plan.notes == ("2026-03-02 没有质检员在岗，未安排任务",)


def test_planning_again_keeps_started_tasks_and_replaces_the_rest() -> None:
    pool = candidates(300)
    first = plan_day(pool, None, SETTINGS, DAY)
    started = first.tasks[3:8]
    same = plan_day(pool, None, SETTINGS, DAY, frame=first.frame, started=started)
    assert {t.call_id for t in same.tasks} == {t.call_id for t in first.tasks}
    assert set(started) <= set(same.tasks)
    other = plan_day(pool, None, SETTINGS, DAY, 99, frame=first.frame, started=started)
    assert len(other.tasks) == 50
    kept = {replace(t, inclusion_probability=1.0, seed=99) for t in started}
    assert kept <= set(other.tasks)
    assert len({t.position for t in other.tasks}) == 50
    assert {t.call_id for t in other.tasks} != {t.call_id for t in first.tasks}


def test_planning_again_draws_from_the_frame_of_the_first_plan_only() -> None:
    first = plan_day(candidates(10), None, SETTINGS, DAY)
    again = plan_day(candidates(20), None, SETTINGS, DAY, frame=first.frame)
    assert again.frame == first.frame


def test_an_inspector_gone_on_leave_keeps_only_what_was_started() -> None:
    pool = candidates(100)
    people = [Inspector(inspector_id=i, capacity_calls=10) for i in ("a", "b")]
    first = plan_day(pool, people, SETTINGS, DAY)
    started = [t for t in first.tasks if t.inspector_id == "a"][:2]
    people[0] = replace(people[0], leave=(DAY,))
    again = plan_day(pool, people, SETTINGS, DAY, frame=first.frame, started=started)
    assert Counter(t.inspector_id for t in again.tasks) == {"a": 2, "b": 10}
