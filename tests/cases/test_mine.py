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
from qa_pipeline.domain.review import Decision, EvidenceDecision
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


SAID = {
    "a1": ("我要投诉你们", "这不是我们的问题"),
    "a2": ("快递到底什么时候能送到", "我说了多少遍了你不听"),
    "b": ("发票金额开错了", "当初是你自己填的抬头"),
    "c": ("空调漏水没人来修", "师傅去过了你不在家怪谁"),
    "d": ("套餐怎么又多扣钱", "合同上写得清清楚楚"),
}


def arguing_about(call_id: str, probability: float, **facts: Any) -> JudgedCall:
    """An argument over something of its own."""
    wanted, answer = SAID[call_id]
    lines = [
        (A, 0, 3000, "您好很高兴为您服务"),
        (C, 4000, 9000, wanted),
        (A, 9500, 14_000, answer),
    ]
    evidence = an_evidence(9500, 14_000, answer, "当面否认")
    found = a_detection("behaviour:arguing", Outcome.FOUND, probability, evidence)
    return a_judged_call(call_id, lines=lines, detections=(found,), **facts)


def test_three_are_kept_one_an_agent_in_any_order() -> None:
    calls = [
        arguing_about("a1", 0.95, agent_id="a"),
        arguing_about("a2", 0.99, agent_id="a"),
        arguing_about("b", 0.9, agent_id="b"),
        arguing_about("c", 0.8, agent_id="c"),
        arguing_about("d", 0.7, agent_id="d"),
    ]
    found = [c.call_id for c in mine(calls)]
    assert len(found) == 3
    assert len({call_id[0] for call_id in found}) == 3
    assert mine(reversed(calls)) == mine(calls)


def test_near_duplicates_are_taken_once_and_never_again() -> None:
    calls = [arguing("c1", 0.9, agent_id="a"), arguing("c2", 0.95, agent_id="b")]
    (kept,) = mine(calls)
    assert kept.call_id == "c2"
    assert mine(calls, known=[kept]) == ()


def test_what_a_reviewer_confirmed_comes_first_and_what_one_rejected_never() -> None:
    calls = [arguing_about(c, 0.9, agent_id=c) for c in ("a1", "b", "c", "d")]
    unsure = arguing_about("a2", 0.52, agent_id="e")

    def said(decision: Decision) -> tuple[EvidenceDecision, ...]:
        place = Interval(9500, 14_000)
        return (
            EvidenceDecision(detector_id="behaviour:arguing", decision=decision, interval=place),
        )

    assert "a2" not in {c.call_id for c in mine([*calls, unsure])}
    confirmed = {("a2", "behaviour:arguing"): said(Decision.CONFIRMED)}
    cases = mine([*calls, unsure], decided=confirmed)
    (first,) = [c for c in cases if c.call_id == "a2"]
    assert first.score == 1.0
    assert first.why.endswith("质检员已确认")
    rejected = {(c, "behaviour:arguing"): said(Decision.REJECTED) for c in ("a1", "b", "c")}
    assert [c.call_id for c in mine(calls, decided=rejected)] == ["d"]


def test_one_call_gives_two_cases_and_one_agent_three() -> None:
    subjects = ("arguing", "coldness", "stiffness", "interrogating")
    texts = ("这不是我们的问题", "不知道", "规定就是这样", "你为什么不早说")

    def bad(call_id: str) -> JudgedCall:
        found = tuple(
            a_detection(
                f"behaviour:{s}", Outcome.FOUND, 0.9, an_evidence(9500, 14_000, t + call_id)
            )
            for s, t in zip(subjects, texts, strict=True)
        )
        return a_judged_call(call_id, lines=LINES, detections=found, agent_id="a")

    assert len(mine([bad("x")])) == 2
    assert len(mine([bad("x"), bad("y"), bad("z")])) == 3


def test_the_same_night_twice_gives_the_same_ids() -> None:
    assert [c.case_id for c in mine([arguing("c1")])] == [c.case_id for c in mine([arguing("c1")])]
    assert {c.case_id for c in mine([arguing("c1")])}.isdisjoint(
        c.case_id for c in mine([arguing("c2")])
    )


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
    cases = mine([calm("so-so", 0.15), calm("best", 0.05), mixed], distress_words=("投诉",))
    assert [c.call_id for c in cases if c.kind is CaseKind.GOOD] == ["best"], "they say the same"


def test_unclear_sound_teaches_nothing() -> None:
    clear, mumbled = arguing_about("a1", 0.9), arguing_about("b", 0.99)
    transcript = mumbled.analyzed.transcript
    quieter = tuple(replace(u, confidence=0.4) for u in transcript.utterances)
    analyzed = replace(mumbled.analyzed, transcript=replace(transcript, utterances=quieter))
    cases = mine([replace(mumbled, analyzed=analyzed), clear])
    assert [c.call_id for c in cases] == ["a1"]


def test_long_evidence_ends_at_a_turn() -> None:
    clip = clip_around(Interval(10_000, 200_000), None, turns(0, 40_000, 65_000, 250_000), 300_000)
    assert clip == Interval(10_000, 65_000)


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
