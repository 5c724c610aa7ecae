from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.domain.call import Direction, Role
from qa_pipeline.domain.detection import Abstention, Detection, Evidence, Outcome, cannot_tell
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.metrics import ConversationMetrics
from qa_pipeline.domain.rubric import (
    AutoFail,
    Band,
    Condition,
    Criterion,
    CriterionKind,
    Rubric,
    Section,
    WhenProvoked,
    Window,
)
from qa_pipeline.domain.scorecard import COUNTED, CriterionOutcome, Scorecard
from qa_pipeline.score import conditions, metadata_value, score
from tests.builders import a_call


def a_script(name: str = "greeting", points: float = 5, **facts: Any) -> Criterion:
    return Criterion(
        criterion_id=name, title=name, points=points, kind=CriterionKind.SCRIPT, **facts
    )


def a_behaviour(points: float = 10, **facts: Any) -> Criterion:
    return Criterion(
        criterion_id="no_arguing",
        title="争辩",
        points=points,
        kind=CriterionKind.BEHAVIOUR,
        behaviour="arguing",
        **facts,
    )


def a_rubric(*sections: tuple[Criterion, ...], pass_percent: float = 85) -> Rubric:
    return Rubric(
        rubric_id="r",
        version=3,
        title="r",
        pass_percent=pass_percent,
        digest="d",
        sections=tuple(
            Section(section_id=f"s{i}", title=f"s{i}", criteria=criteria)
            for i, criteria in enumerate(sections)
        ),
    )


def evidence(weight: float = 1.0, reason: str = "heard") -> Evidence:
    return Evidence(
        interval=Interval(0, 900), role=Role.AGENT, quote="您好", reason=reason, weight=weight
    )


def detected(criterion: Criterion, outcome: Outcome = Outcome.FOUND, **facts: Any) -> Detection:
    facts.setdefault("evidence", (evidence(),) if outcome is Outcome.FOUND else ())
    if outcome is Outcome.CANNOT_TELL:
        facts.setdefault("abstention", Abstention.UNMEASURABLE)
    detector_id = criterion.detector_id
    assert detector_id is not None
    return Detection(
        detector_id=detector_id, version="7", outcome=outcome, probability=0.9, **facts
    )


def card(
    rubric: Rubric,
    *detections: Detection,
    when: Mapping[str, bool | None] | None = None,
    hints: frozenset[str] = frozenset(),
) -> Scorecard:
    return score("call-1", rubric, detections, when or {}, "engine", hints=hints)


def outcome_of(criterion: Criterion, detection: Detection) -> CriterionOutcome:
    return card(a_rubric((criterion,)), detection).scores[0].outcome


@pytest.mark.parametrize(
    ("kind", "found", "not_found"),
    [
        (CriterionKind.SCRIPT, CriterionOutcome.PASS, CriterionOutcome.FAIL),
        (CriterionKind.FORBIDDEN, CriterionOutcome.FAIL, CriterionOutcome.PASS),
        (CriterionKind.BEHAVIOUR, CriterionOutcome.FAIL, CriterionOutcome.PASS),
        (CriterionKind.METRIC, CriterionOutcome.FAIL, CriterionOutcome.PASS),
    ],
)
def test_what_found_means_depends_on_the_kind(
    kind: CriterionKind, found: CriterionOutcome, not_found: CriterionOutcome
) -> None:
    criterion = replace(a_script(), kind=kind, behaviour="arguing")
    assert outcome_of(criterion, detected(criterion)) is found
    assert outcome_of(criterion, detected(criterion, Outcome.NOT_FOUND)) is not_found


@pytest.mark.parametrize(
    ("when_provoked", "outcome", "points"),
    [
        (WhenProvoked.FULL, CriterionOutcome.FAIL, 0.0),
        (WhenProvoked.HALF, CriterionOutcome.PARTIAL, 5.0),
        (WhenProvoked.EXCUSED, CriterionOutcome.PASS, 10.0),
    ],
)
def test_a_provoked_behaviour_counts_as_the_rubric_says(
    when_provoked: WhenProvoked, outcome: CriterionOutcome, points: float
) -> None:
    criterion = a_behaviour(when_provoked=when_provoked)
    provoked = card(a_rubric((criterion,)), detected(criterion, provoked_by=(evidence(),)))
    assert provoked.scores[0].outcome is outcome
    assert provoked.scores[0].points_awarded == points
    alone = card(a_rubric((criterion,)), detected(criterion))
    assert alone.scores[0].outcome is CriterionOutcome.FAIL


