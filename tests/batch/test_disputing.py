"""Disputes over a real store: who may still dispute what, and what a ruling changes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from qa_pipeline.batch.disputing import (
    Answer,
    Complaint,
    Refusal,
    disputable_lines,
    open_dispute,
    rule_on,
)
from qa_pipeline.batch.standing import standing_words
from qa_pipeline.batch.trust import read_trust
from qa_pipeline.domain.dispute import Dispute, Ruling, Verdict, regression_examples
from qa_pipeline.domain.review import CriterionAnswer, Decision, EvidenceDecision, Review
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.domain.standing import Source
from qa_pipeline.settings import DisputeSettings, Settings
from qa_pipeline.store import CallStore, open_store
from tests.review_web.desk import RUBRIC, an_arguing_call

PASS, PARTIAL, FAIL, NA = (
    CriterionOutcome.PASS,
    CriterionOutcome.PARTIAL,
    CriterionOutcome.FAIL,
    CriterionOutcome.HUMAN_NA,
)
WEEK = DisputeSettings()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CallStore]:
    with open_store(tmp_path) as opened:
        opened.save_judged(an_arguing_call("call-1", agent_id="A7"), RUBRIC)
        yield opened


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=1)


def dispute(
    store: CallStore, criterion_id: str = "no_arguing", now: datetime | None = None, **said: object
) -> Dispute | Refusal:
    complaint = {"proposed": PASS, "reason": "客户先骂人"} | said
    return open_dispute(
        store,
        store.judged_call("call-1"),
        Complaint(criterion_id=criterion_id, **complaint),  # type: ignore[arg-type]  # by name
        opened_by="agent",
        settings=WEEK,
        now=now or soon(),
    )


def rule(store: CallStore, verdict: Verdict, n_known: int = 0, **said: object) -> Ruling | Refusal:
    answer = {"reason": "听了录音"} | said
    return rule_on(
        store,
        store.disputes()[-1],
        Answer(verdict=verdict, **answer),  # type: ignore[arg-type]  # by name
        n_known=n_known,
        decided_by="boss",
        inspector_id=None,
        now=soon() + timedelta(hours=n_known),
    )


def review(
    store: CallStore, *, after: timedelta, decision: Decision, answer: CriterionOutcome
) -> None:
    store.append_reviews(
        [
            Review(
                review_id=f"r-{after}",
                call_id="call-1",
                inspector_id="q1",
                reviewed_at=datetime.now(UTC) + after,
                decisions=(EvidenceDecision(detector_id="behaviour:arguing", decision=decision),),
                answers=(CriterionAnswer(criterion_id="no_arguing", outcome=answer),),
            )
        ]
    )


def test_only_what_cost_points_can_be_disputed(store: CallStore) -> None:
    lines = disputable_lines(store, store.judged_call("call-1"), WEEK, soon())
    assert set(lines) == {"closing", "no_arguing"}
    assert dispute(store, "greeting") is Refusal.NOT_LOST
    assert dispute(store, "nothing") is Refusal.NOT_LOST
    assert dispute(store, proposed=FAIL) is Refusal.NOT_PROPOSABLE
    assert dispute(store, proposed=CriterionOutcome.SYSTEM_NA) is Refusal.NOT_PROPOSABLE
    assert dispute(store, reason=" \n") is Refusal.NO_REASON
    assert store.disputes() == ()
    assert store.audit_log() == ()


def test_the_window_closes_and_a_review_opens_it_again(store: CallStore) -> None:
    late = datetime.now(UTC) + timedelta(days=7, minutes=5)
    assert dispute(store, now=late) is Refusal.TOO_LATE
    review(store, after=timedelta(days=1), decision=Decision.CONFIRMED, answer=FAIL)
    assert isinstance(dispute(store, now=late), Dispute)
    assert dispute(store, "closing", now=late) is Refusal.TOO_LATE, "nobody spoke of it"


def test_the_machines_word_is_no_younger_for_being_said_again(store: CallStore) -> None:
    before = standing_words(store, store.judged_call("call-1"))["no_arguing"]
    again = an_arguing_call("call-1", agent_id="A7", queue="b")
    store.save_judged(replace(again, judgement_key="another"), RUBRIC)
    now = standing_words(store, store.judged_call("call-1"))["no_arguing"]
    assert (now, now.source) == (before, Source.MACHINE)


def test_one_dispute_a_line_and_a_double_click_keeps_one(store: CallStore) -> None:
    first = dispute(store)
    assert isinstance(first, Dispute)
    assert (first.agent_id, first.stood, first.detector_id) == ("A7", FAIL, "behaviour:arguing")
    assert first.quote == "是您自己填错了"
    assert dispute(store) is Refusal.ALREADY_OPEN
    assert isinstance(dispute(store, "closing", quote="好的再见"), Dispute)
    assert [e.action for e in store.audit_log()] == ["dispute", "dispute"]


def test_a_ruling_counts_from_then_on_and_ends_the_matter(store: CallStore) -> None:
    dispute(store)
    assert rule(store, Verdict.OTHER) is Refusal.NOT_PROPOSABLE
    assert rule(store, Verdict.OTHER, other=FAIL) is Refusal.NOT_PROPOSABLE, "that is KEEP"
    assert rule(store, Verdict.ACCEPT, reason="") is Refusal.NO_REASON
    assert isinstance(rule(store, Verdict.KEEP), Ruling)
    word = standing_words(store, store.judged_call("call-1"))["no_arguing"]
    assert (word.outcome, word.source) == (FAIL, Source.RULING)
    assert dispute(store) is Refusal.ALREADY_RULED
    assert rule(store, Verdict.ACCEPT) is Refusal.DECIDED_MEANWHILE
    assert isinstance(rule(store, Verdict.OTHER, n_known=1, other=PARTIAL), Ruling)
    word = standing_words(store, store.judged_call("call-1"))["no_arguing"]
    assert word.outcome is PARTIAL
    assert [e.action for e in store.audit_log()] == ["dispute"] + ["rule on dispute"] * 2


def test_an_overturned_decision_counts_once_against_its_rule(store: CallStore) -> None:
    settings = Settings()
    review(store, after=timedelta(0), decision=Decision.CONFIRMED, answer=FAIL)
    dispute(store)

    def arguing() -> tuple[int, int]:
        (found,) = (
            r for r in read_trust(store, settings).rules if r.detector_id == "behaviour:arguing"
        )
        return found.confirmed, found.rejected

    assert arguing() == (1, 0), "an open dispute says nothing"
    rule(store, Verdict.ACCEPT, example="是您自己填错了")
    assert arguing() == (0, 1), "the ruling is the last word on that place"
    rule(store, Verdict.KEEP, n_known=1)
    assert arguing() == (1, 0), "and can be taken back"


def test_personal_data_does_not_get_into_examples(store: CallStore) -> None:
    dispute(store, "closing", quote="电话13812345678再见")
    rule(store, Verdict.ACCEPT, example="打13812345678再见")
    (example,) = regression_examples(store.disputes())
    assert "13812345678" not in example.text + store.disputes()[0].quote
    assert example.text.endswith("再见")
