from dataclasses import replace
from pathlib import Path

import pytest

from qa_pipeline.domain.call import Direction
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.errors import RubricError
from qa_pipeline.rubric_files import DEFAULT_RUBRIC, route
from tests.builders import a_call
from tests.rubric_files.writing import GREETING, HEAD, load


@pytest.fixture
def rubrics(tmp_path: Path) -> tuple[Rubric, ...]:
    plain = load(tmp_path, HEAD + GREETING)
    return tuple(
        replace(plain, rubric_id=name, applies_to=applies_to)
        for name, applies_to in (
            ("vip", {"direction": "inbound", "queue": "vip"}),
            (DEFAULT_RUBRIC, {"direction": "inbound"}),
            ("milk", {"产品": "酸奶"}),
        )
    )


def test_the_most_specific_rubric_wins(rubrics: tuple[Rubric, ...]) -> None:
    vip = a_call(direction=Direction.INBOUND, queue="vip", extra={"产品": "酸奶"})
    assert route(rubrics, vip) == (rubrics[0], False)
    assert route(rubrics, a_call(direction=Direction.INBOUND, queue="x")) == (rubrics[1], False)


def test_equally_specific_rubrics_are_taken_by_id(rubrics: tuple[Rubric, ...]) -> None:
    call = a_call(direction=Direction.INBOUND, extra={"产品": "酸奶"})
    assert route(rubrics, call)[0] is rubrics[1]
    assert route(rubrics[::-1], call)[0] is rubrics[1]


def test_what_matches_none_gets_the_default_with_a_note(rubrics: tuple[Rubric, ...]) -> None:
    assert route(rubrics, a_call()) == (rubrics[1], True)
    assert route(rubrics, a_call(direction=Direction.OUTBOUND)) == (rubrics[1], True)


def test_an_empty_applies_to_matches_every_call(rubrics: tuple[Rubric, ...]) -> None:
    everything = replace(rubrics[0], rubric_id="all", applies_to={})
    assert route((*rubrics, everything), a_call()) == (everything, False)


def test_an_only_rubric_stands_in_for_the_default(rubrics: tuple[Rubric, ...]) -> None:
    assert route(rubrics[:1], a_call()) == (rubrics[0], True)
    with pytest.raises(RubricError, match=r"call call-1: no rubric applies.*--rubric FILE"):
        route((rubrics[0], rubrics[2]), a_call())