def test_abstentions_are_told_apart_and_left_out() -> None:
    first, second, third, manual = (
        a_script("a"),
        a_script("b"),
        a_script("c", 7),
        replace(a_script("d", 3), kind=CriterionKind.MANUAL),
    )
    result = card(
        a_rubric((first, second, third, manual)),
        detected(first),
        cannot_tell("script:b", "1", "one channel", abstention=Abstention.UNMEASURABLE),
        cannot_tell("script:c", "1", "p=0.5", abstention=Abstention.DOUBTFUL),
    )
    assert [s.outcome for s in result.scores] == [
        CriterionOutcome.PASS,
        CriterionOutcome.SYSTEM_NA,
        CriterionOutcome.NEEDS_HUMAN,
        CriterionOutcome.NEEDS_HUMAN,
    ]
    assert result.scores[1].abstained_because == "one channel"
    assert (result.percent, result.judged_points, result.not_judged_points) == (100.0, 5.0, 15.0)
    assert all(not s.receipts for s in result.scores[1:])


def test_a_detector_that_did_not_answer_is_a_system_na() -> None:
    result = card(a_rubric((a_script(),)))
    assert result.scores[0].outcome is CriterionOutcome.SYSTEM_NA
    assert "script:greeting" in str(result.scores[0].abstained_because)
    assert (result.percent, result.passed, result.raw_percent) == (None, None, None)


def test_a_condition_that_does_not_hold_takes_the_points_out() -> None:
    first, second = a_script("a"), a_script("b")
    both = (detected(first), detected(second, Outcome.NOT_FOUND))
    off = card(a_rubric((first, second)), *both, when={"b": False})
    assert off.scores[1].outcome is CriterionOutcome.CONDITION_NOT_MET
    assert (off.percent, off.not_judged_points) == (100.0, 0.0)
    unknown = card(a_rubric((first, second)), *both, when={"b": None})
    assert unknown.scores[1].outcome is CriterionOutcome.SYSTEM_NA
    whole_section = card(a_rubric((first, second)), *both, when={"s0": False, "a": True})
    assert {s.outcome for s in whole_section.scores} == {CriterionOutcome.CONDITION_NOT_MET}
    assert whole_section.section_percents[0].percent is None


def test_receipts_cite_version_engine_and_evidence() -> None:
    criterion = a_behaviour(points=10)
    pieces = (evidence(weight=3.0, reason="denied"), evidence(weight=1.0, reason="blamed"))
    result = card(a_rubric((criterion,)), detected(criterion, evidence=pieces))
    stake, *lost = result.scores[0].receipts
    assert (stake.points, stake.evidence) == (10, None)
    assert [(r.points, r.reason) for r in lost] == [
        (-7.5, "出现：denied"),
        (-2.5, "出现：blamed"),
    ]
    assert {(r.detector_version, r.engine_digest, r.probability) for r in lost} == {
        ("7", "engine", 0.9)
    }


def test_a_failed_script_shows_the_near_miss() -> None:
    criterion = a_script()
    missed = detected(criterion, Outcome.NOT_FOUND, note="heard 请您消等")
    result = card(a_rubric((criterion,)), missed)
    assert result.scores[0].receipts[-1].reason == "未说到：heard 请您消等"
    assert result.scores[0].receipts[-1].points == -5


def test_evidence_without_weight_shares_equally() -> None:
    criterion = a_behaviour(points=9)
    pieces = (evidence(weight=0.0), evidence(weight=0.0), evidence(weight=0.0))
    result = card(a_rubric((criterion,)), detected(criterion, evidence=pieces))
    assert [r.points for r in result.scores[0].receipts[1:]] == [-3.0, -3.0, -3.0]


