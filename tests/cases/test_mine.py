"""Which calls teach, and where their clips are cut."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.cases.mine import mine
from qa_pipeline.cases.turns import MAX_CLIP_MS, MIN_CLIP_MS, clip_around
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.case import CaseKind
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.metrics import Turn
from qa_pipeline.domain.scorecard import CriterionOutcome
from tests.builders import A, C, Line, a_criterion_score, a_detection, a_judged_call, an_evidence

LINES = [
    (A, 0, 3000, "您好很高兴为您服务"),
    (C, 4000, 9000, "我要投诉你们"),
    (A, 9500, 14_000, "这不是我们的问题"),
    (C, 15_000, 18_000, "你什么态度"),
    (A, 18_500, 30_000, "您自己没看清楚"),
    (C, 31_000, 33_000, "算了"),
]


def arguing(call_id: str, probability: float = 0.9, **facts: Any) -> JudgedCall:
    found = a_detection(
        "behaviour:arguing",
        Outcome.FOUND,
        probability,
        an_evidence(9500, 14_000, "这不是我们的问题", "当面否认"),
    )
    return a_judged_call(call_id, lines=LINES, detections=(found,), **facts)


def calm(call_id: str, probability: float = 0.05, lines: Sequence[Line] = LINES) -> JudgedCall:
    absent = a_detection("behaviour:arguing", Outcome.NOT_FOUND, probability)
    return a_judged_call(call_id, lines=lines, detections=(absent,), agent_id=call_id)


def test_a_bad_case_has_situation_quote_and_reason() -> None:
    (case,) = mine([arguing("c1")])
    assert (case.subject, case.kind, case.call_id) == ("behaviour:arguing", CaseKind.BAD, "c1")
    assert case.situation == "我要投诉你们"
    assert case.quote == "这不是我们的问题"
    assert case.why == "争辩：当面否认（p=0.90）"
    assert case.evidence == Interval(9500, 14_000)
    assert case.clip.contains(Interval(4000, 14_000))


def test_the_surest_three_are_kept_one_an_agent() -> None:
    calls = [
        arguing("a1", 0.95, agent_id="a"),
        arguing("a2", 0.99, agent_id="a"),
        arguing("b", 0.9, agent_id="b"),
        arguing("c", 0.8, agent_id="c"),
        arguing("d", 0.7, agent_id="d"),
    ]
    assert [c.call_id for c in mine(calls)] == ["a2", "b", "c"]
    assert mine(reversed(calls)) == mine(calls)


def test_the_same_night_twice_gives_the_same_ids() -> None:
    assert [c.case_id for c in mine([arguing("c1")])] == [c.case_id for c in mine([arguing("c1")])]
    assert len({c.case_id for c in mine([arguing("c1"), arguing("c2", agent_id="x")])}) == 2


def test_a_script_missing_where_it_was_due_is_bad_and_said_is_good() -> None:
    missing = a_detection(
        "script:apology", Outcome.NOT_FOUND, 0.1, an_evidence(9500, 14_000, "", "没有致歉")
    )
    said = a_detection("script:greeting", Outcome.FOUND, 0.97, an_evidence(0, 3000, "您好很高兴"))
    judged = a_judged_call(
        "c1",
        lines=LINES,
        detections=(missing, said),
        scores=(
            a_criterion_score("apology", CriterionOutcome.FAIL, 5, missing),
            a_criterion_score("greeting", CriterionOutcome.PASS, 5, said),
        ),
    )
    bad, good = mine([judged])
    assert (bad.subject, bad.kind, bad.situation) == (
        "script:apology",
        CaseKind.BAD,
        "我要投诉你们",
    )
    assert bad.why == "未说apology：没有致歉（p=0.90，扣 5 分）"
    assert (good.subject, good.kind, good.situation) == (
        "script:greeting",
        CaseKind.GOOD,
        "（通话开始）",
    )


def test_a_script_that_was_not_due_is_no_case() -> None:
    missing = a_detection("script:apology", Outcome.NOT_FOUND, 0.1, an_evidence(0, 1000))
    not_met = a_criterion_score("apology", CriterionOutcome.CONDITION_NOT_MET, 5)
    assert mine([a_judged_call(lines=LINES, detections=(missing,), scores=(not_met,))]) == ()


def test_calm_is_good_only_where_the_customer_was_in_distress() -> None:
    quiet = calm(
        "quiet",
        lines=[(A, 0, 3000, "您好"), (C, 4000, 9000, "查一下余额"), (A, 9500, 12_000, "好的")],
    )
    (case,) = mine([calm("calm"), quiet], distress_words=("投诉",))
    assert (case.call_id, case.kind) == ("calm", CaseKind.GOOD)
    assert case.situation == "我要投诉你们"
    assert case.quote == "这不是我们的问题"
    assert mine([calm("calm")]) == ()


def test_the_calmest_comes_first_and_a_call_with_a_taboo_is_no_model() -> None:
    cold = a_detection("behaviour:coldness", Outcome.FOUND, 0.9, an_evidence(9500, 14_000))
    absent = a_detection("behaviour:arguing", Outcome.NOT_FOUND, 0.01)
    mixed = a_judged_call("mixed", lines=LINES, detections=(cold, absent), agent_id="m")
    cases = mine([calm("so-so", 0.3), calm("best", 0.1), mixed], distress_words=("投诉",))
    assert [c.call_id for c in cases if c.kind is CaseKind.GOOD] == ["best", "so-so"]


def test_unclear_sound_ranks_below_clear() -> None:
    clear = arguing("clear", 0.9, agent_id="a")
    mumbled = arguing("mumbled", 0.9, agent_id="b")
    transcript = mumbled.analyzed.transcript
    quieter = tuple(replace(u, confidence=0.4) for u in transcript.utterances)
    analyzed = replace(mumbled.analyzed, transcript=replace(transcript, utterances=quieter))
    cases = mine([replace(mumbled, analyzed=analyzed), clear])
    assert [c.call_id for c in cases] == ["clear", "mumbled"]


def turns(*borders: int) -> tuple[Turn, ...]:
    pairs = pairwise(borders)
    return tuple(
        Turn(
            role=Role.AGENT if i % 2 == 0 else Role.CUSTOMER,
            interval=Interval(a, b),
            utterance_ids=(),
        )
        for i, (a, b) in enumerate(pairs)
    )


def test_clips_begin_with_the_situation_and_end_with_a_turn() -> None:
    clip = clip_around(
        Interval(31_000, 33_000),
        Interval(20_000, 30_000),
        turns(0, 20_000, 30_000, 36_000, 50_000),
        60_000,
    )
    assert clip == Interval(19_700, 36_300)


def test_evidence_longer_than_a_clip_is_cut() -> None:
    clip = clip_around(Interval(10_000, 200_000), None, turns(0, 250_000), 300_000)
    assert clip == Interval(10_000, 70_000)


times = st.integers(0, 300_000)


@given(times, times, st.lists(times, min_size=2, max_size=12), st.integers(1_000, 300_000))
def test_every_clip_lies_in_the_call_and_is_15_to_60_s(
    a: int, b: int, borders: list[int], duration_ms: int
) -> None:
    evidence = Interval(min(a, b), max(a, b))
    clip = clip_around(evidence, None, turns(*sorted(borders)), duration_ms)
    assert 0 <= clip.start_ms <= clip.end_ms <= duration_ms
    assert clip.duration_ms <= MAX_CLIP_MS
    assert clip.duration_ms >= min(MIN_CLIP_MS, duration_ms)
