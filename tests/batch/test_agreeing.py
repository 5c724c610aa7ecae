"""Agreement read from a real store: doubles, leniency and gold calls, and what does not count."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from qa_pipeline.batch.agreeing import read_agreement
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.estimate import Item
from qa_pipeline.domain.review import CriterionAnswer, Decision, EvidenceDecision, GoldCall, Review
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.store import CallStore, open_store
from tests.builders import a_criterion_score, a_detection, a_judged_call, an_evidence
from tests.store.samples import DAY, a_rubric, a_task

NOON = datetime(2026, 3, 2, 9, tzinfo=UTC)
ARGUING, GREETING = Item("", "behaviour:arguing"), Item("inbound_service", "greeting")
PASS, FAIL = CriterionOutcome.PASS, CriterionOutcome.FAIL


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CallStore]:
    with open_store(tmp_path) as opened:
        for i in range(6):
            opened.save_judged(
                a_judged_call(
                    f"call-{i}",
                    detections=(
                        a_detection("behaviour:arguing", Outcome.FOUND, 0.9, an_evidence(0, 9)),
                    ),
                    scores=(a_criterion_score("greeting", CriterionOutcome.NEEDS_HUMAN, 5),),
                ),
                a_rubric(),
            )
        opened.save_frame(DAY, [f"call-{i}" for i in range(6)])
        yield opened


def review(
    store: CallStore, call_id: str, who: str, arguing: Decision, greeting: CriterionOutcome
) -> None:
    store.append_reviews(
        [
            Review(
                review_id=f"{call_id}-{who}",
                call_id=call_id,
                inspector_id=who,
                reviewed_at=NOON,
                decisions=(EvidenceDecision(detector_id="behaviour:arguing", decision=arguing),),
                answers=(CriterionAnswer(criterion_id="greeting", outcome=greeting),),
            )
        ]
    )


def test_doubles_are_compared_and_second_looks_are_not(store: CallStore) -> None:
    store.save_plan(
        DAY,
        [a_task(f"call-{i}", who) for i in range(4) for who in ("i1", "i2")]
        + [a_task("call-4", "i1")],
    )
    for i in range(4):
        review(store, f"call-{i}", "i1", Decision.REJECTED, PASS)
        review(store, f"call-{i}", "i2", Decision.CONFIRMED if i else Decision.REJECTED, PASS)
    review(store, "call-4", "i1", Decision.REJECTED, PASS)
    review(store, "call-4", "i2", Decision.CONFIRMED, FAIL)  # i2 was not given it
    review(store, "call-0", "i3", Decision.CONFIRMED, FAIL)
    found = read_agreement(store)
    by_item = {x.item: x.found for x in found.items}
    assert (by_item[ARGUING].n, by_item[ARGUING].percent.value) == (4, 0.25)
    assert (by_item[GREETING].n, by_item[GREETING].percent.value) == (4, 1.0)
    lenient, strict = (x for x in found.leniency if x.week is None)
    assert (lenient.inspector_id, lenient.bias.value) == ("i1", pytest.approx(-3 / 8))
    assert (strict.inspector_id, strict.bias.value) == ("i2", pytest.approx(3 / 8))
    assert found.gold == ()


def test_gold_answers_are_held_against_what_was_agreed(store: CallStore) -> None:
    gold = [replace(a_task("call-5", who), inclusion_probability=None) for who in ("i1", "i2")]
    store.save_plan(DAY, gold)
    store.mark_gold(
        GoldCall(
            call_id="call-5", marked_by="chief", marked_at=NOON,
            answers=(CriterionAnswer(criterion_id="greeting", outcome=FAIL),),
        )
    )  # fmt: skip
    review(store, "call-5", "i1", Decision.CONFIRMED, FAIL)
    review(store, "call-5", "i2", Decision.CONFIRMED, PASS)
    found = read_agreement(store)
    assert [(g.inspector_id, g.right, g.n_items) for g in found.gold] == [
        ("i1", 1, 1),
        ("i2", 0, 1),
    ]
    assert found.items == ()


def test_every_line_is_said_and_has_its_object(store: CallStore) -> None:
    store.save_plan(DAY, [a_task("call-0", "i1"), a_task("call-0", "i2")])
    review(store, "call-0", "i1", Decision.REJECTED, PASS)
    review(store, "call-0", "i2", Decision.CONFIRMED, PASS)
    found = read_agreement(store)
    lines = list(found.as_lines())
    assert len(lines) == len(list(found.documents())) == 8
    assert any(x.startswith("agreement on 争辩: 0% [0%, 79%]") for x in lines)
    assert "i1: finds -50.0 points [-100.0, +100.0] against others, 1 calls (small sample)" in lines


def test_an_empty_store_has_nothing_to_compare(store: CallStore) -> None:
    assert list(read_agreement(store).as_lines()) == []