@pytest.mark.parametrize(
    ("value", "outcome", "points", "because"),
    [
        (50, CriterionOutcome.PASS, 4.0, "不超过 60"),
        (60, CriterionOutcome.PASS, 4.0, "不超过 60"),
        (61, CriterionOutcome.PARTIAL, 2.0, "不超过 90"),
        (95, CriterionOutcome.FAIL, 0.0, "超出各档"),
    ],
)
def test_bands_are_read_from_the_measured_value(
    value: float, outcome: CriterionOutcome, points: float, because: str
) -> None:
    bands = (Band(max=60, share=1.0), Band(max=90, share=0.5))
    criterion = replace(
        a_script("monologue", 4), kind=CriterionKind.METRIC, metric="m", bands=bands
    )
    result = card(a_rubric((criterion,)), detected(criterion, value=value)).scores[0]
    assert (result.outcome, result.points_awarded) == (outcome, points)
    assert result.receipts[-1].reason == f"{because}：heard"
    open_ended = replace(criterion, bands=(*bands, Band(max=None, share=0.25)))
    last = card(a_rubric((open_ended,)), detected(open_ended, value=95.0)).scores[0]
    assert (last.outcome, last.points_awarded) == (CriterionOutcome.PARTIAL, 1.0)


def test_a_bonus_adds_points_up_to_full_marks() -> None:
    main, missed, bonus = a_script("a", 8), a_script("b", 2), a_script("c", 1, bonus=True)
    rubric = a_rubric((main, missed, bonus))
    fails = (detected(main), detected(missed, Outcome.NOT_FOUND))
    assert card(rubric, *fails, detected(bonus)).percent == 90.0
    assert card(rubric, *fails, detected(bonus, Outcome.NOT_FOUND)).percent == 80.0
    perfect = card(rubric, detected(main), detected(missed), detected(bonus))
    assert (perfect.percent, perfect.raw_percent, perfect.judged_points) == (100.0, 100.0, 10.0)


def test_auto_fail_of_the_call_sets_zero_and_keeps_raw() -> None:
    insult = replace(a_script("insult", 20), kind=CriterionKind.FORBIDDEN, auto_fail=AutoFail.CALL)
    greeting = a_script("greeting", 30)
    rubric = a_rubric((greeting, insult), pass_percent=0)
    struck = card(rubric, detected(greeting), detected(insult))
    assert (struck.percent, struck.raw_percent, struck.passed) == (0.0, 60.0, False)
    assert struck.auto_failed_by == ("insult",)
    clean = card(rubric, detected(greeting), detected(insult, Outcome.NOT_FOUND))
    assert (clean.percent, clean.auto_failed_by) == (100.0, ())
    doubtful = card(rubric, detected(greeting), detected(insult, Outcome.CANNOT_TELL))
    assert (doubtful.percent, doubtful.auto_failed_by) == (100.0, ())


def test_auto_fail_of_a_section_loses_that_section_only() -> None:
    check = a_script("identity", 10, auto_fail=AutoFail.SECTION)
    other, greeting = a_script("name", 10), a_script("greeting", 20, critical=True)
    rubric = a_rubric((check, other), (greeting,), pass_percent=50)
    result = card(rubric, detected(check, Outcome.NOT_FOUND), detected(other), detected(greeting))
    assert [s.percent for s in result.section_percents] == [0.0, 100.0]
    assert (result.percent, result.raw_percent, result.passed) == (50.0, 75.0, True)
    assert (result.critical_percent, result.auto_failed_by) == (100.0, ("identity",))


def test_a_hint_counts_nowhere() -> None:
    insult = replace(a_script("insult", 20), kind=CriterionKind.FORBIDDEN, auto_fail=AutoFail.CALL)
    greeting = a_script("greeting", 5)
    rubric = a_rubric((greeting, insult))
    result = card(rubric, detected(greeting), detected(insult), hints=frozenset({"insult"}))
    assert (result.percent, result.auto_failed_by, result.judged_points) == (100.0, (), 5.0)
    hint = result.scores[1]
    assert (hint.outcome, hint.hint, hint.points_awarded, hint.points_possible) == (
        CriterionOutcome.FAIL,
        True,
        0.0,
        0.0,
    )
    assert [r.points for r in hint.receipts] == [0.0]


def test_the_critical_score_stands_beside_the_overall_score() -> None:
    critical, plain = a_script("a", 5, critical=True), a_script("b", 15)
    result = card(
        a_rubric((critical, plain)), detected(critical, Outcome.NOT_FOUND), detected(plain)
    )
    assert (result.percent, result.critical_percent) == (75.0, 0.0)
    assert result.passed is False
    assert (result.rubric_version, result.rubric_digest, result.call_id) == (3, "d", "call-1")


