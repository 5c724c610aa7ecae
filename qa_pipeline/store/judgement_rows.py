"""An Evaluation as rows: one a detection, one a criterion's score."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, insert, select, update

from qa_pipeline.domain.detection import Abstention, Detection, Evidence, Outcome
from qa_pipeline.domain.phrase_query import PhraseQuery
from qa_pipeline.domain.scorecard import (
    CriterionOutcome,
    CriterionScore,
    Evaluation,
    Receipt,
    Scorecard,
    SectionPercent,
)
from qa_pipeline.store.codec import decode, encode
from qa_pipeline.store.part import now
from qa_pipeline.store.tables import criterion_scores, detections, judgements

_EVIDENCE = tuple[Evidence, ...]
_RECEIPTS = tuple[Receipt, ...]
_SECTIONS = tuple[SectionPercent, ...]
_QUERIES = tuple[PhraseQuery, ...]
_IDS = tuple[str, ...]

Rows = list[dict[str, Any]]


def judgement_row(evaluation: Evaluation) -> dict[str, Any]:
    """The scorecard's own figures; keys and digests are the caller's."""
    card = evaluation.scorecard
    return {
        "call_id": evaluation.call_id,
        "rubric_id": card.rubric_id,
        "rubric_version": card.rubric_version,
        "rubric_digest": card.rubric_digest,
        "percent": card.percent,
        "raw_percent": card.raw_percent,
        "critical_percent": card.critical_percent,
        "judged_points": card.judged_points,
        "not_judged_points": card.not_judged_points,
        "passed": card.passed,
        "routed_by_default": card.routed_by_default,
        "section_percents_json": encode(_SECTIONS, card.section_percents),
        "auto_failed_by_json": encode(_IDS, card.auto_failed_by),
        "queries_json": encode(_QUERIES, evaluation.queries),
    }


def detection_rows(evaluation: Evaluation) -> Rows:
    return [
        {
            "position": position,
            "detector_id": d.detector_id,
            "version": d.version,
            "outcome": d.outcome.value,
            "probability": d.probability,
            "value": d.value,
            "abstention": None if d.abstention is None else d.abstention.value,
            "abstained_because": d.abstained_because,
            "note": d.note,
            "evidence_json": encode(_EVIDENCE, d.evidence),
            "provoked_by_json": encode(_EVIDENCE, d.provoked_by),
        }
        for position, d in enumerate(evaluation.detections)
    ]


def score_rows(evaluation: Evaluation) -> Rows:
    return [
        {
            "position": position,
            "criterion_id": s.criterion_id,
            "outcome": s.outcome.value,
            "points_awarded": s.points_awarded,
            "points_possible": s.points_possible,
            "abstained_because": s.abstained_because,
            "hint": s.hint,
            "receipts_json": encode(_RECEIPTS, s.receipts),
        }
        for position, s in enumerate(evaluation.scorecard.scores)
    ]


def save_judgement(
    connection: Connection, row: dict[str, Any], detected: Rows, scored: Rows
) -> None:
    """Make this the call's current judgement; one that is stored is not written again."""
    mine = (
        (judgements.c.call_id == row["call_id"])
        & (judgements.c.judgement_key == row["judgement_key"])
        & (judgements.c.content_digest == row["content_digest"])
    )
    known = connection.execute(
        select(judgements.c.judgement_id, judgements.c.is_current).where(mine)
    ).one_or_none()
    if known is not None and known.is_current:
        return
    connection.execute(
        update(judgements)
        .where(judgements.c.call_id == row["call_id"], judgements.c.is_current)
        .values(is_current=False)
    )
    if known is not None:
        connection.execute(update(judgements).where(mine).values(is_current=True))
        return
    added = connection.execute(insert(judgements).values(**row, is_current=True, judged_at=now()))
    assert added.inserted_primary_key is not None
    judgement_id = added.inserted_primary_key[0]
    for table, rows in ((detections, detected), (criterion_scores, scored)):
        if rows:
            connection.execute(insert(table), [{**r, "judgement_id": judgement_id} for r in rows])


def evaluations_of(connection: Connection, judged: Sequence[Row[Any]]) -> dict[int, Evaluation]:
    """The evaluations of rows of `judgements`, by judgement_id."""
    ids = [row.judgement_id for row in judged]
    detected = _by_judgement(connection, detections, ids)
    scored = _by_judgement(connection, criterion_scores, ids)
    return {
        row.judgement_id: Evaluation(
            call_id=row.call_id,
            detections=tuple(map(_detection, detected[row.judgement_id])),
            scorecard=_scorecard(row, scored[row.judgement_id]),
            queries=decode(_QUERIES, row.queries_json),
        )
        for row in judged
    }


def _by_judgement(
    connection: Connection, table: Table, ids: list[int]
) -> dict[int, list[Row[Any]]]:
    grouped: dict[int, list[Row[Any]]] = defaultdict(list)
    chosen = select(table).where(table.c.judgement_id.in_(ids)).order_by(table.c.position)
    for row in connection.execute(chosen):
        grouped[row.judgement_id].append(row)
    return grouped


def _detection(row: Row[Any]) -> Detection:
    return Detection(
        detector_id=row.detector_id,
        version=row.version,
        outcome=Outcome(row.outcome),
        probability=row.probability,
        value=row.value,
        evidence=decode(_EVIDENCE, row.evidence_json),
        abstained_because=row.abstained_because,
        abstention=None if row.abstention is None else Abstention(row.abstention),
        note=row.note,
        provoked_by=decode(_EVIDENCE, row.provoked_by_json),
    )


def _score(row: Row[Any]) -> CriterionScore:
    return CriterionScore(
        criterion_id=row.criterion_id,
        outcome=CriterionOutcome(row.outcome),
        points_awarded=row.points_awarded,
        points_possible=row.points_possible,
        receipts=decode(_RECEIPTS, row.receipts_json),
        abstained_because=row.abstained_because,
        hint=row.hint,
    )


def _scorecard(row: Row[Any], scored: list[Row[Any]]) -> Scorecard:
    return Scorecard(
        call_id=row.call_id,
        rubric_id=row.rubric_id,
        rubric_version=row.rubric_version,
        rubric_digest=row.rubric_digest,
        scores=tuple(map(_score, scored)),
        percent=row.percent,
        raw_percent=row.raw_percent,
        section_percents=decode(_SECTIONS, row.section_percents_json),
        critical_percent=row.critical_percent,
        judged_points=row.judged_points,
        not_judged_points=row.not_judged_points,
        passed=row.passed,
        auto_failed_by=decode(_IDS, row.auto_failed_by_json),
        routed_by_default=row.routed_by_default,
    )
