"""A small centre in a real store: two weeks of reviewed calls around a training."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from qa_pipeline.domain.review import CriterionAnswer, Decision, EvidenceDecision, Review
from qa_pipeline.domain.sampling import CallSummary, ReviewLoad
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.domain.training import Training
from qa_pipeline.store import CallStore
from tests.store.samples import NOON, a_task, save_calls

HELD_ON = date(2026, 3, 9)
TRAINED = tuple(f"t{i}" for i in range(5))
OTHERS = tuple(f"o{i}" for i in range(5))


def a_training(**facts: object) -> Training:
    training = Training(
        training_id=0,
        held_on=HELD_ON,
        title="不与客户争辩",
        agents=TRAINED,
        clauses=("behaviour:arguing",),
        trainer="李老师",
        note="角色扮演",
        recorded_by="cli:me",
        recorded_at=NOON,
    )
    return replace(training, **facts)  # type: ignore[arg-type]  # any field


def fill_centre(store: CallStore, *, weeks: int = 1, loud: tuple[str, ...] = ()) -> None:
    """Every agent has a call a day, all of them drawn (probability 0.9) and reviewed.

    Before the training the trained argue on every day but each third and the others on each
    third; after it nobody of the trained argues and the others go on. With `loud` only these
    argue, always.
    """
    for offset in range(-7 * weeks, 7 * weeks + 1):
        day = HELD_ON + timedelta(days=offset)
        names = {f"{agent}-{day:%m%d}": agent for agent in (*TRAINED, *OTHERS)}
        for call_id, agent in names.items():
            started = datetime.combine(day, time(4), UTC)
            save_calls(store, call_id, agent_id=agent, started_at=started)
        store.save_summaries(_summary(call_id) for call_id in names)
        planned = day + timedelta(days=1)
        store.save_frame(planned, names)
        tasks = [
            replace(a_task(c, day=planned, position=i), inclusion_probability=0.9)
            for i, c in enumerate(names, start=1)
        ]
        store.save_plan(planned, tasks, dict.fromkeys(names, 0.9))
        store.append_reviews(
            _review(call_id, planned, argues=agent in loud if loud else _argues(agent, offset))
            for call_id, agent in names.items()
        )


def _argues(agent: str, offset: int) -> bool:
    each_third = (offset + int(agent[1])) % 3 == 0
    if agent in TRAINED:
        return offset < 0 and not each_third
    return each_third


def _summary(call_id: str) -> CallSummary:
    return CallSummary(
        call_id=call_id,
        version="1",
        risk=0.5,
        findings="",
        unfit=None,
        abstained=False,
        load=ReviewLoad(heard_ms=0, rest_ms=0, n_spans=0),
        predicted={"behaviour:arguing": 0.5},
    )


def _review(call_id: str, day: date, *, argues: bool) -> Review:
    decision = Decision.CONFIRMED if argues else Decision.REJECTED
    return Review(
        review_id=f"r-{call_id}",
        call_id=call_id,
        inspector_id="me",
        reviewed_at=datetime.combine(day, time(6), UTC),
        decisions=(EvidenceDecision(detector_id="behaviour:arguing", decision=decision),),
        answers=(CriterionAnswer(criterion_id="greeting", outcome=CriterionOutcome.PASS),),
    )
