"""Good and bad examples of figures, and what reviewers add to the miner."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from qa_pipeline.cases.handled import handled_well, telling_place
from qa_pipeline.cases.mine import is_contradicted, mine
from qa_pipeline.domain.case import CaseKind
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.metrics import ConversationMetrics, Interruption, Silence
from qa_pipeline.domain.review import Decision, EvidenceDecision
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Rubric, Section
from qa_pipeline.domain.scorecard import CriterionOutcome
from tests.builders import A, C, Line, a_criterion_score, a_detection, a_judged_call, an_evidence
from tests.store.samples import a_case

LINES: Sequence[Line] = (
    (A, 0, 3000, "您好很高兴为您服务"),
    (C, 4000, 20_000, "我跟你说这个空调修了三次还是漏水你们到底管不管"),
    (A, 20_800, 24_000, "您别急我先帮您查一下请稍等"),
    (A, 38_000, 41_000, "查到了让您久等"),
    (C, 42_000, 44_000, "那怎么办"),
    (A, 44_500, 60_000, "我现在给您加急师傅明天上午九点到如果没修好我们换新机"),
    (C, 61_000, 63_000, "好的谢谢"),
)
ANNOUNCED = Silence(interval=Interval(24_000, 38_000), excused_ms=14_000, announced_by="u0003")
FIGURES = {
    "dead_air": ("dead_air_ms", "先告知客户，再等待 14 秒"),
    "interrupting": ("agent_interruptions", "听客户讲了 16 秒，讲完再答"),
    "monologue": ("longest_monologue_ms", "讲了 15 秒，把话交还客户"),
    "latency": ("response_latency_median_ms", "客户讲完 0.8 秒就应答"),
}


def a_metric_rubric() -> Rubric:
    criteria = tuple(
        Criterion(
            criterion_id=name,
            title=f"题{name}",
            points=2,
            kind=CriterionKind.METRIC,
            metric=metric,
            maximum=10_000,
        )
        for name, (metric, _) in (FIGURES | {"ring": ("ring_ms", "")}).items()
    )
    return Rubric(
        rubric_id="inbound_service",
        version=1,
        title="表",
        pass_percent=85,
        sections=(Section(section_id="s", title="节", criteria=criteria),),
        digest="0" * 64,
    )


def kept(*names: str, lines: Sequence[Line] = LINES, metrics: ConversationMetrics) -> JudgedCall:
    """A call whose figures of these criteria are all within their limits."""
    detections = [a_detection(f"metric:{name}", Outcome.NOT_FOUND, 0.0) for name in names]
    scores = [
        a_criterion_score(name, CriterionOutcome.PASS, 2, detection)
        for name, detection in zip(names, detections, strict=True)
    ]
    return a_judged_call(
        lines=lines, detections=detections, scores=scores, duration_ms=64_000, metrics=metrics
    )


CALM = ConversationMetrics(duration_ms=64_000, no_conversation=False, silences=(ANNOUNCED,))


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_kept_is_a_good_example_where_it_can_be_heard(name: str) -> None:
    (case,) = mine([kept(name, metrics=CALM)], {"0" * 64: a_metric_rubric()})
    assert (case.subject, case.kind) == (f"metric:{name}", CaseKind.GOOD)
    assert case.why == f"题{name}：{FIGURES[name][1]}"
    assert case.quote
    assert case.clip.contains(case.evidence)
    assert (case.rubric_version, case.clause_digest is None) == (1, False)


def test_of_how_long_it_rang_there_is_nothing_to_hear() -> None:
    assert mine([kept("ring", metrics=CALM)], {"0" * 64: a_metric_rubric()}) == ()


def test_a_silence_nobody_announced_or_a_cut_short_customer_is_no_good_example() -> None:
    rubric = {"0" * 64: a_metric_rubric()}
    silent = replace(CALM, silences=(replace(ANNOUNCED, excused_ms=0, announced_by=None),))
    assert mine([kept("dead_air", metrics=silent)], rubric) == ()
    cut_in = Interruption(
        by=A, interval=Interval(15_000, 16_000), utterance_id="u", interrupted_utterance_id="v"
    )
    rude = replace(CALM, interruptions=(cut_in,))
    assert mine([kept("interrupting", metrics=rude)], rubric) == ()
    short = [line for line in LINES if line[2] - line[1] < 8000]
    assert mine([kept("interrupting", "monologue", lines=short, metrics=CALM)], rubric) == ()


def test_a_figure_that_failed_or_that_no_rubric_explains_is_no_good_example() -> None:
    call = kept("monologue", metrics=CALM)
    assert mine([call]) == ()
    lost = a_criterion_score("monologue", CriterionOutcome.PARTIAL, 2)
    card = replace(call.evaluation.scorecard, scores=(lost,))
    partial = replace(call, evaluation=replace(call.evaluation, scorecard=card))
    assert mine([partial], {"0" * 64: a_metric_rubric()}) == ()


def test_a_figure_of_the_whole_call_is_shown_at_the_longest_turn() -> None:
    fast = a_detection(
        "metric:rate", Outcome.FOUND, 1.0, an_evidence(0, 90_000, "您好", "语速 350（上限 300）")
    )
    judged = a_judged_call(
        lines=LINES,
        detections=(fast,),
        scores=(a_criterion_score("rate", CriterionOutcome.FAIL, 5, fast),),
        duration_ms=90_000,
        metrics=replace(CALM, duration_ms=90_000),
    )
    (case,) = mine([judged])
    assert case.evidence == Interval(44_500, 60_000)
    assert case.quote.startswith("我现在给您加急")
    assert "语速 350" in case.why
    assert telling_place(CALM, ()) is None
    assert handled_well("ring_ms", CALM, ()) is None


def missed(interval: Interval | None) -> dict[tuple[str, str], tuple[EvidenceDecision, ...]]:
    said = EvidenceDecision(
        detector_id="behaviour:arguing", decision=Decision.MISSED, interval=interval
    )
    return {("call-1", "behaviour:arguing"): (said,)}


def test_what_a_reviewer_heard_and_the_machine_did_not_is_a_bad_case() -> None:
    absent = a_detection("behaviour:arguing", Outcome.NOT_FOUND, 0.05)
    judged = a_judged_call(lines=LINES, detections=(absent,))
    (case,) = mine([judged], decided=missed(Interval(45_000, 50_000)))
    assert (case.kind, case.score) == (CaseKind.BAD, 1.0)
    assert case.evidence == Interval(45_000, 50_000)
    assert case.quote.startswith("我现在给您加急")
    assert case.why == "争辩：质检员补记；质检员已确认"
    assert mine([judged], decided=missed(None)) == (), "nobody can listen to no place"


def test_a_case_is_contradicted_only_at_its_own_place() -> None:
    bad = a_case("c", "call-1")
    good = replace(bad, kind=CaseKind.GOOD)

    def said(decision: Decision, *span: int) -> tuple[EvidenceDecision, ...]:
        place = Interval(*span) if span else None
        return (EvidenceDecision(detector_id=bad.subject, decision=decision, interval=place),)

    assert is_contradicted(bad, said(Decision.REJECTED))
    assert is_contradicted(bad, said(Decision.REJECTED, 2500, 2600))
    assert not is_contradicted(bad, said(Decision.REJECTED, 8000, 9000))
    assert not is_contradicted(bad, said(Decision.CONFIRMED))
    assert is_contradicted(good, said(Decision.MISSED))
    assert not is_contradicted(good, said(Decision.REJECTED))
