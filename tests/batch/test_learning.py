"""`calibrate` learns from stored decisions, and what it adopts is what judges from then on."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from qa_pipeline.batch.learning import decisions_by_call, learn_from_reviews
from qa_pipeline.detect import arguing
from qa_pipeline.detect.fitted import learned_file, model_version
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.review import Decision, EvidenceDecision, Review
from qa_pipeline.store import CallStore, open_store
from tests.batch.workplace import Workplace
from tests.builders import a_judged_call
from tests.detect.dialogues import read_dialogues, spoken, timed
from tests.store.samples import a_rubric

RULE = "behaviour:arguing"
C, R, M, U = Decision.CONFIRMED, Decision.REJECTED, Decision.MISSED, Decision.UNSURE
WRITTEN = {d.name: d.lines for d in read_dialogues()}
QUARREL, BANTER = WRITTEN["arguing_refund_denied"], WRITTEN["arguing_tit_for_tat"]


def a_review(
    call_id: str, decision: Decision, inspector_id: str = "i1", *, hour: int = 9, rule: str = RULE
) -> Review:
    return Review(
        review_id=f"{call_id}-{inspector_id}-{hour}-{rule}-{decision}",
        call_id=call_id,
        inspector_id=inspector_id,
        reviewed_at=datetime(2026, 3, 1, hour, tzinfo=UTC),
        decisions=(EvidenceDecision(detector_id=rule, decision=decision, interval=Interval(0, 9)),),
    )


def test_each_inspector_has_one_voice_a_call() -> None:
    reviews = [
        a_review("one", C, "i1"),
        a_review("one", R, "i2"),
        a_review("two", R, "i1"),
        a_review("two", C, "i1", hour=10),
        a_review("three", M),
        a_review("four", U),
        a_review("four", R, rule="behaviour:coldness"),
    ]
    assert decisions_by_call(reviews) == {
        RULE: {"one": 0.5, "two": 1.0, "three": 1.0},
        "behaviour:coldness": {"four": 0.0},
    }


@pytest.fixture
def store(place: Workplace) -> Iterator[CallStore]:
    with open_store(place.workspace) as opened:
        yield opened


def save(store: CallStore, call_id: str, lines: tuple[str, ...]) -> None:
    measured = spoken(*lines).call.metrics
    store.save_judged(
        a_judged_call(call_id, lines=list(timed(lines)), metrics=measured), a_rubric()
    )


def test_decisions_against_the_machine_change_it_and_are_kept_as_a_version(
    store: CallStore, place: Workplace
) -> None:
    """A centre in which the milder of two quarrels counts as none."""
    before = model_version()
    quarrel, banter = spoken(*QUARREL), spoken(*BANTER)
    assert arguing.detect(banter).outcome is Outcome.FOUND
    for i in range(60):
        is_banter = i % 2 == 0
        save(store, f"call-{i}", BANTER if is_banter else QUARREL)
        store.append_reviews([a_review(f"call-{i}", R if is_banter else C)])
    (refit,) = learn_from_reviews(store)
    assert refit.learned.model is not None
    assert refit.version == model_version() != before
    assert learned_file() == place.root / "rubrics" / "behaviours" / "0001.json"
    assert "adopted as" in refit.as_line()
    assert arguing.detect(quarrel).outcome is Outcome.FOUND
    after = arguing.detect(banter)
    assert after.outcome is Outcome.NOT_FOUND
    assert refit.version in after.version


def test_a_few_decisions_teach_nothing(store: CallStore, place: Workplace) -> None:
    save(store, "call-1", QUARREL)
    store.append_reviews([a_review("call-1", R)])
    (refit,) = learn_from_reviews(store)
    assert (refit.learned.taught + refit.learned.held_back, refit.learned.model) == (1, None)
    assert "too few decisions" in refit.as_line()
    assert not Path(place.root / "rubrics" / "behaviours").exists()


def test_nothing_decided_is_nothing_learned(store: CallStore) -> None:
    assert learn_from_reviews(store) == ()
