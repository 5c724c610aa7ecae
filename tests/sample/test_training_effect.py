from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from qa_pipeline.domain.training import ClauseEffect, Difference, Side, Verdict
from qa_pipeline.sample.clause_data import ClauseData
from qa_pipeline.sample.estimates import weigh_answers
from qa_pipeline.sample.training_effect import (
    Compared,
    clause_effect,
    windows_around,
    with_verdicts,
)
from tests.sample.trained_centre import CLAUSE, HELD_ON, WINDOWS, Centre


def runs_of(centre: Centre, seeds: Iterable[int]) -> list[tuple[Difference, float, ClauseEffect]]:
    found = [centre.week_of(seed) for seed in seeds]
    return [(e.effect, truth, e) for e, truth in found if e.effect]


def covered(runs: list[tuple[Difference, float, ClauseEffect]]) -> float:
    return float(np.mean([d.low <= truth <= d.high for d, truth, _ in runs]))


def claimed(runs: list[tuple[Difference, float, ClauseEffect]]) -> float:
    return float(np.mean([e.verdict is not Verdict.NOT_SHOWN for _, _, e in runs]))


def heard_everything(rates: dict[Side, float], agents: int = 8) -> ClauseEffect:
    """Every call of a fixed pattern reviewed: two days, `agents` on each side, 100 calls each."""
    names, days, answers = [], [], []
    for side, rate in rates.items():
        for i in range(agents):
            trained = side in (Side.TRAINED_BEFORE, Side.TRAINED_AFTER)
            late = side in (Side.TRAINED_AFTER, Side.OTHERS_AFTER)
            names += [f"{'t' if trained else 'o'}{i}"] * 100
            days += [date(2026, 3, 9) if late else date(2026, 2, 20)] * 100
            answers += [1.0] * round(100 * rate) + [0.0] * (100 - round(100 * rate))
    n = len(names)
    sure = np.ones(n, dtype=bool)
    late_days = np.array([d > HELD_ON for d in days], dtype=np.int64)
    data = ClauseData(
        call_ids=tuple(map(str, range(n))),
        agents=tuple(names),
        weights=weigh_answers(late_days, np.full(n, 1.0), sure, sure),
        predicted=np.zeros(n),
        answers=np.array(answers),
    )
    compared = Compared(
        trained=frozenset(a for a in names if a[0] == "t"),
        others=frozenset(a for a in names if a[0] == "o"),
    )
    return clause_effect(CLAUSE, data, days, WINDOWS, compared)


def test_the_effect_is_what_the_trained_changed_beyond_the_others() -> None:
    found = heard_everything(
        {
            Side.TRAINED_BEFORE: 0.30,
            Side.TRAINED_AFTER: 0.10,
            Side.OTHERS_BEFORE: 0.20,
            Side.OTHERS_AFTER: 0.15,
        }
    )
    assert found.effect is not None
    assert found.effect.value == pytest.approx(-0.15)
    assert found.level is not None
    assert found.level.value == pytest.approx(0.10)
    assert found.rate(Side.TRAINED_AFTER).share == pytest.approx(0.10)
    assert found.rate(Side.OTHERS_BEFORE).n_reviewed == 800
    # Nothing is left to chance: every call was heard and every agent moved alike.
    assert found.effect.low == pytest.approx(found.effect.high)
    assert found.verdict is Verdict.FELL


def test_what_everybody_shares_is_no_effect() -> None:
    rates = {side: 0.2 if "before" in side else 0.1 for side in Side}
    found = heard_everything(rates)
    assert found.effect is not None
    assert found.effect.value == pytest.approx(0.0)
    assert found.verdict is Verdict.NOT_SHOWN


def test_too_few_agents_or_answers_say_nothing() -> None:
    found = heard_everything(dict.fromkeys(Side, 0.2), agents=4)
    assert (found.effect, found.verdict) == (None, Verdict.TOO_LITTLE)
    assert found.refused_because is not None
    assert "数据不足" in found.refused_because
    assert "只有 4 名坐席、400 通" in found.refused_because
    few, _ = Centre(reviewed=0.01).week_of(1)
    assert few.effect is None


def test_the_windows_leave_the_training_day_out() -> None:
    windows = windows_around(date(2026, 3, 2))
    assert (windows.before_first, windows.before_last) == (date(2026, 2, 2), date(2026, 3, 1))
    assert (windows.after_first, windows.after_last) == (date(2026, 3, 3), date(2026, 3, 30))


def test_of_many_clauses_a_barely_clear_one_is_not_claimed() -> None:
    barely = Difference(value=-0.10, low=-0.195, high=-0.005, p_value=0.04)
    nothing = Difference(value=0.0, low=-0.1, high=0.1, p_value=1.0)
    one = replace(heard_everything(dict.fromkeys(Side, 0.2)), effect=barely, verdict=Verdict.FELL)
    others = [replace(one, effect=nothing, verdict=Verdict.NOT_SHOWN)] * 4
    assert with_verdicts([one])[0].verdict is Verdict.FELL
    assert with_verdicts([one, *others])[0].verdict is Verdict.NOT_SHOWN
    refused = replace(one, effect=None, verdict=Verdict.TOO_LITTLE)
    assert with_verdicts([refused, one])[1].verdict is Verdict.FELL


def test_a_planted_effect_is_covered_and_found() -> None:
    runs = runs_of(Centre(effect=-0.6, reviewed=0.3), range(40))
    assert covered(runs) >= 0.93
    assert claimed(runs) >= 0.5
    assert all(d.value < 0 for d, _, e in runs if e.verdict is Verdict.FELL)


def test_no_effect_is_hardly_ever_claimed() -> None:
    runs = runs_of(Centre(drift=0.05), range(60, 120))
    assert covered(runs) >= 0.93
    assert claimed(runs) <= 0.07


def test_the_trend_before_is_near_nothing_where_groups_move_alike() -> None:
    trends = [Centre(drift=0.1).week_of(seed)[0].trend for seed in range(30)]
    clear = [t.is_clear for t in trends if t]
    assert len(clear) == 30
    assert np.mean(clear) <= 0.1


@pytest.mark.slow
@pytest.mark.parametrize(
    "centre",
    [
        Centre(),
        Centre(effect=-0.5),
        Centre(agents=40, trained=8, effect=-0.5, effect_sd=0.3),
        Centre(agents=40, trained=15, base=0.02, blind=0.2),
        Centre(agents=40, trained=15, base=0.02, effect=-0.6),
        Centre(agents=40, trained=15, base=0.2, drift=0.1, effect=-0.4, effect_sd=0.3),
        Centre(agents=12, trained=5, calls_a_day=12),
        Centre(agents=60, trained=20, spread=3.0, effect=-0.5),
    ],
    ids=lambda centre: f"{centre.agents}-{centre.base}-{centre.effect}-{centre.effect_sd}",
)
def test_the_interval_covers_in_many_centres(centre: Centre) -> None:
    runs = runs_of(centre, range(1000, 1200))
    assert covered(runs) >= 0.93
    if centre.effect == 0:
        assert claimed(runs) <= 0.07
