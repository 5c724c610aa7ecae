"""A rule that reviewers reject stops deducting, visibly, and comes back when it has earned it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from qa_pipeline.batch.previewing import preview_rubric
from qa_pipeline.batch.rejudging import rejudge_calls
from qa_pipeline.batch.trust import read_trust
from qa_pipeline.batch.verifying import verify_calls
from qa_pipeline.domain.detection import Abstention, Outcome
from qa_pipeline.domain.review import Decision, EvidenceDecision, Review
from qa_pipeline.domain.scorecard import CriterionOutcome, CriterionScore
from qa_pipeline.settings import Settings, TrustThresholds
from qa_pipeline.store import CallStore
from tests.batch.workplace import TODAY, Workplace, write_calls

RULE = "script:apology"


@pytest.fixture
def store(place: Workplace) -> Iterator[CallStore]:
    write_calls(place.recordings, "a")
    assert len(place.run().evaluated) == 1
    with place.store() as store:
        yield store


def decide(
    store: CallStore, decision: Decision, n: int, *, hour: int = 1, rule: str = RULE, who: str = "p"
) -> None:
    """`n` inspectors decide on the same evidence of call `a`."""
    (detection,) = (
        d for d in store.judged_call("a").evaluation.detections if d.detector_id == rule
    )
    given = EvidenceDecision(
        detector_id=rule, decision=decision, interval=detection.evidence[0].interval
    )
    store.append_reviews(
        Review(
            review_id=f"{who}-{hour}-{i}",
            call_id="a",
            inspector_id=f"{who}-{i}",
            reviewed_at=TODAY + timedelta(hours=hour),
            decisions=(given,),
        )
        for i in range(n)
    )


def score_of(store: CallStore, criterion_id: str = "apology") -> CriterionScore:
    scores = store.judged_call("a").evaluation.scorecard.scores
    return next(s for s in scores if s.criterion_id == criterion_id)


def rejudge(store: CallStore, settings: Settings) -> int:
    return rejudge_calls(store, settings, (None, None), None)["rejudged"]


@pytest.mark.slow
def test_twenty_rejections_make_a_hint_and_confirmations_bring_it_back(
    place: Workplace, store: CallStore
) -> None:
    before = store.judged_call("a").evaluation.scorecard
    assert score_of(store).outcome is CriterionOutcome.FAIL
    assert (score_of(store).hint, score_of(store).points_possible) == (False, 5)

    decide(store, Decision.REJECTED, 19)
    assert len(place.run().already_done) == 1
    decide(store, Decision.REJECTED, 20)  # the same nineteen, and one more
    assert len(place.run().evaluated) == 1
    hint = score_of(store)
    assert (hint.outcome, hint.hint, hint.points_possible) == (CriterionOutcome.FAIL, True, 0)
    assert hint.receipts
    assert not any(r.points for r in hint.receipts)
    after = store.judged_call("a").evaluation.scorecard
    assert after.judged_points == before.judged_points - 5
    assert (after.percent or 0) > (before.percent or 0)
    assert verify_calls(store, place.settings, None).differ == ()
    assert len(place.run().already_done) == 1
    assert rejudge(store, place.settings) == 0

    decide(store, Decision.CONFIRMED, 60, hour=2, who="q")  # 60 of 80: lower bound 0.65
    assert rejudge(store, place.settings) == 0
    decide(store, Decision.CONFIRMED, 80, hour=3, who="q")  # 80 of 100: lower bound 0.71
    assert rejudge(store, place.settings) == 1
    assert store.judged_call("a").evaluation.scorecard == before
    assert verify_calls(store, place.settings, None).differ == ()


def test_what_the_night_began_with_counts_all_night(place: Workplace, store: CallStore) -> None:
    with place.shift() as shift:
        rubric = shift.rubrics[0]
        decide(store, Decision.REJECTED, 20)
        assert shift.trust.hints(rubric) == frozenset()
    with place.shift() as shift:
        assert shift.trust.hints(rubric) == {"apology"}
        assert "最近 20 条判定中确认 0 条" in shift.trust.notes(rubric)["apology"]


def test_bar_and_number_of_decisions_are_settings(store: CallStore) -> None:
    decide(store, Decision.REJECTED, 2)
    decide(store, Decision.CONFIRMED, 2, who="q")

    def hints(**bar: float) -> frozenset[str]:
        trust = TrustThresholds(**bar)
        return read_trust(store, Settings(trust=trust)).hints(store.rubric(*_cited(store)))

    assert hints() == frozenset()
    assert hints(min_decisions=4) == {"apology"}
    assert hints(min_decisions=4, min_precision_low=0.1) == frozenset()


def test_a_place_where_the_machine_only_asked_costs_no_trust(store: CallStore) -> None:
    decide(store, Decision.REJECTED, 20)
    assert [r.detector_id for r in read_trust(store, Settings()).rules] == [RULE]
    judged = store.judged_call("a")
    detections = tuple(
        replace(
            d,
            outcome=Outcome.CANNOT_TELL,
            abstention=Abstention.DOUBTFUL,
            abstained_because="存疑",
        )
        if d.detector_id == RULE
        else d
        for d in judged.evaluation.detections
    )
    evaluation = replace(judged.evaluation, detections=detections)
    store.save_judged(
        replace(judged, evaluation=evaluation, judgement_key="later"), store.rubric(*_cited(store))
    )
    assert store.doubtful_places() >= {("a", RULE)}
    assert read_trust(store, Settings()).rules == ()


def test_a_preview_judges_hints_as_hints(place: Workplace, store: CallStore) -> None:
    decide(store, Decision.REJECTED, 20)
    rejudge(store, place.settings)
    draft = store.rubric(*_cited(store))
    (change,) = preview_rubric(store, place.settings, draft).changes
    assert change.before == change.after


def _cited(store: CallStore) -> tuple[str, int]:
    card = store.judged_call("a").evaluation.scorecard
    return card.rubric_id, card.rubric_version
