"""Rates of some days: items, groups, tiers and what is not spoken of."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pytest

from qa_pipeline.domain.estimate import (
    ANY_VIOLATION,
    Estimate,
    EstimateLine,
    Item,
    Level,
)
from qa_pipeline.domain.sampling import FrameCall
from qa_pipeline.sample.survey import estimate_all, predictions, with_tiers

DAY = date(2026, 3, 2)
ARGUING, GREETING = Item("", "behaviour:arguing"), Item("inbound", "greeting")


def a_frame_call(
    call_id: str,
    *,
    day: date = DAY,
    team: str | None = "t1",
    rubric_id: str = "inbound",
    probability: float | None = 0.5,
    predicted: Mapping[str, float] | None = None,
) -> FrameCall:
    return FrameCall(
        call_id=call_id,
        day=day,
        agent_id="a1",
        team=team,
        queue=None,
        rubric_id=rubric_id,
        inclusion_probability=probability,
        design_id="d",
        predicted=predicted or {},
    )


def a_line(name: str, low: float | None, high: float | None) -> EstimateLine:
    share = None if low is None or high is None else (low + high) / 2
    estimate = Estimate(
        share=share, low=low, high=high, n_calls=9, n_reviewed=9, n_found=1.0, tuning=0.0
    )
    return EstimateLine(level=Level.AGENT, name=name, item=ARGUING, title="争辩", estimate=estimate)


def test_each_item_is_a_share_of_its_own_rubrics_calls() -> None:
    calls = [
        a_frame_call(f"{rubric}-{i}", rubric_id=rubric)
        for rubric in ("inbound", "outbound")
        for i in range(10)
    ]
    drawn = [c.call_id for c in calls if c.call_id.endswith(("0", "1", "2", "3", "4"))]
    answers = {
        c: {ARGUING: 0.0, Item(c.partition("-")[0], "greeting"): float(c == "inbound-0")}
        for c in drawn
    }
    titles = {ARGUING: "争辩", GREETING: "问候", Item("outbound", "greeting"): "问候"}
    found = estimate_all(calls, drawn, answers, titles)
    assert [(x.item, x.estimate.n_calls, x.estimate.share) for x in found.lines] == [
        (ARGUING, 20, 0),
        (GREETING, 10, pytest.approx(0.2)),
        (Item("outbound", "greeting"), 10, 0),
    ]
    assert (found.planned, found.reviewed, found.gaps) == (10, 10, 0)


def test_a_review_without_a_word_on_an_item_does_not_answer_it() -> None:
    calls = [a_frame_call(f"c{i}") for i in range(8)]
    drawn = ["c0", "c1", "c2", "c3"]
    answers = {"c0": {ARGUING: 1.0}, "c1": {ARGUING: 0.0}, "c2": {GREETING: 0.0}}
    (line,) = estimate_all(calls, drawn, answers, {ARGUING: "争辩"}).lines
    assert (line.estimate.n_reviewed, line.estimate.share) == (2, pytest.approx(0.5))


def test_days_are_left_out_and_named_where_nothing_is_known() -> None:
    later, older = date(2026, 3, 3), date(2026, 3, 1)
    calls = [
        a_frame_call("a"),
        a_frame_call("b", day=later),
        a_frame_call("c", day=older, probability=None),
    ]
    found = estimate_all(calls, ["a", "b", "c"], {"a": {ARGUING: 1.0}}, {ARGUING: "争辩"})
    assert (found.silent_days, found.unknown_days) == ((later,), (older,))
    assert found.lines[0].estimate.n_calls == 1
    assert estimate_all(calls[2:], [], {}, {ARGUING: "争辩"}).unknown_days == (older,)
    assert estimate_all([], [], {}, {ARGUING: "争辩"}).lines == ()


def test_groups_are_estimated_for_the_sums_and_those_without_name_are_not() -> None:
    calls = [a_frame_call(f"c{i}", team=("t1", "t2", None)[i % 3]) for i in range(30)]
    answers = {c.call_id: {ANY_VIOLATION: float(c.team == "t2")} for c in calls[:15]}
    found = estimate_all(calls, list(answers), answers, {ANY_VIOLATION: "任一"})
    shares = {(x.level, x.name): x.estimate.share for x in found.lines}
    assert shares == {
        (Level.CENTRE, ""): pytest.approx(1 / 3),
        (Level.TEAM, "t1"): 0,
        (Level.TEAM, "t2"): 1,
        (Level.AGENT, "a1"): pytest.approx(1 / 3),
    }


def test_what_was_not_predicted_is_taken_for_the_mean() -> None:
    calls = [
        a_frame_call("a", predicted={"script:greeting": 0.2, "behaviour:arguing": 0.5}),
        a_frame_call("b", predicted={"script:greeting": 0.6}),
        a_frame_call("c"),
        a_frame_call("d", rubric_id="outbound", predicted={"script:greeting": 1.0}),
    ]
    mine = np.array([c.rubric_id == "inbound" for c in calls])
    assert predictions(GREETING, calls, mine)[:3].tolist() == pytest.approx([0.2, 0.6, 0.4])
    everybody = np.ones(4, dtype=bool)
    assert predictions(ANY_VIOLATION, calls, everybody)[0] == pytest.approx(0.6)


def test_groups_whose_intervals_touch_share_a_tier_whatever_their_shares() -> None:
    lines = [
        a_line("d", 0.50, 0.70),
        a_line("b", 0.10, 0.20),
        a_line("c", 0.18, 0.30),
        a_line("a", 0.25, 0.40),
        a_line("e", None, None),
    ]
    assert [(x.name, x.tier) for x in with_tiers(lines)] == [
        ("a", 1), ("b", 1), ("c", 1), ("d", 2), ("e", None),
    ]  # fmt: skip
