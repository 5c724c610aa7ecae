"""Keeping what searching reads in step with calls and judgements."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from qa_pipeline.domain.call_search import (
    SEARCHED_METRICS,
    behaviour_subject,
    criterion_subject,
)
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.metrics import ConversationMetrics
from qa_pipeline.domain.scorecard import CriterionOutcome, Evaluation
from qa_pipeline.store.spoken import remove_spoken, write_spoken
from qa_pipeline.store.tables import call_findings, call_search, calls, judgements
from qa_pipeline.text.sound_keys import SOUND_KEYS_VERSION

INDEX_VERSION = f"1:{SOUND_KEYS_VERSION}"
"""Rows of another version are made anew by `qa-pipeline db upgrade`."""

_SECOND_BITS = 18
_SECONDS = (0, (1 << 32) - 2)
"""1970 to 2106: with the bits of `spoken.PIECE_BITS` a 64-bit number is full."""
_FACTS = ("agent_id", "agent_name", "team", "queue")
_BEHAVIOUR = "behaviour:"


def index_judged(connection: Connection, judged: JudgedCall) -> None:
    """Let searches find the call by its current judgement, which `judged` is."""
    facts = connection.execute(
        select(*(calls.c[name] for name in _FACTS), calls.c.effective_at)
        .add_columns(judgements.c.judgement_id, judgements.c.analysis_id)
        .join(judgements, (judgements.c.call_id == calls.c.call_id) & judgements.c.is_current)
        .where(calls.c.call_id == judged.call_id)
    ).one()
    card, metrics = judged.evaluation.scorecard, judged.analyzed.metrics
    row = dict(facts._mapping) | _figures(metrics)
    row |= {"call_id": judged.call_id, "version": INDEX_VERSION}
    row |= {"percent": card.percent, "passed": card.passed}
    moment_id, says_the_same = _placed(connection, judged.call_id, facts)
    _replace(connection, moment_id, row)
    _write_findings(connection, moment_id, judged.evaluation)
    if not says_the_same:
        remove_spoken(connection, moment_id)
        write_spoken(connection, moment_id, judged.analyzed.transcript)


def index_facts(connection: Connection, call_id: str) -> bool:
    """Take over changed facts of a call; False where it has to be indexed anew."""
    known = _known(connection, call_id)
    facts = connection.execute(
        select(*(calls.c[name] for name in _FACTS), calls.c.effective_at).where(
            calls.c.call_id == call_id
        )
    ).one()
    if known is None or known.effective_at != facts.effective_at:
        return False
    connection.execute(
        update(call_search)
        .where(call_search.c.moment_id == known.moment_id)
        .values(**dict(facts._mapping))
    )
    return True


def unindex(connection: Connection, moment_id: int) -> None:
    """Let no search find the call any more."""
    remove_spoken(connection, moment_id)
    for table in (call_findings, call_search):
        connection.execute(delete(table).where(table.c.moment_id == moment_id))


def first_moment(at: datetime) -> int:
    """The least moment_id of a call at this time or later."""
    first, last = _SECONDS
    return min(max(int(at.timestamp()), first), last) << _SECOND_BITS


def finding_subjects(evaluation: Evaluation) -> tuple[str, ...]:
    """The behaviours that were found and the criteria that failed."""
    found = [
        behaviour_subject(d.detector_id.removeprefix(_BEHAVIOUR))
        for d in evaluation.detections
        if d.outcome is Outcome.FOUND and d.detector_id.startswith(_BEHAVIOUR)
    ]
    failed = [
        criterion_subject(s.criterion_id)
        for s in evaluation.scorecard.scores
        if s.outcome is CriterionOutcome.FAIL
    ]
    return tuple(dict.fromkeys(found + failed))


def _figures(metrics: ConversationMetrics) -> dict[str, Any]:
    return {name: getattr(metrics, name) for name in SEARCHED_METRICS}


def _known(connection: Connection, call_id: str) -> Row[Any] | None:
    return connection.execute(
        select(call_search).where(call_search.c.call_id == call_id)
    ).one_or_none()


def _placed(connection: Connection, call_id: str, facts: Row[Any]) -> tuple[int, bool]:
    """The call's moment_id, and whether its words are indexed there already."""
    known = _known(connection, call_id)
    if known is not None and known.effective_at == facts.effective_at:
        same = known.analysis_id == facts.analysis_id and known.version == INDEX_VERSION
        return known.moment_id, same
    if known is not None:
        unindex(connection, known.moment_id)
    first = first_moment(facts.effective_at)
    taken = connection.scalar(
        select(func.max(call_search.c.moment_id)).where(
            call_search.c.moment_id >= first,
            call_search.c.moment_id < first + (1 << _SECOND_BITS),
        )
    )
    return (first if taken is None else taken + 1), False


def _replace(connection: Connection, moment_id: int, row: Mapping[str, Any]) -> None:
    connection.execute(delete(call_search).where(call_search.c.moment_id == moment_id))
    connection.execute(insert(call_search).values(moment_id=moment_id, **row))


def _write_findings(connection: Connection, moment_id: int, evaluation: Evaluation) -> None:
    connection.execute(delete(call_findings).where(call_findings.c.moment_id == moment_id))
    subjects = finding_subjects(evaluation)
    if subjects:
        connection.execute(
            insert(call_findings), [{"subject": s, "moment_id": moment_id} for s in subjects]
        )