def conditional(condition: Condition) -> Rubric:
    rubric = a_rubric((a_script("a"), a_script("b", applies_when=condition)))
    section = replace(rubric.sections[0], applies_when=Condition(trigger="complains"))
    return replace(rubric, sections=(section,))


def test_conditions_join_triggers_and_metadata() -> None:
    rubric = conditional(Condition(trigger="asks", metadata={"queue": "vip"}))
    vip, other, unknown = a_call(queue="vip"), a_call(queue="normal"), a_call()
    both = frozenset({"complains", "asks"})
    assert conditions(rubric, vip, both) == {"s0": True, "a": True, "b": True}
    assert conditions(rubric, other, both)["b"] is False
    assert conditions(rubric, unknown, both)["b"] is None
    assert conditions(rubric, vip, frozenset({"complains"}))["b"] is False
    assert conditions(rubric, vip, frozenset({"asks"})) == {"s0": False, "a": False, "b": False}


def test_a_trigger_that_could_not_be_looked_for_is_unknown() -> None:
    rubric = conditional(Condition(trigger="asks"))
    unjudged = frozenset({"asks", "complains"})
    found = conditions(rubric, a_call(), frozenset({"complains"}), unjudged)
    assert found == {"s0": True, "a": True, "b": None}


def test_a_trigger_may_excuse_a_criterion() -> None:
    rubric = conditional(Condition(unless_trigger="asks"))
    call, complains = a_call(), frozenset({"complains"})
    assert conditions(rubric, call, complains)["b"] is True
    assert conditions(rubric, call, complains | {"asks"})["b"] is False
    assert conditions(rubric, call, complains, frozenset({"asks"}))["b"] is None


@pytest.mark.parametrize(
    ("silence_ms", "answer"), [(9_999, False), (10_000, True), (30_001, False), (None, None)]
)
def test_a_figure_may_be_the_condition(silence_ms: int | None, answer: bool | None) -> None:
    rubric = conditional(Condition(metric="non_talk_ms", minimum=10_000, maximum=30_000))
    metrics = ConversationMetrics(duration_ms=1, no_conversation=False, non_talk_ms=silence_ms)
    complains = frozenset({"complains"})
    assert conditions(rubric, a_call(), complains, metrics=metrics)["b"] is answer
    assert conditions(rubric, a_call(), complains)["b"] is None


def test_one_id_may_name_a_section_and_a_criterion() -> None:
    closing = a_script("s0", applies_when=Condition(trigger="asks"))
    rubric = a_rubric((closing, a_script("b")))
    found = conditions(rubric, a_call(), frozenset())
    assert found == {"s0": False, "b": True}
    result = card(rubric, detected(closing), detected(rubric.criteria[1]), when=found)
    assert [s.outcome for s in result.scores] == [
        CriterionOutcome.CONDITION_NOT_MET,
        CriterionOutcome.PASS,
    ]


def test_metadata_comes_from_the_call_or_its_extra_columns() -> None:
    call = a_call(direction=Direction.OUTBOUND, queue="", extra={"产品": "酸奶"})
    assert metadata_value(call, "direction") == "outbound"
    assert metadata_value(call, "产品") == "酸奶"
    assert metadata_value(call, "queue") is None
    assert metadata_value(call, "team") is None


OUTCOMES = st.sampled_from([Outcome.FOUND, Outcome.NOT_FOUND, Outcome.CANNOT_TELL])


@st.composite
def judged_rubrics(draw: st.DrawFn) -> tuple[Rubric, tuple[Detection, ...]]:
    sections: list[tuple[Criterion, ...]] = []
    detections: list[Detection] = []
    for i in range(draw(st.integers(1, 3))):
        criteria = []
        for j in range(draw(st.integers(1, 4))):
            kind = draw(st.sampled_from([CriterionKind.SCRIPT, CriterionKind.FORBIDDEN]))
            bonus = draw(st.booleans())
            criterion = Criterion(
                criterion_id=f"c{i}_{j}",
                title="",
                points=draw(st.integers(1, 400)) / 10,
                kind=kind,
                bonus=bonus,
                critical=not bonus and draw(st.booleans()),
                auto_fail=None if bonus else draw(st.sampled_from([None, None, *AutoFail])),
            )
            weights = draw(st.lists(st.floats(0, 5), min_size=1, max_size=3))
            criteria.append(criterion)
            pieces = tuple(evidence(weight=w) for w in weights)
            detections.append(detected(criterion, draw(OUTCOMES), evidence=pieces))
        sections.append(tuple(criteria))
    return a_rubric(*sections), tuple(detections)


