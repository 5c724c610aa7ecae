"""The field's words for ids and times."""

import pytest

from qa_pipeline.detect import BEHAVIOUR_NAMES
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.text.labels import (
    BEHAVIOUR_TITLES,
    CRITERION_OUTCOME_TITLES,
    OUTCOME_TITLES,
    clock,
    detector_title,
    in_words,
)


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0, "0:00"), (999, "0:00"), (192_500, "3:12"), (3_599_999, "59:59"), (3_723_000, "1:02:03")],
)
def test_clock(ms: int, text: str) -> None:
    assert clock(ms) == text


def test_every_behaviour_and_outcome_has_a_title() -> None:
    assert set(BEHAVIOUR_TITLES) == set(BEHAVIOUR_NAMES)
    assert set(OUTCOME_TITLES) == set(Outcome)
    assert set(CRITERION_OUTCOME_TITLES) == set(CriterionOutcome)


def test_an_unknown_detector_keeps_its_name() -> None:
    assert detector_title("script:greeting") == "greeting"
    assert detector_title("builtin:interruption") == "坐席抢话"


def test_a_pattern_is_shown_in_words() -> None:
    assert in_words("{time}{0-2}内{0-10}给您{0-6}回") == "〔时间〕…内…给您…回"
    assert in_words("工号{digits:3-6}") == "工号〔数字〕"
