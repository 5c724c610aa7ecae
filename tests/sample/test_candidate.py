"""What a judged call is worth hearing for, and how long it will take."""

from typing import Any

from qa_pipeline.domain.audio_quality import AudioQuality, QualityVerdict
from qa_pipeline.domain.detection import Abstention, Detection, Outcome
from qa_pipeline.domain.metrics import ConversationMetrics
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.sample.candidate import Exclusion, candidate_of
from qa_pipeline.settings import QueueSettings
from tests.builders import a_criterion_score, a_detection, a_judged_call, an_evidence

SETTINGS = QueueSettings()
ARGUING = a_detection("behaviour:arguing", Outcome.FOUND, 0.86, an_evidence(192_000, 195_000))
CALM = a_detection("behaviour:arguing", Outcome.NOT_FOUND, 0.05)
UNSURE = a_detection("behaviour:arguing", Outcome.CANNOT_TELL, 0.5)
DEAF = a_detection(
    "behaviour:arguing", Outcome.CANNOT_TELL, 0.5, abstention=Abstention.UNMEASURABLE
)
NO_GREETING = a_detection("script:greeting", Outcome.NOT_FOUND, 0.09, an_evidence(0, 20_000))


def risk(*detections: Detection, **parts: Any) -> float:
    return candidate_of(a_judged_call(detections=detections, **parts), SETTINGS).risk


def test_risk_orders_clean_unmeasured_doubtful_found() -> None:
    assert 0 == risk(CALM) < risk(DEAF) < risk(UNSURE) < risk(ARGUING) <= 1


def test_points_lost_weigh_by_their_probability() -> None:
    def losing(probability: float, points: float) -> float:
        gone = a_detection("script:x", Outcome.NOT_FOUND, 1 - probability, an_evidence(0, 1))
        rest = a_criterion_score("rest", CriterionOutcome.PASS, 100 - points)
        return risk(
            gone, scores=(a_criterion_score("x", CriterionOutcome.FAIL, points, gone), rest)
        )

    assert losing(0.9, 5) < losing(0.9, 15)
    assert losing(0.6, 15) < losing(0.9, 15)


def test_an_auto_fail_outweighs_a_behaviour() -> None:
    assert risk(auto_failed_by=("insult",)) > risk(ARGUING)


def test_a_manual_criterion_is_no_risk() -> None:
    assert risk(scores=(a_criterion_score("tone", CriterionOutcome.NEEDS_HUMAN, 5),)) == 0


def test_the_reason_quotes_probability_and_place() -> None:
    judged = a_judged_call(
        detections=(ARGUING, NO_GREETING),
        scores=(a_criterion_score("greeting", CriterionOutcome.FAIL, 5, NO_GREETING),),
        duration_ms=300_000,
    )
    found = candidate_of(judged, SETTINGS).findings
    assert found == "争辩 p=0.86（3:12）；未说：greeting p=0.91"


def test_a_call_without_a_score_says_so() -> None:
    assert candidate_of(a_judged_call(percent=None), SETTINGS).findings == "机器未能评分"


def test_more_evidence_takes_longer_and_a_long_call_is_skimmed() -> None:
    def minutes(*detections: Detection, duration_ms: int = 240_000) -> float:
        judged = a_judged_call(detections=detections, duration_ms=duration_ms)
        return candidate_of(judged, SETTINGS).expected_review_ms / 60_000

    assert minutes() < minutes(ARGUING) < minutes(ARGUING, NO_GREETING)
    assert minutes(ARGUING, NO_GREETING, duration_ms=3_600_000) < 5
    said = a_detection("script:closing", Outcome.FOUND, 0.9, an_evidence(230_000, 232_000))
    assert minutes(said) == minutes()


def test_evidence_past_the_end_of_the_call_is_clipped() -> None:
    late = a_detection("behaviour:coldness", Outcome.FOUND, 0.9, an_evidence(90_000, 95_000))
    judged = a_judged_call(detections=(late,), duration_ms=60_000)
    assert candidate_of(judged, SETTINGS).expected_review_ms < 90_000


def test_what_can_never_be_drawn_says_why() -> None:
    unfit = AudioQuality(channels=(), verdict=QualityVerdict.UNFIT)
    silent = ConversationMetrics(duration_ms=60_000, no_conversation=True)
    reasons = [
        candidate_of(judged, SETTINGS).unfit
        for judged in (
            a_judged_call(duration_ms=19_999),
            a_judged_call(duration_ms=20_000),
            a_judged_call(quality=unfit),
            a_judged_call(metrics=silent),
        )
    ]
    assert reasons == [
        Exclusion.TOO_SHORT,
        None,
        Exclusion.UNFIT_AUDIO,
        Exclusion.NO_CONVERSATION,
    ]
