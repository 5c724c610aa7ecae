"""Mending one criterion, as the scorer itself would have scored it."""

from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.passing_change import passing_change
from qa_pipeline.domain.rubric import AutoFail, Criterion, Rubric
from qa_pipeline.domain.scorecard import Scorecard
from qa_pipeline.score import score
from tests.test_score import a_rubric, a_script, detected

SCRIPTS = st.lists(
    st.tuples(
        st.integers(1, 20),
        st.sampled_from([None, AutoFail.SECTION, AutoFail.CALL]),
        st.booleans(),
        st.integers(0, 1),
    ),
    min_size=1,
    max_size=6,
)


def scored(rubric: Rubric, said: set[str]) -> Scorecard:
    detections = tuple(
        detected(c, Outcome.FOUND if c.criterion_id in said else Outcome.NOT_FOUND)
        for c in rubric.criteria
    )
    return score("c", rubric, detections, {}, "e")


def rubric_of(facts: list[tuple[int, AutoFail | None, bool, int]]) -> Rubric:
    sections: tuple[list[Criterion], list[Criterion]] = ([], [])
    for i, (points, auto_fail, _, section) in enumerate(facts):
        sections[section].append(a_script(f"c{i}", points, auto_fail=auto_fail))
    return a_rubric(*(tuple(s) for s in sections if s))


@given(SCRIPTS)
def test_it_is_what_scoring_the_mended_call_gives(
    facts: list[tuple[int, AutoFail | None, bool, int]],
) -> None:
    rubric = rubric_of(facts)
    said = {f"c{i}" for i, fact in enumerate(facts) if fact[2]}
    card = scored(rubric, said)
    mended = {
        c.criterion_id: scored(rubric, said | {c.criterion_id})
        for c in rubric.criteria
        if c.criterion_id not in said
    }
    enough = {name: m.percent for name, m in mended.items() if m.passed}
    change = passing_change(card, rubric)
    if card.passed or not enough:
        assert change is None
    else:
        assert change is not None
        assert enough[change.criterion_id] == change.percent
        points = {c.criterion_id: c.points for c in rubric.criteria}
        assert points[change.criterion_id] == max(points[name] for name in enough)


def test_only_what_is_enough_alone_is_named() -> None:
    rubric = a_rubric((a_script("greeting", 5), a_script("closing", 20), a_script("thanks", 75)))
    change = passing_change(scored(rubric, {"thanks"}), rubric)
    assert change is not None
    assert (change.criterion_id, change.percent) == ("closing", 95.0)
