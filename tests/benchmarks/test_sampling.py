"""The sampling benchmark draws what the night draws, from centres as it says."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import logit

from benchmarks.sampling import (
    AGENT_OF,
    CALL_IDS,
    DETECTORS,
    Detector,
    Line,
    drawn_by_comb,
    make_centre,
    orders_of_draws,
)
from qa_pipeline.sample.draw import draw_calls
from qa_pipeline.sample.probabilities import inclusion_units


def test_the_comb_draws_what_the_queue_draws() -> None:
    risks = [0.9 if i % 17 == 0 else 0.01 for i in range(len(CALL_IDS))]
    units = inclusion_units(risks, 400, 0.35)
    (order,) = orders_of_draws(1)
    drawn = drawn_by_comb(np.array(units), order, 0)
    assert tuple(np.array(CALL_IDS)[drawn]) == draw_calls(
        dict(zip(CALL_IDS, units, strict=True)), 0, AGENT_OF
    )
    assert drawn.sum() == 400


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.name)
def test_a_centre_is_as_its_line_says(detector: Detector) -> None:
    centre = make_centre(detector, 0.05)
    violated = centre.violated > 0
    assert violated.mean() == pytest.approx(0.05, abs=0.006)
    best = max(
        2 * (violated & found).sum() / (violated.sum() + found.sum())
        for cut in np.quantile(centre.predicted, np.linspace(0.85, 0.999, 60))
        for found in [centre.predicted >= cut]
    )
    seen = 1.0 - detector.blind
    assert best == pytest.approx(detector.f1 * (1 + seen) / 2, abs=0.05)
    if detector.slope == 1.0 and not detector.blind:
        assert centre.predicted.mean() == pytest.approx(violated.mean(), abs=0.006)
    elif not detector.blind:
        assert abs(logit(centre.predicted)).mean() > abs(logit(0.05))


def test_only_what_is_missed_is_named() -> None:
    line = Line(
        detector=DETECTORS[1], prevalence=0.05, times=6.0, cover=0.95, width=0.5,
        hajek_cover=0.95, hajek_width=0.6, team_cover=0.95, least=0.3,
    )  # fmt: skip
    assert list(line.missed()) == []
    assert len(list(replace(line, times=4.9, cover=0.92, width=0.71).missed())) == 3
    poor = replace(line, detector=DETECTORS[0], times=1.0, width=0.9)
    assert list(poor.missed()) == []
    assert len(list(replace(poor, cover=0.92).missed())) == 1