@given(judged_rubrics())
def test_the_score_is_the_sum_of_its_receipts(
    judged: tuple[Rubric, tuple[Detection, ...]],
) -> None:
    result = card(judged[0], *judged[1])
    for item in result.scores:
        assert item.points_awarded == round(sum(r.points for r in item.receipts), 6)
        assert bool(item.receipts) == (item.outcome in COUNTED)
    counted = [s for s in result.scores if s.outcome in COUNTED]
    possible = sum(s.points_possible for s in counted)
    if possible:
        awarded = sum(s.points_awarded for s in counted)
        assert result.raw_percent == pytest.approx(min(100, 100 * awarded / possible), abs=0.006)


@given(judged_rubrics())
def test_every_percent_lies_between_0_and_100(
    judged: tuple[Rubric, tuple[Detection, ...]],
) -> None:
    result = card(judged[0], *judged[1])
    percents = [result.percent, result.raw_percent, result.critical_percent]
    percents += [s.percent for s in result.section_percents]
    assert all(p is None or 0 <= p <= 100 for p in percents)
    if result.percent is not None and result.raw_percent is not None:
        assert result.percent <= result.raw_percent


@given(judged_rubrics())
def test_what_cannot_be_told_never_changes_the_rest(
    judged: tuple[Rubric, tuple[Detection, ...]],
) -> None:
    rubric, detections = judged
    told = {d.detector_id for d in detections if d.outcome is not Outcome.CANNOT_TELL}
    smaller = replace(
        rubric,
        sections=tuple(
            replace(s, criteria=tuple(c for c in s.criteria if c.detector_id in told))
            for s in rubric.sections
        ),
    )
    whole, rest = card(rubric, *detections), card(smaller, *detections)
    assert (whole.percent, whole.raw_percent, whole.judged_points) == (
        rest.percent,
        rest.raw_percent,
        rest.judged_points,
    )


@given(judged_rubrics(), st.integers(0, 11))
def test_another_fail_never_raises_the_percent(
    judged: tuple[Rubric, tuple[Detection, ...]], pick: int
) -> None:
    rubric, detections = judged
    chosen = rubric.criteria[pick % len(rubric.criteria)]
    failing = Outcome.NOT_FOUND if chosen.kind is CriterionKind.SCRIPT else Outcome.FOUND
    failed = tuple(
        detected(chosen, failing, evidence=(evidence(),))
        if d.detector_id == chosen.detector_id
        else d
        for d in detections
    )
    before, after = card(rubric, *detections), card(rubric, *failed)
    for old, new in (
        (before.percent, after.percent),
        (before.raw_percent, after.raw_percent),
        (before.critical_percent, after.critical_percent),
    ):
        assert old is None or (new is not None and new <= old)


@given(judged_rubrics())
def test_the_same_inputs_give_the_same_card(
    judged: tuple[Rubric, tuple[Detection, ...]],
) -> None:
    rubric, detections = judged
    assert card(rubric, *detections) == card(rubric, *reversed(detections))


@pytest.mark.parametrize("where", [Window(after="asks"), Window(before="asks")])
def test_a_script_beside_a_trigger_does_not_apply_where_it_never_fired(where: Window) -> None:
    rubric = a_rubric((a_script("b", where=where),))
    asks = frozenset({"asks"})
    assert conditions(rubric, a_call(), asks)["b"] is True
    assert conditions(rubric, a_call(), frozenset())["b"] is False
    assert conditions(rubric, a_call(), frozenset(), asks)["b"] is None
    (criterion,) = rubric.criteria
    abstained = detected(criterion, Outcome.CANNOT_TELL, abstained_because="触发条件未出现")
    item = card(rubric, abstained, when=conditions(rubric, a_call(), frozenset())).scores[0]
    assert item.outcome is CriterionOutcome.CONDITION_NOT_MET


def test_what_is_forbidden_after_a_trigger_is_kept_where_it_never_fired() -> None:
    forbidden = replace(a_script("b", where=Window(after="asks")), kind=CriterionKind.FORBIDDEN)
    assert conditions(a_rubric((forbidden,)), a_call(), frozenset())["b"] is True
